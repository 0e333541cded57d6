# Who may do what: roles for what runs, and security groups for who may connect to whom. Nothing is allowed that the
# program does not do; each statement says which part of the program needs it.

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
  region = data.aws_region.current.name
  # Objects of areas lie below the name of the area, also where each area has a bucket of its own.
  objects = { for area, arn in var.bucket_arns : area => "${arn}/${area}/*" }

  trusted = var.platform == "fargate" ? "ecs-tasks.amazonaws.com" : "ec2.amazonaws.com"
  trust = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = local.trusted }, Action = "sts:AssumeRole" }]
  })

  # ECS says for whom it asks: only tasks of this account get the role. EC2 does not say so.
  trust_of_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}
