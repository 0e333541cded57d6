output "arns" {
  description = "The ARNs of the queues: jobs, dead and arrivals."
  value       = local.arns
}

output "names" {
  description = "Their names."
  value       = { for queue in local.queues : queue => "${var.name}-${queue}" }
}

output "arrivals_arn" {
  description = "The queue of arrivals, once it takes messages from the bucket."
  value       = local.arns.arrivals
  depends_on  = [aws_sqs_queue_policy.this]
}

output "environment" {
  description = "What tells the registry of its queues."
  value = {
    ASSAY_QUEUE            = "sqs"
    ASSAY_SQS_JOBS_URL     = aws_sqs_queue.told["jobs"].url
    ASSAY_SQS_DEAD_URL     = aws_sqs_queue.dead.url
    ASSAY_SQS_ARRIVALS_URL = aws_sqs_queue.told["arrivals"].url
  }
}
