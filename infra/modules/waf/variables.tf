variable "name" {
  description = "The name of the firewall."
  type        = string
}

variable "scope" {
  description = "What it stands in front of: load balancers of the region (`REGIONAL`), or CloudFront (`CLOUDFRONT`, in us-east-1 only)."
  type        = string
  default     = "REGIONAL"

  validation {
    condition     = contains(["REGIONAL", "CLOUDFRONT"], var.scope)
    error_message = "One of REGIONAL, CLOUDFRONT."
  }
}

variable "requests_per_five_minutes" {
  description = "Requests from one address in five minutes above which it is refused."
  type        = number
  default     = 10000

  validation {
    condition     = var.requests_per_five_minutes >= 100
    error_message = "At least 100."
  }
}

variable "blocked" {
  description = "Ranges of addresses that are refused."
  type        = list(string)
  default     = []
}

variable "trusted" {
  description = "Ranges of addresses that no rule below is applied to."
  type        = list(string)
  default     = []
}

variable "log_group_arn" {
  description = "Where refused requests are noted; its name begins with aws-waf-logs-."
  type        = string
}
