mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "second"
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
    condition     = output.environments.api.ASSAY_RECORDS == "dynamodb" && output.environments.api.ASSAY_QUEUE == "sqs" && output.environments.api.ASSAY_SECRETS == "secrets-manager" && output.environments.api.ASSAY_ENCRYPTION == "kms"
    error_message = "The registry runs on other engines than those that were made."
  }
  assert {
    condition     = output.url == "https://registry.example.org" && output.distribution_id != null
    error_message = "Clients do not come by CloudFront."
  }
  assert {
    condition     = output.cluster.blue_green == null
    error_message = "A deployment would ask CodeDeploy, which knows nothing of it."
  }
}

run "postgres_behind_an_api_gateway" {
  variables {
    records  = "postgres"
    postgres = { password_version = 0 }
    entrance = "api-gateway"
  }
  assert {
    condition     = output.environments.worker.ASSAY_RECORDS == "postgres" && output.distribution_id == null
    error_message = "The registry runs on other engines than those that were made."
  }
  assert {
    condition     = length(module.api_gateway) == 1 && length(module.cdn) == 0
    error_message = "Clients do not come by the gateway."
  }
  assert {
    condition     = output.environments.api.ASSAY_CLIENT_ADDRESS_HEADER == "x-assay-client-address"
    error_message = "All clients of the gateway would be taken for one."
  }
}

run "refuses_lists_of_addresses_that_an_api_gateway_would_ignore" {
  command = plan
  variables {
    entrance = "api-gateway"
    firewall = { blocked = ["203.0.113.0/24"] }
  }
  expect_failures = [var.firewall]
}

run "refuses_a_limit_that_an_api_gateway_would_ignore" {
  command = plan
  variables {
    entrance = "api-gateway"
    firewall = { requests_per_five_minutes = 500 }
  }
  expect_failures = [var.firewall]
}

run "a_load_balancer_that_faces_the_internet" {
  command = plan
  variables {
    entrance = "load-balancer"
    firewall = { blocked = ["203.0.113.0/24"], trusted = ["2001:db8::/32"] }
    settings = { ASSAY_FEATURE_REGISTRATION = "false" }
  }
  assert {
    condition     = length(module.api_gateway) == 0 && length(module.cdn) == 0 && output.distribution_id == null
    error_message = "Something else stands in front."
  }
  assert {
    condition     = output.environments.api.ASSAY_FEATURE_REGISTRATION == "false"
    error_message = "A feature cannot be switched off."
  }
}

run "refuses_secrets_among_settings" {
  command = plan
  variables {
    settings = { ASSAY_POSTGRES_PASSWORD = "plain" }
  }
  expect_failures = [var.settings]
}

run "blue_green_says_how_it_is_deployed" {
  variables {
    deployment = "blue-green"
  }
  assert {
    condition     = output.cluster.blue_green.application == "assay-prod-api" && output.cluster.blue_green.group == "api" && output.cluster.services.api == "api"
    error_message = "A deployment does not know whom to ask."
  }
}

run "refuses_an_environment_that_it_does_not_know" {
  command = plan
  variables {
    environment = "production"
  }
  expect_failures = [var.environment]
}

run "refuses_copies_in_the_same_region" {
  command = plan
  variables {
    second_region = "eu-central-1"
  }
  expect_failures = [var.second_region]
}

run "refuses_pages_without_tls" {
  command = plan
  variables {
    cors_origins = ["http://pages.example.org"]
  }
  expect_failures = [var.cors_origins]
}

run "refuses_the_key_of_a_collector_among_settings" {
  command = plan
  variables {
    settings = { ASSAY_TRACES_HEADERS = "x-key=plain" }
  }
  expect_failures = [var.settings]
}

run "traces_are_sent_where_wanted" {
  variables {
    tracing = true
  }
  assert {
    condition     = output.environments.api.ASSAY_TRACES_ENDPOINT == output.environments.worker.ASSAY_TRACES_ENDPOINT && !contains(keys(output.environments.validators), "ASSAY_TRACES_ENDPOINT")
    error_message = "The program sends no traces, or validators do."
  }
}
