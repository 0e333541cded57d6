variable "name" {
  description = "What the names of buckets begin with; the account and the region follow the area, as bucket names are the world's."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that the buckets are encrypted with."
  type        = string
}

variable "logs_kms_key_arn" {
  description = "The key that the audit bucket is encrypted with."
  type        = string
}

variable "cors_origins" {
  description = "Pages that may send to and read from the buckets in a browser, as https://registry.example.org."
  type        = list(string)
  default     = []
}

variable "arrivals_queue_arn" {
  description = "The queue that is told of uploads that have arrived; null for none."
  type        = string
  default     = null
}

variable "tell_arrivals" {
  description = "Whether the queue is told."
  type        = bool
  default     = false
}

variable "replicate_to" {
  description = "Buckets of another region that keep a copy, ARNs by area; empty for no copies."
  type        = map(string)
  default     = {}
}

variable "replica_kms_key_arn" {
  description = "The key that the copies are encrypted with, in their region."
  type        = string
  default     = null
}

variable "audit_days" {
  description = "How long nobody can remove what is in the audit bucket."
  type        = number
  default     = 365

  validation {
    condition     = var.audit_days >= 1 && var.audit_days <= 3650
    error_message = "One day to ten years."
  }
}

variable "audit_lock" {
  description = "Whether the audit is locked even for administrators (`COMPLIANCE`), or may be unlocked by those with a permission of its own (`GOVERNANCE`)."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.audit_lock)
    error_message = "One of COMPLIANCE, GOVERNANCE."
  }
}

variable "removable" {
  description = "Whether the buckets may be destroyed with what is in them. For rehearsals and throw-away environments."
  type        = bool
  default     = false
}

variable "static_readers" {
  description = "ARNs of the CloudFront distributions that serve the static bucket."
  type        = list(string)
  default     = []
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; null for none."
  type        = string
  default     = null
}
