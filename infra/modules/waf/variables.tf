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
  description = "Ranges of addresses, of IPv4 and IPv6, that are refused."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.blocked : can(cidrhost(range, 0)) && !endswith(range, "/0")])
    error_message = "Ranges as 203.0.113.0/24 or 2001:db8::/32; AWS takes none of length 0."
  }
}

variable "trusted" {
  description = "Ranges of addresses, of IPv4 and IPv6, that no rule below is applied to."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.trusted : can(cidrhost(range, 0)) && !endswith(range, "/0")])
    error_message = "Ranges as 203.0.113.0/24 or 2001:db8::/32; AWS takes none of length 0."
  }
}

variable "log_group_arn" {
  description = "Where refused requests are noted; its name begins with aws-waf-logs-."
  type        = string
}
