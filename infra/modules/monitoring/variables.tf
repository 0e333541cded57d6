variable "name" {
  description = "What the names of log groups, alarms and dashboards begin with."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that logs, trails and notices are encrypted with."
  type        = string
}

variable "alarm_email" {
  description = "Who is told of alarms; null for nobody but the topic."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@\\s]+@[^@\\s]+$", var.alarm_email))
    error_message = "An address as operators@example.org."
  }
}

variable "retention_days" {
  description = "How long logs are kept, by group."
  type        = map(number)
  default     = { web = 30, api = 30, worker = 30, validators = 7 }

  validation {
    condition     = alltrue([for days in values(var.retention_days) : contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], days)])
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365 days."
  }
}

variable "watched" {
  description = "What alarms and dashboards are about; what is null or empty is not there."
  type = object({
    cluster       = optional(string)
    services      = optional(map(number), {}) # the least number of tasks of each
    load_balancer = optional(object({ arn_suffix = string, target_group = string }))
    distribution  = optional(object({ id = string }))
    queues        = optional(map(string), {})
    database      = optional(object({ instance_id = string, connections = number, storage_gib = number }))
    tables        = optional(list(string), [])
    buckets       = optional(map(string), {})
    instance      = optional(object({ id = string }))
    # Buckets that are copied to another region, and those that take copies of one, by area.
    copies_from_here = optional(map(object({ from = string, to = string, rule = string })), {})
    copies_to_here   = optional(map(object({ from = string, to = string, rule = string })), {})
    tables_copied_to = optional(string) # the region of the replicas
  })
}

variable "limits" {
  description = "When alarms go off, by name: `bucket_gib` (1024), `quarantine_days` (7), `job_waits_seconds` (900), `errors_in_5_minutes` (10), `copies_late_seconds` (900). Those that are left out are as in brackets."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.limits), ["bucket_gib", "quarantine_days", "job_waits_seconds", "errors_in_5_minutes", "copies_late_seconds"])) == 0
    error_message = "One of bucket_gib, quarantine_days, job_waits_seconds, errors_in_5_minutes, copies_late_seconds."
  }

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit > 0])
    error_message = "More than nothing."
  }
}

variable "trail" {
  description = "Whether what is done in the account is noted, and in which bucket."
  type        = object({ bucket = string, packages_bucket_arn = string })
  default     = null
}
