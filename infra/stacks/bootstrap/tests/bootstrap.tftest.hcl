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

run "whoever_deploys_to_one_environment_leaves_the_others_alone" {
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.deploy["dev"].policy).Statement :
      statement.Effect == "Deny" && try(statement.Action, "") == "*" && alltrue([
        for resource in ["arn:aws:s3:::assay-prod-*", "arn:aws:secretsmanager:*:123456789012:secret:assay-prod/*", "arn:aws:dynamodb:*:123456789012:table/assay-prod-*"] :
        contains(flatten([try(statement.Resource, [])]), resource)
      ])
    ])
    error_message = "A deployment to dev could read or remove what prod keeps."
  }
  assert {
    condition     = !strcontains(jsonencode([for statement in jsondecode(aws_iam_role_policy.deploy["dev"].policy).Statement : statement if statement.Effect == "Deny"]), "assay-dev")
    error_message = "A deployment to dev could not work on dev."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.deploy["dev"].policy).Statement :
      statement.Effect == "Deny" && contains(flatten([try(statement.Condition["ForAnyValue:StringLike"]["kms:ResourceAliases"], [])]), "alias/assay-prod-*")
    ])
    error_message = "A deployment to dev could remove the keys of prod."
  }
}

run "nobody_reads_former_states_or_gives_the_state_away" {
  assert {
    condition = alltrue([
      for policy in aws_iam_role_policy.deploy : anytrue([
        for statement in jsondecode(policy.policy).Statement :
        statement.Effect == "Deny" && length(setsubtract(flatten([try(statement.NotAction, ["none"])]), ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"])) == 0
      ])
    ])
    error_message = "A deployment may do more with the state than Terraform does."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_policy.boundary.policy).Statement :
      statement.Effect == "Deny" && try(statement.Action, "") == "s3:*" && contains(flatten([statement.Resource]), "${local.state_arn}/*")
    ])
    error_message = "A role that a deployment makes could read the state of every environment."
  }
}

run "nobody_but_an_administrator_unlocks_the_audit_and_backups" {
  assert {
    condition = alltrue([
      for policy in concat([for policy in aws_iam_role_policy.deploy : policy.policy], [aws_iam_policy.boundary.policy]) : anytrue([
        for statement in jsondecode(policy).Statement :
        statement.Effect == "Deny" && length(setintersection(flatten([try(statement.Action, [])]), ["s3:BypassGovernanceRetention", "backup:DeleteBackupVaultLockConfiguration"])) == 2
      ])
    ])
    error_message = "The lock would be opened by whoever deploys."
  }
}

run "a_first_deployment_finds_an_account_in_which_services_have_no_roles" {
  assert {
    condition = alltrue([
      for policy in aws_iam_role_policy.deploy : anytrue([
        for statement in jsondecode(policy.policy).Statement :
        contains(flatten([try(statement.Action, [])]), "iam:CreateServiceLinkedRole") && contains(try(statement.Condition.StringEquals["iam:AWSServiceName"], []), "ecs.amazonaws.com")
      ])
    ])
    error_message = "ECS could not be used for the first time."
  }
}

run "with_one_environment_there_is_nobody_to_leave_alone" {
  variables {
    environments = ["prod"]
  }
  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.deploy["prod"].policy).Statement : length(flatten([try(statement.Resource, [])])) > 0])
    error_message = "AWS would refuse a statement about nothing."
  }
}

run "refuses_environments_whose_names_begin_alike" {
  command = plan
  variables {
    environments = ["prod", "prod2"]
  }
  expect_failures = [var.environments]
}

run "refuses_an_environment_with_the_name_of_what_deploys" {
  command = plan
  variables {
    environments = ["deploy"]
  }
  expect_failures = [var.environments]
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
