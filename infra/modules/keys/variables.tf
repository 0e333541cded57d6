variable "name" {
  description = "What the aliases of the keys begin with."
  type        = string
}

variable "purposes" {
  description = "One key is made for each purpose, so that access to one kind of data can be taken away alone."
  type        = set(string)
  default     = ["storage", "records", "secrets", "logs", "backups"]

  validation {
    condition     = length(setsubtract(var.purposes, ["storage", "records", "secrets", "logs", "backups"])) == 0
    error_message = "The purposes are storage, records, secrets, logs and backups."
  }
}

variable "deletion_window_days" {
  description = "How long a key that is to be deleted can still be taken back."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "KMS takes 7 to 30 days."
  }
}
