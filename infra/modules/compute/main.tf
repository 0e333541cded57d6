# What runs: three services on Fargate, behind a load balancer.
#
#   load balancer ──► api ──► validators
#                     worker (asks the queue; nobody connects to it)

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

locals {
  services   = ["api", "worker", "validators"]
  blue_green = var.deployment == "blue-green"
  # Those that ECS replaces task by task, when Terraform tells it what they run.
  rolled = local.blue_green ? ["worker", "validators"] : local.services

  service_names = merge(
    { for service, made in aws_ecs_service.this : service => made.name },
    { for made in aws_ecs_service.blue_green : "api" => made.name },
  )
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

# The API finds the validators by a name that only this network knows.
resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = "${var.name}.internal"
  description = "Services of ${var.name} that call each other."
  vpc         = var.vpc_id
}

resource "aws_service_discovery_service" "validators" {
  name = "validators"

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.this.id
    routing_policy = "MULTIVALUE"
    dns_records {
      type = "A"
      ttl  = 10
    }
  }

  health_check_custom_config {
    failure_threshold = 1
  }
}
