# What a second region keeps of a registry that runs in the first: copies of its objects and of its backups, under
# keys of that region. Nothing runs there. Whether copies are late is known there only.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

module "keys" {
  source = "../keys"

  name                 = "${var.name}-copies"
  purposes             = ["storage", "logs", "backups"]
  deletion_window_days = var.removable ? 7 : 30
}

module "storage" {
  source = "../storage"

  name             = var.name
  kms_key_arn      = module.keys.arns.storage
  logs_kms_key_arn = module.keys.arns.logs
  removable        = var.removable
}

resource "aws_backup_vault" "this" {
  name          = "${var.name}-copies"
  kms_key_arn   = module.keys.arns.backups
  force_destroy = var.removable

  lifecycle {
    prevent_destroy = true
  }
}

# The last copy is as hard to remove as the first.
resource "aws_backup_vault_lock_configuration" "this" {
  count = var.removable ? 0 : 1

  backup_vault_name  = aws_backup_vault.this.name
  min_retention_days = 7
}

module "monitoring" {
  source = "../monitoring"

  name           = var.name
  kms_key_arn    = module.keys.arns.logs
  alarm_email    = var.alarm_email
  retention_days = {}
  watched        = { copies_to_here = var.copies }
  limits         = var.alarm_limits
}
