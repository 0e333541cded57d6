# What keeps the records: tables of DynamoDB, or a PostgreSQL.

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

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  on_postgres   = var.engine == "postgres" ? 1 : 0
  exported_logs = ["postgresql", "upgrade"]
}
