mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "assay-test"
}

run "every_key_rotates_and_can_be_taken_back" {
  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation])
    error_message = "A key is not rotated."
  }
  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.deletion_window_in_days == 30])
    error_message = "A deleted key is gone before a month is over."
  }
  assert {
    condition     = length(output.arns) == 5
    error_message = "There is not one key for each purpose."
  }
}

run "services_use_keys_for_this_account_only" {
  assert {
    condition = alltrue(flatten([
      for key in aws_kms_key.this : [
        for statement in jsondecode(key.policy).Statement :
        statement.Condition.StringEqualsIfExists["aws:SourceAccount"] == "123456789012"
        if statement.Sid == "ServicesOfThisAccount"
      ]
    ]))
    error_message = "A service may use a key on behalf of another account."
  }
}

run "who_tells_of_alarms_backups_and_costs_may_encrypt_it" {
  assert {
    condition = length(setsubtract(
      ["cloudwatch.amazonaws.com", "backup.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com"],
      one([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement.Principal.Service if statement.Sid == "ServicesOfThisAccount"]),
    )) == 0
    error_message = "A notice would be lost."
  }
}

run "refuses_a_purpose_that_nothing_is_encrypted_for" {
  command = plan
  variables {
    purposes = ["storage", "fun"]
  }
  expect_failures = [var.purposes]
}
