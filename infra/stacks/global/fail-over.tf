# Who lets the other region take over: whoever assumes this role can start and stop the services of both regions, and do
# nothing else. Who of the account may assume it is said by the policies of its people.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  regions   = { first = var.region, second = var.second_region }
  # The clusters of both regions have one name.
  cluster = module.first.cluster.name
  other   = var.serving == "first" ? "second" : "first"
}

resource "aws_iam_role" "fail_over" {
  name                 = "${local.name}-fail-over"
  description          = "Moves ${local.name} from one region to the other."
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "fail_over" {
  name = "start-and-stop"
  role = aws_iam_role.fail_over.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "FindServicesByDesign"
      Effect   = "Allow"
      Action   = ["ecs:ListServices"]
      Resource = "*" # this action knows no narrower resource; the condition names the clusters
      Condition = {
        ArnEquals = { "ecs:cluster" = [for region in values(local.regions) : "arn:${local.partition}:ecs:${region}:${local.account}:cluster/${local.cluster}"] }
      }
      }, {
      Sid      = "CountTasks"
      Effect   = "Allow"
      Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
      Resource = [for region in values(local.regions) : "arn:${local.partition}:ecs:${region}:${local.account}:service/${local.cluster}/*"]
      }, {
      Sid      = "SetTheRange"
      Effect   = "Allow"
      Action   = ["application-autoscaling:RegisterScalableTarget"]
      Resource = [for region in values(local.regions) : "arn:${local.partition}:application-autoscaling:${region}:${local.account}:scalable-target/*"]
      # Targets have no names that were known beforehand: those of services, and of nothing else.
      Condition = { StringEquals = { "application-autoscaling:service-namespace" = "ecs" } }
    }]
  })
}
