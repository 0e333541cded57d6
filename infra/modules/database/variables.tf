variable "name" {
  description = "What the names of the database or the tables begin with."
  type        = string
}

variable "engine" {
  description = "What keeps the records: `dynamodb` or `postgres`."
  type        = string
  default     = "dynamodb"

  validation {
    condition     = contains(["dynamodb", "postgres"], var.engine)
    error_message = "One of dynamodb, postgres."
  }
}

variable "kms_key_arn" {
  description = "The key that the records are encrypted with."
  type        = string
}

variable "logs_kms_key_arn" {
  description = "PostgreSQL: the key that its logs are encrypted with."
  type        = string
  default     = null

  validation {
    condition     = var.engine != "postgres" || var.logs_kms_key_arn != null
    error_message = "PostgreSQL needs it."
  }
}

variable "protected" {
  description = "Whether the records are protected against deletion, and a last snapshot is taken."
  type        = bool
  default     = true
}

variable "replicas" {
  description = "DynamoDB: other regions that keep the tables too, with the key of each."
  type        = map(string)
  default     = {}
}

variable "postgres" {
  description = "PostgreSQL: its size and where it is."
  type = object({
    instance_class    = optional(string, "db.t4g.medium")
    storage_gib       = optional(number, 50)
    storage_limit_gib = optional(number, 500)
    multi_az          = optional(bool, true)
    replica           = optional(bool, true)
    backup_days       = optional(number, 7)
    version           = optional(string, "17")
    insights          = optional(bool, true)
  })
  default = {}

  validation {
    condition     = var.postgres.backup_days >= 7 && var.postgres.backup_days <= 35
    error_message = "Backups are kept for 7 to 35 days."
  }

  validation {
    condition     = startswith(var.postgres.instance_class, "db.")
    error_message = "The class of the instance begins with db., as db.t4g.medium."
  }

  validation {
    condition     = contains(["14", "15", "16", "17"], var.postgres.version)
    error_message = "PostgreSQL 14 to 17."
  }
}

variable "subnet_ids" {
  description = "PostgreSQL: the subnets of the data tier."
  type        = list(string)
  default     = []
}

variable "security_group_id" {
  description = "PostgreSQL: who may connect."
  type        = string
  default     = null
}

variable "password_secret_arn" {
  description = "PostgreSQL: the secret that holds the generated password."
  type        = string
  default     = null
}

variable "password_version" {
  description = "PostgreSQL: the number of the password; another one sets the password anew, 0 sets none."
  type        = number
  default     = 0
}

variable "authorities_file" {
  description = "PostgreSQL: where the image keeps the certificates of the authorities of Amazon RDS."
  type        = string
  default     = "/etc/assay/rds-authorities.pem"
}
