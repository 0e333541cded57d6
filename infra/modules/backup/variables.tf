variable "name" {
  description = "What the names of vault and plans begin with."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that backups are encrypted with."
  type        = string
}

variable "resource_arns" {
  description = "What is backed up, by what AWS Backup calls it: DynamoDB, RDS, S3."
  type        = map(list(string))

  validation {
    condition     = length(setsubtract(keys(var.resource_arns), ["DynamoDB", "RDS", "S3"])) == 0
    error_message = "Only DynamoDB, RDS and S3."
  }
}

variable "copy_to" {
  description = "The vault of another region that gets a copy of every backup; null for none."
  type        = string
  default     = null
}

variable "copies" {
  description = "Whether there are copies."
  type        = bool
  default     = false
}

variable "days" {
  description = "How long backups are kept: those of every day, and those of the first of a month."
  type        = object({ daily = number, monthly = number })
  default     = { daily = 35, monthly = 400 }

  validation {
    condition     = var.days.daily >= 7 && var.days.monthly >= var.days.daily
    error_message = "At least a week, and those of a month no shorter than those of a day."
  }
}

variable "lock_days" {
  description = "How long nobody can remove a backup from the vault; 0 leaves it open."
  type        = number
  default     = 7
}

variable "notices_topic_arn" {
  description = "The topic that is told of backups and restores that failed."
  type        = string
}

variable "removable" {
  description = "Whether the vault may be destroyed with what is in it. For rehearsals and throw-away environments."
  type        = bool
  default     = false
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; null for none."
  type        = string
  default     = null
}
