# What is seen of a registry that runs: logs, alarms, dashboards, and the trail of what was done in the account.

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
  region  = data.aws_region.current.name
  account = data.aws_caller_identity.current.account_id
}

# ── Logs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.retention_days

  # `web` holds what the firewall, the network and the gateway have refused; the firewall asks for such a name.
  name              = each.key == "web" ? "aws-waf-logs-${var.name}" : "/assay/${var.name}/${each.key}"
  retention_in_days = each.value
  kms_key_id        = var.kms_key_arn
}

locals {
  # What the program writes, as a JSON object a line.
  told_in = [for group in ["api", "worker"] : group if contains(keys(var.retention_days), group)]
  told = {
    errors           = { pattern = "{ $.level = \"error\" || $.level = \"fatal\" }", value = "1", otherwise = "0" }
    requests         = { pattern = "{ $.msg = \"request\" && $.status >= 100 }", value = "1", otherwise = "0" }
    failed-requests  = { pattern = "{ $.msg = \"request\" && $.status >= 500 }", value = "1", otherwise = "0" }
    failed-logins    = { pattern = "{ $.operation = \"account.log-in\" && $.status = 401 }", value = "1", otherwise = "0" }
    denied-downloads = { pattern = "{ $.operation = \"version.download\" && $.status = 403 }", value = "1", otherwise = "0" }
    # Written every five minutes by every worker. Other lines say nothing about it, not even that nothing waits.
    review-oldest-seconds = { pattern = "{ $.review.oldestSeconds >= 0 }", value = "$.review.oldestSeconds", otherwise = null }
  }
  told_where = { for pair in setproduct(keys(local.told), local.told_in) : "${pair[1]}-${pair[0]}" => { metric = pair[0], group = pair[1] } }
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.told_where

  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this[each.value.group].name
  pattern        = local.told[each.value.metric].pattern

  metric_transformation {
    namespace     = "Assay/${var.name}"
    name          = each.value.metric
    value         = local.told[each.value.metric].value
    default_value = local.told[each.value.metric].otherwise
  }
}

# ── Who is told ─────────────────────────────────────────────────────────────────────────────────────────────────────

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudgetsTell"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com", "backup.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      # Not every service says on whose behalf it tells.
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

# ── What was done in the account ────────────────────────────────────────────────────────────────────────────────────

resource "aws_cloudtrail" "this" {
  count = var.trail == null ? 0 : 1

  name                          = var.name
  s3_bucket_name                = var.trail.bucket
  s3_key_prefix                 = "trail"
  kms_key_id                    = var.kms_key_arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true

  # Who wrote published content, past the registry or through it.
  event_selector {
    read_write_type           = "WriteOnly"
    include_management_events = true
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${var.trail.packages_bucket_arn}/"]
    }
  }
}
