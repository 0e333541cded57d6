# Keys of KMS, one for each kind of data. Whoever may use one is said by the policies of roles; the policy of the key
# itself lets the account's IAM decide, and lets services of AWS encrypt what they write on our behalf.

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
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  # Services that use the key themselves, rather than with the permissions of whoever calls them.
  services = {
    storage = ["logging.s3.amazonaws.com", "delivery.logs.amazonaws.com", "cloudfront.amazonaws.com"]
    records = []
    secrets = []
    # Notices are encrypted with it, too: whoever tells must be able to.
    logs    = ["logs.${data.aws_region.current.name}.amazonaws.com", "cloudtrail.amazonaws.com", "backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com", "s3.amazonaws.com", "delivery.logs.amazonaws.com"]
    backups = ["backup.amazonaws.com"]
  }
}

resource "aws_kms_key" "this" {
  for_each = var.purposes

  description             = "${var.name}: ${each.key}"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "LetIamDecide"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*" # the account keeps control of its key; who may use it is said by the roles
        Resource  = "*"     # in the policy of a key: this key
      }],
      length(local.services[each.key]) == 0 ? [] : [{
        Sid       = "ServicesOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = local.services[each.key] }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*" # in the policy of a key: this key
        Condition = { StringEqualsIfExists = { "aws:SourceAccount" = local.account } }
      }],
    )
  })

  lifecycle {
    # Without the key the data is gone.
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  for_each = var.purposes

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}
