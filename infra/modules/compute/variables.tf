variable "name" {
  description = "What the names of cluster, services and load balancer begin with; at most 20 characters."
  type        = string
}

variable "image" {
  description = "The image, with a tag or a digest: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0."
  type        = string

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.image)) && !endswith(var.image, ":latest")
    error_message = "The image needs a tag other than latest, or a digest: what runs must not change by itself."
  }
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "public_subnet_ids" {
  description = "Where a load balancer for the internet is."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Where tasks run."
  type        = list(string)
}

variable "internal" {
  description = "Whether the load balancer is reached from inside the network only, as by an API gateway."
  type        = bool
  default     = false
}

variable "certificate_arn" {
  description = "The certificate of the load balancer."
  type        = string
}

variable "web_acl_arn" {
  description = "The firewall in front of the load balancer."
  type        = string
  default     = null
}

variable "has_web_acl" {
  description = "Whether there is one; otherwise it is somewhere in front."
  type        = bool
  default     = false
}

variable "entrance_security_group_id" {
  description = "The group of the load balancer."
  type        = string
}

variable "service_security_group_ids" {
  description = "The groups of the services api, worker and validators."
  type        = map(string)
}

variable "role_arns" {
  description = "The roles of the services api, worker and validators."
  type        = map(string)
}

variable "execution_role_arn" {
  description = "The role by which ECS starts tasks."
  type        = string
}

variable "ports" {
  description = "Where the API and the validators listen."
  type        = map(number)
}

variable "environment" {
  description = "What tells the program of buckets, records, queues and keys."
  type        = map(string)
}

variable "secrets" {
  description = "ARNs of secrets, by the variable that API and worker get the value in."
  type        = map(string)
  default     = {}
}

variable "validator_secret_arn" {
  description = "The secret by which validators know the API."
  type        = string
}

variable "generation" {
  description = "Changes when tasks must be started anew although nothing else has changed, as with a new password."
  type        = string
  default     = "1"
}

variable "log_groups" {
  description = "The names of the log groups of api, worker and validators."
  type        = map(string)
}

variable "access_logs_bucket" {
  description = "The bucket of the load balancer's access logs."
  type        = string
}

variable "jobs_queue_name" {
  description = "The queue whose age decides on the number of workers."
  type        = string
}

variable "sizes" {
  description = "CPU (1024 is one) and memory in MiB of one task, by service."
  type        = map(object({ cpu = number, memory = number }))
  default = {
    api        = { cpu = 1024, memory = 2048 }
    worker     = { cpu = 2048, memory = 4096 }
    validators = { cpu = 1024, memory = 2048 }
  }
}

variable "tasks" {
  description = "The least and the most tasks, by service."
  type        = map(object({ least = number, most = number }))
  default = {
    api        = { least = 2, most = 10 }
    worker     = { least = 2, most = 10 }
    validators = { least = 2, most = 10 }
  }

  validation {
    condition     = alltrue([for count in values(var.tasks) : count.least >= 0 && count.least <= count.most])
    error_message = "The least number of tasks must not be above the most."
  }
}

variable "scratch_gib" {
  description = "Disk of a task, for what is unpacked while it is checked."
  type        = number
  default     = 50

  validation {
    condition     = var.scratch_gib >= 21 && var.scratch_gib <= 200
    error_message = "Fargate gives 21 to 200 GiB."
  }
}

variable "deployment" {
  description = "How a new release takes over: task by task (`rolling`), or all at once beside the old one (`blue-green`, by CodeDeploy). Another way than before makes service and listener of the API anew: it is away for minutes."
  type        = string
  default     = "rolling"

  validation {
    condition     = contains(["rolling", "blue-green"], var.deployment)
    error_message = "One of rolling, blue-green."
  }
}

variable "tracing" {
  description = "Whether a collector beside each task of API and worker sends traces to X-Ray."
  type        = bool
  default     = false
}

variable "collector_image" {
  description = "The collector's image, with a tag or a digest. Where tasks must start although the registry of AWS does not answer, a copy in a repository of this account."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.48.0"
  nullable    = false

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.collector_image)) && !endswith(var.collector_image, ":latest")
    error_message = "The image needs a tag other than latest, or a digest: what runs must not change by itself."
  }
}

variable "protected" {
  description = "Whether the load balancer is protected against deletion."
  type        = bool
  default     = true
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; null for none."
  type        = string
  default     = null
}
