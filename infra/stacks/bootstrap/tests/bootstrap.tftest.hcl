mock_provider "aws" {
  source = "../../mocks"
}

variables {
  region        = "eu-central-1"
  repository    = "example-org/assay"
  image_regions = ["eu-west-1"]
}

run "whole" {
  assert {
    condition     = length(aws_ce_cost_allocation_tag.this) == 0
    error_message = "The first apply would be refused: AWS does not know the tags yet."
  }
  assert {
    condition     = jsondecode(aws_iam_role.deploy["prod"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:example-org/assay:environment:prod"
    error_message = "Another workflow could deploy to production."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.deploy["dev"].policy).Statement :
      try(statement.Condition.StringEquals["iam:PermissionsBoundary"], null) == aws_iam_policy.boundary.arn if statement.Sid == "MakeRolesWithinTheBoundary"
    ])
    error_message = "A deployment could make a role that may do everything."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.deploy["prod"].policy).Statement :
      contains(flatten([statement.Action]), "codedeploy:*") && contains(flatten([statement.Action]), "ecs:*") if statement.Effect == "Allow"
    ])
    error_message = "A deployment cannot ask CodeDeploy to bring a release over."
  }
  assert {
    condition     = contains(flatten(jsondecode(aws_iam_policy.boundary.policy).Statement[*].Action), "application-autoscaling:RegisterScalableTarget")
    error_message = "Within the boundary nobody could move a registry to its other region."
  }
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "The state is not versioned and encrypted."
  }
}

run "the_bill_gets_its_tags_once_aws_knows_them" {
  command = plan
  variables {
    activate_cost_tags = true
  }
  assert {
    condition     = contains(keys(aws_ce_cost_allocation_tag.this), "CostCenter") && alltrue([for tag in aws_ce_cost_allocation_tag.this : tag.status == "Active"])
    error_message = "Budgets would count what has no tag."
  }
}

run "refuses_every_repository_at_once" {
  command = plan
  variables {
    repository = "example-org/*"
  }
  expect_failures = [var.repository]
}
