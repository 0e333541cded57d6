variable "name" {
  description = "The name of the host."
  type        = string
}

variable "image" {
  description = "The image of the registry, with a tag or a digest."
  type        = string

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.image)) && !endswith(var.image, ":latest")
    error_message = "The image needs a tag other than latest, or a digest: what runs must not change by itself."
  }
}

variable "proxy_image" {
  description = "The image of Caddy, which does TLS in front of the registry and gets certificates by itself."
  type        = string
  default     = "public.ecr.aws/docker/library/caddy:2.10.0"
}

variable "domain_name" {
  description = "The name that clients use; it must lead to the host's address."
  type        = string
}

variable "instance_type" {
  description = "The size of the host."
  type        = string
  default     = "t3.micro"
}

variable "disk_gib" {
  description = "The disk, for images and for what is unpacked while it is checked."
  type        = number
  default     = 30

  validation {
    condition     = var.disk_gib >= 16
    error_message = "At least 16 GiB."
  }
}

variable "image_id" {
  description = "The machine image; null takes the present Amazon Linux 2023."
  type        = string
  default     = null
}

variable "subnet_id" {
  description = "A public subnet."
  type        = string
}

variable "security_group_id" {
  description = "Who may connect."
  type        = string
}

variable "instance_profile_name" {
  description = "What the host may do."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that the disk is encrypted with."
  type        = string
}

variable "environment" {
  description = "What tells the program of buckets, records and keys."
  type        = map(string)
}

variable "database_secret_arn" {
  description = "The secret with the password of the database, which the host reads when it starts and every hour."
  type        = string
}

variable "log_group" {
  description = "Where the program's log goes."
  type        = string
}
