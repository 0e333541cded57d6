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

run "logs_in_where_the_image_is" {
  command = plan
  variables {
    image = "123456789012.dkr.ecr.us-west-2.amazonaws.com/assay:1.2.0"
  }
  assert {
    condition     = strcontains(aws_instance.this.user_data, "aws ecr get-login-password --region us-west-2 | docker login --username AWS --password-stdin 123456789012.dkr.ecr.us-west-2.amazonaws.com'")
    error_message = "An image in another region cannot be pulled."
  }
  assert {
    condition     = strcontains(aws_instance.this.user_data, "get-secret-value --region eu-central-1")
    error_message = "The password of the database is looked for in another region."
  }
}

run "shows_no_password_of_ecr_to_another_registry" {
  command = plan
  variables {
    image = "registry.example.org/123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
  }
  assert {
    condition     = !strcontains(aws_instance.this.user_data, "docker login") && strcontains(aws_instance.this.user_data, "\n[Service]\nRestart=always\nRestartSec=5\nTimeoutStopSec=60\nExecStartPre=-/usr/bin/docker network create assay\n")
    error_message = "Whoever runs that registry may pull our images."
  }
}

run "refuses_an_image_that_changes_by_itself" {
  command = plan
  variables {
    image = "assay:latest"
  }
  expect_failures = [var.image]
}
