# Secrets. What is generated here goes from AWS to AWS: the value is an ephemeral one, which Terraform holds in memory
# while it applies and writes nowhere. Mocked providers know nothing of ephemeral values: they come from a provider of
# their own, `aws.ephemeral`, which is the same as the other everywhere but in tests.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"

      configuration_aliases = [aws.ephemeral]
    }
  }
}

locals {
  valued = { for secret, version in var.generated : secret => version if version > 0 }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = toset(concat(tolist(var.kept), keys(var.generated)))

  name                    = "${var.name}/${each.key}"
  description             = contains(var.kept, each.key) ? "Made and replaced by the registry." : "Generated when this was set up."
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days

  dynamic "replica" {
    for_each = var.replicas
    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

ephemeral "aws_secretsmanager_random_password" "this" {
  provider = aws.ephemeral
  for_each = local.valued

  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = local.valued

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password
  secret_string_wo_version = each.value
}
