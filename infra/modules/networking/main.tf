# The network: one VPC with three tiers of subnets over the zones.
#
#   public    the load balancer and the NAT gateways; the only tier with a way in from the internet
#   private   everything that runs; goes out by NAT, and to services of AWS by endpoints
#   data      databases; no way out and none in but from the private tier

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_region" "current" {}

locals {
  zones = { for i in range(var.zones) : tostring(i) => data.aws_availability_zones.available.names[i] }
  # Zones with a NAT gateway of their own.
  gateways = { for i, zone in local.zones : i => zone if var.nat == "each-zone" || (var.nat == "one" && i == "0") }
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

# What forgets to name a security group gets this one, which allows nothing.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-closed" }
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(var.cidr, 8, tonumber(each.key))
  tags              = { Name = "${var.name}-public-${each.value}" }
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(var.cidr, 4, 1 + tonumber(each.key))
  tags              = { Name = "${var.name}-private-${each.value}" }
}

resource "aws_subnet" "data" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(var.cidr, 8, 128 + tonumber(each.key))
  tags              = { Name = "${var.name}-data-${each.value}" }
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "REJECT"
  log_destination          = var.flow_log_group_arn
  iam_role_arn             = aws_iam_role.flow_log.arn
  max_aggregation_interval = 600
}

resource "aws_iam_role" "flow_log" {
  name                 = "${var.name}-flow-log-${data.aws_region.current.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "vpc-flow-logs.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "flow_log" {
  name = "write-flow-log"
  role = aws_iam_role.flow_log.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      Resource = "${var.flow_log_group_arn}:*" # the streams of this one group
    }]
  })
}
