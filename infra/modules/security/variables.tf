variable "name" {
  description = "What the names of roles and security groups begin with."
  type        = string
}

variable "platform" {
  description = "What the roles are for: tasks of Fargate, one role for each service (`fargate`), or one host that runs everything (`host`)."
  type        = string
  default     = "fargate"

  validation {
    condition     = contains(["fargate", "host"], var.platform)
    error_message = "One of fargate, host."
  }
}

variable "vpc_id" {
  description = "The network that the security groups are in."
  type        = string
}

variable "entrance" {
  description = "Who may connect to the load balancer: everybody (`internet`), CloudFront only (`cloudfront`), or the link of an API gateway only (`network`)."
  type        = string
  default     = "internet"

  validation {
    condition     = contains(["internet", "cloudfront", "network"], var.entrance)
    error_message = "One of internet, cloudfront, network."
  }
}

variable "cloudfront_prefix_list_id" {
  description = "The addresses of CloudFront; needed where only CloudFront may connect."
  type        = string
  default     = null
}

variable "s3_prefix_list_id" {
  description = "The addresses of S3 inside the network; null on a host, which reaches everything."
  type        = string
  default     = null
}

variable "endpoints_security_group_id" {
  description = "The security group of the network's endpoints; null on a host."
  type        = string
  default     = null
}

variable "database_port" {
  description = "The port of the database in the data tier; null where there is none."
  type        = number
  default     = null
}

variable "bucket_arns" {
  description = "The ARNs of the buckets, by area."
  type        = map(string)
}

variable "table_arns" {
  description = "The ARNs of the tables in DynamoDB; empty with PostgreSQL."
  type        = list(string)
  default     = []
}

variable "queue_arns" {
  description = "The ARNs of the queues: jobs, dead and arrivals; empty where the records are asked."
  type        = map(string)
  default     = {}
}

variable "key_arns" {
  description = "The ARNs of the keys, by purpose."
  type        = map(string)
}

variable "registry_secret_arns" {
  description = "The secrets that the registry makes and replaces by itself."
  type        = list(string)
}

variable "injected_secret_arns" {
  description = "The secrets that are handed to tasks when they start."
  type        = list(string)
  default     = []
}

variable "log_group_arns" {
  description = "The log groups that tasks write to."
  type        = list(string)
  default     = []
}

variable "image_repository_arn" {
  description = "The repository of the image in ECR; null for an image from elsewhere."
  type        = string
  default     = null
}

variable "collector_repository_arn" {
  description = "The repository of the collector's image in ECR; null for an image from elsewhere, and where there is no collector."
  type        = string
  default     = null
}

variable "sends_traces" {
  description = "Whether a collector sends traces to X-Ray in the name of API and worker."
  type        = bool
  default     = false
}

variable "permissions_boundary_arn" {
  description = "The policy that no role made here can exceed; null for none."
  type        = string
  default     = null
}
