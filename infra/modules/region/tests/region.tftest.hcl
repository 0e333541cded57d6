mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "assay-test"
  image           = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
  public_url      = "https://registry.example.org"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  entrance        = "internet"
  key_arns        = { for purpose in ["storage", "records", "secrets", "logs", "backups"] : purpose => "arn:aws:kms:eu-central-1:123456789012:key/${purpose}" }
  records = {
    environment = { ASSAY_RECORDS = "dynamodb", ASSAY_DYNAMODB_TABLE_PREFIX = "assay-test-" }
    table_arns  = ["arn:aws:dynamodb:eu-central-1:123456789012:table/assay-test-users"]
    table_names = ["assay-test-users"]
  }
  secrets = {
    kept       = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:assay-test/session-keys.json-AbCdEf"]
    validators = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:assay-test/validators-AbCdEf"
  }
  tasks = { api = { least = 2, most = 10 }, worker = { least = 2, most = 10 }, validators = { least = 2, most = 10 } }
}

run "a_registry_that_faces_the_internet_has_its_firewall" {
  assert {
    condition     = length(module.firewall) == 1 && output.environments.api.ASSAY_PUBLIC_URL == "https://registry.example.org"
    error_message = "There is no firewall, or the registry does not know its name."
  }
  assert {
    condition     = output.environments.worker.ASSAY_S3_BUCKET_PACKAGES == output.buckets.packages && output.environments.api.ASSAY_WORKER_IN_SERVER == "false"
    error_message = "The program would look elsewhere."
  }
}

run "settings_of_its_own_and_alarms_of_its_own" {
  command = plan
  variables {
    settings     = { ASSAY_FEATURE_WEBHOOKS = "false", ASSAY_REVIEW_OVERDUE_HOURS = "24" }
    alarm_limits = { quarantine_days = 1 }
  }
  assert {
    condition     = output.environments.worker.ASSAY_FEATURE_WEBHOOKS == "false" && output.environments.api.ASSAY_REVIEW_OVERDUE_HOURS == "24"
    error_message = "The program is not told what was chosen."
  }
}

run "behind_cloudfront_clients_are_told_apart" {
  variables {
    entrance = "cloudfront"
    cloudfront = {
      prefix_list_id = "pl-1"
      ranges         = ["203.0.113.0/24"]
    }
  }
  assert {
    condition     = length(module.firewall) == 0
    error_message = "There is a second firewall."
  }
  assert {
    condition     = output.environments.api.ASSAY_TRUSTED_PROXIES == "10.20.0.0/16,203.0.113.0/24"
    error_message = "All clients of CloudFront would be taken for one."
  }
}

run "refuses_names_that_aws_does_not_take_everywhere" {
  command = plan
  variables {
    name = "Assay_Production"
  }
  expect_failures = [var.name]
}

run "traces_are_sent_by_the_roles_that_may" {
  variables {
    tracing         = true
    collector_image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirrors/collector:v0.48.0"
  }
  assert {
    condition     = output.environments.api.ASSAY_TRACES_ENDPOINT == "http://127.0.0.1:4318/v1/traces" && local.collector_repository_arn == "arn:aws:ecr:eu-central-1:123456789012:repository/mirrors/collector"
    error_message = "The program sends no traces, or the collector cannot be pulled."
  }
}

run "traces_are_not_sent_unless_wanted" {
  command = plan
  assert {
    condition     = !contains(keys(output.environments.worker), "ASSAY_TRACES_ENDPOINT") && local.collector_repository_arn == null
    error_message = "The program sends traces that nobody asked for."
  }
}
