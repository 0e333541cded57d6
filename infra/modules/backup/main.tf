# Backups by AWS Backup, besides what the services keep themselves (points in time of tables and databases, versions of
# objects): in a vault of their own, locked for a while, and restored every week to see that they can be.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_partition" "current" {}
data "aws_region" "current" {}

resource "aws_backup_vault" "this" {
  name          = var.name
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.removable

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault_lock_configuration" "this" {
  count = var.lock_days > 0 ? 1 : 0

  backup_vault_name  = aws_backup_vault.this.name
  min_retention_days = var.lock_days
}

resource "aws_backup_vault_notifications" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  sns_topic_arn       = var.notices_topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"]
}

resource "aws_backup_plan" "this" {
  name = var.name

  dynamic "rule" {
    for_each = {
      daily   = { schedule = "cron(0 1 * * ? *)", days = var.days.daily }
      monthly = { schedule = "cron(0 3 1 * ? *)", days = var.days.monthly }
    }
    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.this.name
      schedule          = rule.value.schedule
      start_window      = 60
      completion_window = 480

      lifecycle {
        delete_after = rule.value.days
      }

      dynamic "copy_action" {
        for_each = var.copies ? [var.copy_to] : []
        content {
          destination_vault_arn = copy_action.value
          lifecycle {
            delete_after = rule.value.days
          }
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn
  resources    = flatten(values(var.resource_arns))
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-backup-${data.aws_region.current.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

# AWS keeps these in step with what the service does.
resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset([
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
  ])

  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.key}"
}

# ── Restored every week, and thrown away ────────────────────────────────────────────────────────────────────────────

resource "aws_backup_restore_testing_plan" "this" {
  # Only letters, digits and low lines.
  name                = replace(var.name, "-", "_")
  schedule_expression = "cron(0 5 ? * SUN *)"
  start_window_hours  = 4

  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.this.arn]
    recovery_point_types  = ["SNAPSHOT", "CONTINUOUS"]
    selection_window_days = 7
  }
}

resource "aws_backup_restore_testing_selection" "this" {
  for_each = { for kind, arns in var.resource_arns : kind => arns if length(arns) > 0 }

  name                      = lower(each.key)
  restore_testing_plan_name = aws_backup_restore_testing_plan.this.name
  iam_role_arn              = aws_iam_role.this.arn
  protected_resource_type   = each.key
  # The service takes 30 at most.
  protected_resource_arns = slice(each.value, 0, min(30, length(each.value)))
  validation_window_hours = 2
}
