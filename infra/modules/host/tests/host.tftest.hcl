mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "assay-test"
  image                 = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
  domain_name           = "registry.example.org"
  subnet_id             = "subnet-1"
  security_group_id     = "sg-1"
  instance_profile_name = "assay-test-host"
  kms_key_arn           = "arn:aws:kms:eu-central-1:123456789012:key/storage"
  environment           = { ASSAY_RECORDS = "postgres" }
  database_secret_arn   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:assay-test/database-password-AbCdEf"
  log_group             = "/assay/assay-test/api"
}

run "the_host_is_encrypted_has_no_ssh_key_and_guards_its_credentials" {
  assert {
    condition     = aws_instance.this.root_block_device[0].encrypted && aws_instance.this.root_block_device[0].kms_key_id == var.kms_key_arn
    error_message = "The disk is not encrypted with the key."
  }
  assert {
    condition     = aws_instance.this.metadata_options[0].http_tokens == "required"
    error_message = "Credentials are given to whoever gets the host to ask."
  }
  assert {
    condition     = strcontains(aws_instance.this.user_data, "--read-only") && strcontains(aws_instance.this.user_data, "--cap-drop ALL") && strcontains(aws_instance.this.user_data, "ASSAY_PUBLIC_URL=https://registry.example.org")
    error_message = "The registry may write to its image, or does not know its name."
  }
}

run "refuses_an_image_that_changes_by_itself" {
  command = plan
  variables {
    image = "assay:latest"
  }
  expect_failures = [var.image]
}
