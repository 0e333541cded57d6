variable "name" {
  description = "The name of the budget."
  type        = string
}

variable "monthly_limit_usd" {
  description = "What this may cost in a month, in US dollars."
  type        = number

  validation {
    condition     = var.monthly_limit_usd > 0
    error_message = "More than nothing."
  }
}

variable "cost_tag" {
  description = "The value of the tag CostCenter that everything here has."
  type        = string
}

variable "topic_arn" {
  description = "The topic that is told."
  type        = string
}

variable "watch_anomalies" {
  description = "Whether what is out of the ordinary is looked for. An account has one watch of this kind: for one environment only."
  type        = bool
  default     = true
}

variable "activate_tags" {
  description = "Whether CostCenter, Project and Environment are switched on as tags of the bill. Only the account that pays can, a day after the tags were first used."
  type        = bool
  default     = false
}
