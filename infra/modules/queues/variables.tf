variable "name" {
  description = "What the names of the queues begin with."
  type        = string
}

variable "incoming_bucket_arn" {
  description = "The bucket that tells of uploads that have arrived."
  type        = string
}
