mock_provider "aws" {
  source = "../../mocks"
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
  environment          = "prod"
  region               = "eu-central-1"
  domain_name          = "registry.example.org"
  zone_name            = "example.org"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/assay"
  alarm_email          = "operators@example.org"
  postgres             = { password_version = 0 }
}

run "whole" {
  assert {
    condition     = output.environments.host.ASSAY_RECORDS == "postgres" && output.environments.host.ASSAY_POSTGRES_TLS == "verify-full"
    error_message = "The registry would keep its records elsewhere, or trust whoever answers."
  }
  assert {
    condition     = output.environments.host.ASSAY_PUBLIC_URL == "https://registry.example.org" && length(aws_route53_record.this) == 1
    error_message = "The name does not lead to the host."
  }
  assert {
    condition     = strcontains(output.session_command, "aws ssm start-session")
    error_message = "Nobody gets into the host."
  }
}

run "refuses_a_disk_that_the_image_does_not_fit_on" {
  command = plan
  variables {
    disk_gib = 8
  }
  expect_failures = [var.disk_gib]
}
