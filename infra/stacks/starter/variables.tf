variable "project" {
  description = "What all names begin with."
  type        = string
  default     = "assay"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.project))
    error_message = "2 to 10 lower-case letters and digits, that begin with a letter."
  }
}

variable "environment" {
  description = "Which of several registries this is: `dev`, `staging` or `prod`."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "One of dev, staging, prod."
  }
}

variable "region" {
  description = "The region that the registry runs in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region, as eu-central-1."
  }
}

variable "domain_name" {
  description = "The name that clients use: registry.example.org."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A name in lower case with at least one dot."
  }
}

variable "zone_name" {
  description = "The zone in Route 53 that the name is in; null where the name is kept elsewhere, and made to lead to the address by hand."
  type        = string
  default     = null
}

variable "image" {
  description = "The image, with a tag other than latest or a digest."
  type        = string
}

variable "image_repository_arn" {
  description = "The repository in ECR that the image is in; null for an image from elsewhere."
  type        = string
  default     = null
}

variable "instance_type" {
  description = "The size of the host."
  type        = string
  default     = "t3.micro"

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9]+$", var.instance_type))
    error_message = "A type of instance, as t3.micro."
  }
}

variable "disk_gib" {
  description = "The disk of the host."
  type        = number
  default     = 30

  validation {
    condition     = var.disk_gib >= 16 && var.disk_gib <= 1000
    error_message = "16 to 1000 GiB."
  }
}

variable "postgres" {
  description = "The size of PostgreSQL, how many connections it takes (about 100 for each GiB of memory), and the number of its password: a higher one makes a new password."
  type = object({
    instance_class   = optional(string, "db.t4g.micro")
    storage_gib      = optional(number, 20)
    connections      = optional(number, 80)
    password_version = optional(number, 1)
  })
  default = {}
}

variable "machine_image_id" {
  description = "The machine image; null takes the present Amazon Linux 2023."
  type        = string
  default     = null
}

variable "cors_origins" {
  description = "Pages other than the registry's own that may call it from a browser."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : startswith(origin, "https://")])
    error_message = "Origins begin with https://."
  }
}

variable "alarm_email" {
  description = "Who is told of alarms and of costs."
  type        = string
  default     = null
}

variable "alarm_limits" {
  description = "When alarms go off, by name: `bucket_gib` (1024), `quarantine_days` (7), `job_waits_seconds` (900), `errors_in_5_minutes` (10), `copies_late_seconds` (900). Those that are left out are as in brackets."
  type        = map(number)
  default     = {}
}

variable "settings" {
  description = "Further variables of the program (docs/configuration.md), switches of features among them. They count more than those that the stack sets; secrets do not belong here."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^ASSAY_[A-Z0-9_]+$", name)) && !can(regex("PASSWORD|SECRET$|TRACES_HEADERS$", name))])
    error_message = "Names begin with ASSAY_; passwords and secrets come from Secrets Manager only."
  }
}

variable "monthly_limit_usd" {
  description = "What it may cost in a month before somebody is told, in US dollars."
  type        = number
  default     = 60
}

variable "cost_tags_active" {
  description = "Whether the bill knows the tag CostCenter, which the stack bootstrap switches on a day after it was first used. The budget counts what has it; until then all that the account spends."
  type        = bool
  default     = false
}

variable "protected" {
  description = "Whether everything that holds data is protected against being removed. False for throw-away environments."
  type        = bool
  default     = true
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; the stack `bootstrap` makes one."
  type        = string
  default     = null
}
