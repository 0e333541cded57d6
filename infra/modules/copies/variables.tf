variable "name" {
  description = "What the names begin with."
  type        = string
}

variable "removable" {
  description = "Whether it may be destroyed with what is in it. For rehearsals and throw-away environments."
  type        = bool
  default     = false
}
