variable "name" {
  description = "What the names of the secrets begin with, followed by a slash."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that the secrets are encrypted with."
  type        = string
}

variable "kept" {
  description = "Secrets that the registry itself makes and replaces: only their places are made here."
  type        = set(string)
  default     = ["session-keys.json", "address-keys.json", "registry-keys.json", "webhook-key"]
}

variable "generated" {
  description = "Secrets whose value is generated here, and the number of that value: a higher number makes a new one, 0 makes none. Values are in no state and no plan."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for version in values(var.generated) : version >= 0 && floor(version) == version])
    error_message = "The number of a value is a whole number from 0 on."
  }
}

variable "replicas" {
  description = "Other regions in which the secrets can be read, with the key of each."
  type        = map(string)
  default     = {}
}

variable "recovery_days" {
  description = "How long a secret that was deleted can be taken back; 0 for not at all."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "0, or 7 to 30 days."
  }
}
