variable "name" {
  description = "What the names of everything in the network begin with."
  type        = string
}

variable "cidr" {
  description = "The addresses of the VPC, a /16."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "The network must be an IPv4 range that ends with /16, as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "In how many availability zones there are subnets."
  type        = number
  default     = 3

  validation {
    condition     = var.zones >= 2 && var.zones <= 3
    error_message = "Two or three zones."
  }
}

variable "nat" {
  description = "How private subnets reach the internet: not at all (`none`), by one gateway (`one`, cheaper), or by one in each zone (`each-zone`)."
  type        = string
  default     = "each-zone"

  validation {
    condition     = contains(["none", "one", "each-zone"], var.nat)
    error_message = "One of none, one, each-zone."
  }
}

variable "interface_endpoints" {
  description = "Services of AWS that private subnets reach without leaving the network, besides S3 and DynamoDB, which always are."
  type        = set(string)
  default     = ["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "sqs"]
}

variable "flow_log_group_arn" {
  description = "The log group that every connection is noted in."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; null for none."
  type        = string
  default     = null
}
