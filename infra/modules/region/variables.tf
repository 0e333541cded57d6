variable "name" {
  description = "What all names begin with: lower-case letters, digits and hyphens, at most 20."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "3 to 20 lower-case letters, digits and hyphens, that begin with a letter, as assay-prod."
  }
}

variable "image" {
  description = "The image, with a tag or a digest."
  type        = string
}

variable "image_repository_arn" {
  description = "The repository in ECR that it is in; null for an image from elsewhere."
  type        = string
  default     = null
}

variable "public_url" {
  description = "How clients reach the registry: https://registry.example.org."
  type        = string
}

variable "certificate_arn" {
  description = "The certificate of the load balancer."
  type        = string
}

variable "entrance" {
  description = "What stands in front of the load balancer: nothing (`internet`, with the firewall on it), CloudFront (`cloudfront`) or an API gateway (`network`)."
  type        = string
}

variable "cloudfront" {
  description = "The addresses of CloudFront: its prefix list and the ranges in it."
  type        = object({ prefix_list_id = string, ranges = list(string) })
  default     = { prefix_list_id = null, ranges = [] }
}

variable "client_address_header" {
  description = "The header in which what stands in front says where a request came from, where X-Forwarded-For does not; null for none."
  type        = string
  default     = null
}

variable "static_readers" {
  description = "The distributions that serve static files."
  type        = list(string)
  default     = []
}

variable "cors_origins" {
  description = "Pages that may call the API and the buckets from a browser, besides the registry's own."
  type        = list(string)
  default     = []
}

variable "firewall" {
  description = "Addresses that are refused or trusted, and the limit of requests in five minutes."
  type = object({
    blocked                   = optional(list(string), [])
    trusted                   = optional(list(string), [])
    requests_per_five_minutes = optional(number, 10000)
  })
  default = {}
}

variable "network" {
  description = "The addresses of the network, its zones, and how it reaches the internet."
  type = object({
    cidr  = optional(string, "10.20.0.0/16")
    zones = optional(number, 3)
    nat   = optional(string, "each-zone")
  })
  default = {}
}

variable "key_arns" {
  description = "The keys of this region, by purpose."
  type        = map(string)
}

variable "records" {
  description = "What keeps the records: what tells the program of it, and what roles and alarms need to know."
  type = object({
    environment = map(string)
    table_arns  = list(string)
    table_names = list(string)
    copied_to   = optional(string) # the other region of global tables
    postgres    = optional(object({ instance_id = string, instance_arn = string, connections = number, storage_gib = number }))
  })
}

variable "on_postgres" {
  description = "Whether the records are in PostgreSQL."
  type        = bool
  default     = false
}

variable "secrets" {
  description = "ARNs of secrets: those that the registry keeps itself, that of the validators, and those handed to API and worker, by variable."
  type = object({
    kept       = list(string)
    validators = string
    injected   = optional(map(string), {})
  })
}

variable "seal_with" {
  description = "What seals secrets that lie in records: `kms`, or a `key` kept with the other secrets, which a second region has, too."
  type        = string
  default     = "kms"

  validation {
    condition     = contains(["kms", "key"], var.seal_with)
    error_message = "One of kms, key."
  }
}

variable "generation" {
  description = "Changes when tasks must be started anew although nothing else has changed."
  type        = string
  default     = "1"
}

variable "tasks" {
  description = "The least and the most tasks, by service: api, worker and validators."
  type        = map(object({ least = number, most = number }))
}

variable "sizes" {
  description = "CPU and memory of a task, by service."
  type        = map(object({ cpu = number, memory = number }))
  default = {
    api        = { cpu = 1024, memory = 2048 }
    worker     = { cpu = 2048, memory = 4096 }
    validators = { cpu = 1024, memory = 2048 }
  }
}

variable "deployment" {
  description = "How a new release takes over: `rolling` or `blue-green`."
  type        = string
  default     = "rolling"
}

variable "copies" {
  description = "Where another region keeps copies: its buckets by area, their key, and its vault for backups."
  type        = object({ bucket_arns = map(string), storage_key_arn = string, vault_arn = string })
  default     = null
}

variable "copied_areas" {
  description = "The areas of which another region keeps copies; empty for none."
  type        = set(string)
  default     = []
}

variable "takes_copies" {
  description = "Whether that region copies here, too."
  type        = bool
  default     = false
}

variable "distribution" {
  description = "The distribution of CloudFront, for dashboards."
  type        = object({ id = string })
  default     = null
}

variable "alarm_email" {
  description = "Who is told of alarms."
  type        = string
  default     = null
}

variable "alarm_limits" {
  description = "When alarms go off, by the names in modules/monitoring."
  type        = map(number)
  default     = {}
}

variable "settings" {
  description = "Further variables of the program. They count more than those that are set here."
  type        = map(string)
  default     = {}
}

variable "tracing" {
  description = "Whether traces are sent to X-Ray."
  type        = bool
  default     = false
}

variable "collector_image" {
  description = "The collector's image; null for the one that modules/compute names."
  type        = string
  default     = null
}

variable "protected" {
  description = "Whether everything that holds data is protected against being removed."
  type        = bool
  default     = true
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed."
  type        = string
  default     = null
}

variable "trail" {
  description = "Whether what is done in the account is noted here; once is enough for all regions."
  type        = bool
  default     = true
}
