variable "name" {
  description = "The name of the gateway."
  type        = string
}

variable "subnet_ids" {
  description = "The private subnets, in which its link ends."
  type        = list(string)
}

variable "security_group_id" {
  description = "A group that may connect to the load balancer."
  type        = string
}

variable "listener_arn" {
  description = "The TLS listener of the load balancer."
  type        = string
}

variable "domain_name" {
  description = "The name that clients use, which the load balancer's certificate is for."
  type        = string
}

variable "certificate_arn" {
  description = "The certificate of that name in this region."
  type        = string
}

variable "cors_origins" {
  description = "Pages that may call the API from a browser."
  type        = list(string)
  default     = []
}

variable "requests_per_second" {
  description = "Requests that are let through in a second, by all clients together."
  type        = number
  default     = 500

  validation {
    condition     = var.requests_per_second >= 1
    error_message = "At least one."
  }
}

variable "log_group_arn" {
  description = "Where requests are noted."
  type        = string
}

variable "client_address_header" {
  description = "The header in which the gateway says where a request came from, whatever the client has sent in it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+$", var.client_address_header)) && !can(regex("^(x-forwarded-|x-amz|forwarded$|via$)", var.client_address_header))
    error_message = "Lower-case letters, digits and hyphens; and none that the gateway does not let be changed: Forwarded, Via, X-Forwarded-…, X-Amz…."
  }
}
