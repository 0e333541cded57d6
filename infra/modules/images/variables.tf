variable "name" {
  description = "The name of the repository."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that images are encrypted with."
  type        = string
}

variable "kept" {
  description = "How many images that are no releases (1.3.0-try.1) are kept. Releases (1.2.0) always are."
  type        = number
  default     = 50

  validation {
    condition     = var.kept >= 5 && var.kept <= 1000
    error_message = "5 to 1000 images."
  }
}
