mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "assay-test"
  alarm_email = "operators@example.org"
  copies      = { packages = { from = "first-packages", to = "second-packages", rule = "everything" } }
}

run "copies_have_buckets_and_a_vault_under_keys_of_their_region" {
  assert {
    condition     = length(output.bucket_arns) == 7 && aws_backup_vault.this.kms_key_arn == module.keys.arns.backups
    error_message = "Something would not be copied."
  }
}
