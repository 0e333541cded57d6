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

variable "second_region" {
  description = "The region that keeps copies, another one."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.second_region)) && var.second_region != var.region
    error_message = "A region, as eu-west-1, other than the first."
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
  description = "The zone in Route 53 that the name is in: example.org."
  type        = string
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

variable "records" {
  description = "What keeps the records: `dynamodb` or `postgres`."
  type        = string
  default     = "dynamodb"

  validation {
    condition     = contains(["dynamodb", "postgres"], var.records)
    error_message = "One of dynamodb, postgres."
  }
}

variable "postgres" {
  description = "The size of PostgreSQL, how many connections it takes (about 100 for each GiB of memory), and the number of its password: a higher one makes a new password."
  type = object({
    instance_class   = optional(string, "db.t4g.medium")
    storage_gib      = optional(number, 50)
    multi_az         = optional(bool, true)
    replica          = optional(bool, true)
    connections      = optional(number, 400)
    password_version = optional(number, 1)
  })
  default = {}
}

variable "entrance" {
  description = "What clients connect to: `cloudfront`, the `load-balancer`, or an `api-gateway`."
  type        = string
  default     = "cloudfront"

  validation {
    condition     = contains(["cloudfront", "load-balancer", "api-gateway"], var.entrance)
    error_message = "One of cloudfront, load-balancer, api-gateway."
  }
}

variable "tasks" {
  description = "The least and the most tasks, by service."
  type = object({
    api        = optional(object({ least = number, most = number }), { least = 2, most = 10 })
    worker     = optional(object({ least = number, most = number }), { least = 2, most = 10 })
    validators = optional(object({ least = number, most = number }), { least = 2, most = 10 })
  })
  default = {}
}

variable "nat" {
  description = "Ways out of the private network: `one`, or one in `each-zone`, which goes on when a zone fails."
  type        = string
  default     = "each-zone"

  validation {
    condition     = contains(["one", "each-zone"], var.nat)
    error_message = "One of one, each-zone."
  }
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

variable "firewall" {
  description = "Ranges of addresses that are refused or trusted, and the limit of requests from one address in five minutes. Not with an API gateway, which has no firewall."
  type = object({
    blocked                   = optional(list(string), [])
    trusted                   = optional(list(string), [])
    requests_per_five_minutes = optional(number, 10000)
  })
  default = {}

  validation {
    condition     = var.entrance != "api-gateway" || (length(concat(var.firewall.blocked, var.firewall.trusted)) == 0 && var.firewall.requests_per_five_minutes == 10000)
    error_message = "An API gateway has no firewall: nobody would be refused. Leave it out, or take another entrance."
  }
}

variable "deployment" {
  description = "How a new release takes over: `rolling` or `blue-green`."
  type        = string
  default     = "rolling"

  validation {
    condition     = contains(["rolling", "blue-green"], var.deployment)
    error_message = "One of rolling, blue-green."
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

variable "tracing" {
  description = "Whether a collector beside each task sends traces of requests and jobs to X-Ray, ten of a hundred (docs/operations/traces.md). Off, since each trace that is kept costs ($5 a million), and another image runs in each task."
  type        = bool
  default     = false
}

variable "collector_image" {
  description = "The collector's image, such as a copy in a repository of this account; null for that of AWS, from its public registry."
  type        = string
  default     = null
}

variable "monthly_limit_usd" {
  description = "What it may cost in a month before somebody is told, in US dollars."
  type        = number
  default     = 600
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

variable "validator_secret_version" {
  description = "The number of the secret by which validators know the API: a higher one makes a new secret."
  type        = number
  default     = 1
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; the stack `bootstrap` makes one."
  type        = string
  default     = null
}
