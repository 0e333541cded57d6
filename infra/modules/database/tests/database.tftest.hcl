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
  name              = "assay-test"
  kms_key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/records"
  subnet_ids        = ["subnet-1", "subnet-2"]
  security_group_id = "sg-1"
  logs_kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/logs"
}

run "tables_are_those_of_the_program_encrypted_and_restorable" {
  assert {
    condition     = join(" ", keys(aws_dynamodb_table.this)) == join(" ", keys(jsondecode(file("../../../server/src/adapters/dynamodb/tables.json"))))
    error_message = "The tables are others than the program's."
  }
  assert {
    condition = alltrue([
      for table in aws_dynamodb_table.this :
      table.server_side_encryption[0].enabled && table.server_side_encryption[0].kms_key_arn == var.kms_key_arn
      && table.point_in_time_recovery[0].enabled && table.deletion_protection_enabled
    ])
    error_message = "A table is not encrypted, restorable and protected."
  }
  assert {
    condition     = one(aws_dynamodb_table.this["tokens"].ttl).attribute_name == "expires"
    error_message = "What expired is not removed."
  }
  assert {
    condition     = output.environment.ASSAY_DYNAMODB_TABLE_PREFIX == "assay-test-" && length(output.table_arns) == length(aws_dynamodb_table.this)
    error_message = "The program would look for other tables."
  }
  assert {
    condition     = length(aws_db_instance.primary) == 0
    error_message = "A PostgreSQL that nobody uses."
  }
}

run "tables_are_kept_in_other_regions_with_their_keys" {
  variables {
    replicas = { "eu-west-1" = "arn:aws:kms:eu-west-1:123456789012:key/records" }
  }
  assert {
    condition = alltrue([
      for table in aws_dynamodb_table.this :
      one(table.replica).region_name == "eu-west-1" && one(table.replica).point_in_time_recovery && table.stream_enabled
    ])
    error_message = "A table is in one region only."
  }
}

run "postgres_is_encrypted_private_backed_up_and_forces_tls" {
  variables {
    engine = "postgres"
  }
  assert {
    condition = alltrue([
      for instance in concat(aws_db_instance.primary, aws_db_instance.replica) :
      instance.storage_encrypted && instance.kms_key_id == var.kms_key_arn && !instance.publicly_accessible
    ])
    error_message = "An instance is not encrypted, or public."
  }
  assert {
    condition     = aws_db_instance.primary[0].multi_az && aws_db_instance.primary[0].backup_retention_period >= 7 && aws_db_instance.primary[0].deletion_protection
    error_message = "The instance is not safe from failures."
  }
  assert {
    condition     = one([for parameter in aws_db_parameter_group.this[0].parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "Somebody may connect without TLS."
  }
  assert {
    condition = alltrue([
      for log in aws_db_instance.primary[0].enabled_cloudwatch_logs_exports :
      aws_cloudwatch_log_group.postgres[log].name == "/aws/rds/instance/assay-test/${log}"
      && aws_cloudwatch_log_group.postgres[log].retention_in_days == 30 && aws_cloudwatch_log_group.postgres[log].kms_key_id == var.logs_kms_key_arn
    ])
    error_message = "A log of the instance is kept for ever, or under a key that is not ours."
  }
  assert {
    condition = alltrue([
      for instance in concat(aws_db_instance.primary, aws_db_instance.replica) :
      instance.max_allocated_storage == 500 && instance.performance_insights_kms_key_id == var.kms_key_arn && instance.enabled_cloudwatch_logs_exports == toset(["postgresql", "upgrade"])
    ])
    error_message = "The replica runs full while the primary grows, or nobody sees what an instance does."
  }
  assert {
    condition     = alltrue([for log, group in aws_cloudwatch_log_group.replica : group.name == "/aws/rds/instance/assay-test-replica/${log}" && group.retention_in_days == 30])
    error_message = "A log of the replica is kept for ever."
  }
  assert {
    condition     = output.environment.ASSAY_POSTGRES_TLS == "verify-full" && length(aws_dynamodb_table.this) == 0
    error_message = "The program would trust whoever answers."
  }
}

run "refuses_a_postgres_whose_logs_have_no_key" {
  command = plan
  variables {
    engine           = "postgres"
    logs_kms_key_arn = null
  }
  expect_failures = [var.logs_kms_key_arn]
}

run "refuses_backups_for_less_than_a_week" {
  command = plan
  variables {
    postgres = { backup_days = 1 }
  }
  expect_failures = [var.postgres]
}
