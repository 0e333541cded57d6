variable "zone_id" {
  description = "The zone in Route 53."
  type        = string
}

variable "domain_name" {
  description = "The name that clients use."
  type        = string
}

variable "targets" {
  description = "What the name leads to, by the name of the region or `main`: an alias, and for several of them how it is chosen: `failover` (the role PRIMARY or SECONDARY) or `latency` (the region)."
  type = map(object({
    dns_name = string
    zone_id  = string
    role     = optional(string)
    region   = optional(string)
    # What is asked whether it is well; null asks nobody.
    health_check_name = optional(string)
  }))

  validation {
    condition     = length(var.targets) == 1 || alltrue([for target in values(var.targets) : target.role != null || target.region != null])
    error_message = "Where there are several targets, each needs a role or a region."
  }
}

variable "dnssec_key_arn" {
  description = "A key of KMS in us-east-1 (ECC_NIST_P256, sign and verify) that the zone is signed with; null leaves it as it is."
  type        = string
  default     = null
}

variable "sign_zone" {
  description = "Whether the zone is signed."
  type        = bool
  default     = false
}
