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

run "copies_of_backups_are_locked_but_in_throw_away_environments" {
  assert {
    condition     = aws_backup_vault_lock_configuration.this[0].min_retention_days == 7
    error_message = "Who removes the backups removes their copies, too."
  }
}

run "what_may_be_thrown_away_is_not_locked" {
  command = plan
  variables {
    removable = true
  }
  assert {
    condition     = length(aws_backup_vault_lock_configuration.this) == 0
    error_message = "It could not be destroyed for a week."
  }
}
