mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "assay-test"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/backups"
  resource_arns = {
    DynamoDB = ["arn:aws:dynamodb:eu-central-1:123456789012:table/assay-test-users"]
    RDS      = []
    S3       = ["arn:aws:s3:::assay-test-packages"]
  }
  notices_topic_arn = "arn:aws:sns:eu-central-1:123456789012:assay-test-alarms"
}

run "backups_are_encrypted_locked_and_tried_out" {
  assert {
    condition     = aws_backup_vault.this.kms_key_arn == var.kms_key_arn && aws_backup_vault_lock_configuration.this[0].min_retention_days == 7
    error_message = "Backups are not encrypted with the key, or can be removed at once."
  }
  assert {
    condition     = { for rule in aws_backup_plan.this.rule : rule.rule_name => one(rule.lifecycle).delete_after } == { daily = 35, monthly = 400 }
    error_message = "Backups are kept for another time."
  }
  assert {
    condition     = join(" ", keys(aws_backup_restore_testing_selection.this)) == "DynamoDB S3"
    error_message = "Something is never restored."
  }
}

run "another_region_gets_a_copy" {
  variables {
    copies  = true
    copy_to = "arn:aws:backup:eu-west-1:123456789012:backup-vault:assay-test"
  }
  assert {
    condition     = alltrue([for rule in aws_backup_plan.this.rule : one(rule.copy_action).destination_vault_arn == var.copy_to])
    error_message = "A backup stays in its region."
  }
}

run "refuses_backups_for_less_than_a_week" {
  command = plan
  variables {
    days = { daily = 1, monthly = 30 }
  }
  expect_failures = [var.days]
}
