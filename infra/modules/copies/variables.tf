variable "name" {
  description = "What the names begin with."
  type        = string
}

variable "copies" {
  description = "What is copied here, by area: from which bucket to which, by which rule."
  type        = map(object({ from = string, to = string, rule = string }))
  default     = {}
}

variable "alarm_email" {
  description = "Who is told when copies are late; null for nobody but the topic."
  type        = string
  default     = null
}

variable "alarm_limits" {
  description = "When alarms go off, by the names in modules/monitoring."
  type        = map(number)
  default     = {}
}

variable "removable" {
  description = "Whether it may be destroyed with what is in it. For rehearsals and throw-away environments."
  type        = bool
  default     = false
}
