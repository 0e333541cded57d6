mock_provider "aws" {
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
  name        = "assay-test"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/secrets"
  # Values cannot be generated offline; the rehearsal does.
  generated = { database-password = 0 }
}

run "secrets_are_encrypted_with_the_key_and_can_be_taken_back" {
  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.kms_key_id == var.kms_key_arn && secret.recovery_window_in_days == 30])
    error_message = "A secret is not protected."
  }
  assert {
    condition     = length(output.kept_arns) == 4 && join(" ", keys(output.generated_arns)) == "database-password"
    error_message = "A secret is missing."
  }
}

run "refuses_half_a_value" {
  command = plan
  variables {
    generated = { database-password = 1.5 }
  }
  expect_failures = [var.generated]
}
