# The queues: `jobs` tells workers that there is something to do, `dead` that something was given up, `arrivals` that
# bytes have come. They carry ids only, so SQS's own key is enough; every job itself is a record.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  queues = ["jobs", "dead", "arrivals"]
  arns = {
    for queue in local.queues : queue =>
    "arn:${data.aws_partition.current.partition}:sqs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:${var.name}-${queue}"
  }
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "told" {
  for_each = toset(["jobs", "arrivals"])

  name                       = "${var.name}-${each.key}"
  message_retention_seconds  = 24 * 3600
  visibility_timeout_seconds = 60
  receive_wait_time_seconds  = 10
  sqs_managed_sse_enabled    = true
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 10 })
}

resource "aws_sqs_queue_policy" "this" {
  for_each = { dead = aws_sqs_queue.dead, jobs = aws_sqs_queue.told["jobs"], arrivals = aws_sqs_queue.told["arrivals"] }

  queue_url = each.value.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "OnlyEncryptedConnections"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*" # a refusal of everything
        Resource  = local.arns[each.key]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for statement in [{
        Sid       = "BucketTells"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.arns[each.key]
        Condition = {
          ArnEquals    = { "aws:SourceArn" = var.incoming_bucket_arn }
          StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        }
      }] : statement if each.key == "arrivals"],
    )
  })
}
