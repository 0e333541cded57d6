mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "second"
  source = "../../mocks"

  override_data {
    target = module.second.data.aws_region.current
    values = { name = "eu-west-1" }
  }
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "../../mocks"
}

# Never asked: no value is generated offline.
provider "aws" {
  alias                       = "ephemeral"
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  environment              = "prod"
  region                   = "eu-central-1"
  second_region            = "eu-west-1"
  domain_name              = "registry.example.org"
  zone_name                = "example.org"
  image                    = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
  image_repository_arn     = "arn:aws:ecr:eu-central-1:123456789012:repository/assay"
  alarm_email              = "operators@example.org"
  validator_secret_version = 0
}

run "whole" {
  assert {
    condition     = alltrue([for service in ["api", "worker", "validators"] : keys(output.environments.first[service]) == keys(output.environments.second[service])])
    error_message = "The second region would run something else."
  }
  assert {
    condition     = output.environments.second.api.ASSAY_ENCRYPTION == "key" && output.environments.second.api.ASSAY_AWS_REGION == "eu-west-1"
    error_message = "The second region could not open what the first has sealed, or asks the first."
  }
  assert {
    condition     = output.serving == "eu-central-1" && endswith(output.fail_over_command, " --from eu-central-1 --to eu-west-1 --least 2 --most 10")
    error_message = "Nobody knows how to fail over."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.fail_over.policy).Statement : alltrue([
        for action in statement.Action : contains(["ecs:ListServices", "ecs:DescribeServices", "ecs:UpdateService", "application-autoscaling:RegisterScalableTarget"], action)
      ])
    ])
    error_message = "Who moves the registry may do more than that."
  }
  assert {
    condition     = alltrue([for region in ["eu-central-1", "eu-west-1"] : strcontains(aws_iam_role_policy.fail_over.policy, ":ecs:${region}:123456789012:service/")])
    error_message = "Who moves the registry cannot do so in both regions."
  }
}

run "serves_from_the_second_region" {
  command = plan
  variables {
    serving = "second"
  }
  assert {
    condition     = output.serving == "eu-west-1" && strcontains(output.fail_over_command, " --from eu-west-1 --to eu-central-1 ")
    error_message = "Nobody knows how to fail back."
  }
  assert {
    condition     = alltrue([for tasks in values(output.clusters.first.tasks) : tasks.most == 0]) && alltrue([for tasks in values(output.clusters.second.tasks) : tasks.least > 0])
    error_message = "Both regions run tasks, or none."
  }
}

run "refuses_a_region_that_does_not_serve" {
  command = plan
  variables {
    serving = "both"
  }
  expect_failures = [var.serving]
}
