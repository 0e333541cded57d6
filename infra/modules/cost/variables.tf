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

variable "by_tag" {
  description = "Whether the budget counts what has the tag, which must be active on the bill (stack bootstrap), or all that the account spends."
  type        = bool
  default     = false
}
