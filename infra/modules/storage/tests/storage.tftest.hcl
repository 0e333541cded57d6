mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name             = "assay-test"
  kms_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/storage"
  logs_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/logs"
}

run "no_bucket_is_public_unencrypted_or_without_versions" {
  assert {
    condition = alltrue([
      for block in aws_s3_bucket_public_access_block.this :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "A bucket can be made public."
  }
  assert {
    condition = alltrue([
      for area, encryption in aws_s3_bucket_server_side_encryption_configuration.this :
      one(one(encryption.rule).apply_server_side_encryption_by_default).sse_algorithm == (area == "access-logs" ? "AES256" : "aws:kms")
    ])
    error_message = "A bucket is not encrypted with a key of KMS."
  }
  assert {
    condition     = alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"])
    error_message = "A bucket keeps no versions."
  }
  assert {
    condition     = keys(aws_s3_bucket_public_access_block.this) == keys(aws_s3_bucket.this) && keys(aws_s3_bucket_versioning.this) == keys(aws_s3_bucket.this)
    error_message = "A bucket was forgotten."
  }
}

run "every_bucket_refuses_connections_that_are_not_encrypted" {
  assert {
    condition = alltrue([
      for policy in aws_s3_bucket_policy.this : anytrue([
        for statement in jsondecode(policy.policy).Statement :
        statement.Effect == "Deny" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"
      ])
    ])
    error_message = "A bucket can be read without TLS."
  }
}

run "the_audit_and_logs_of_access_take_what_services_write_for_this_account_only" {
  assert {
    condition = alltrue(flatten([
      for area in ["audit", "access-logs"] : [
        for statement in jsondecode(aws_s3_bucket_policy.this[area].policy).Statement :
        try(statement.Condition.StringEquals["aws:SourceAccount"], "") == "123456789012" || alltrue([for resource in statement.Resource : strcontains(resource, "/AWSLogs/123456789012/")])
        if statement.Effect == "Allow"
      ]
    ]))
    error_message = "Other accounts could write into the audit."
  }
}

run "buckets_of_the_registry_refuse_other_keys" {
  assert {
    condition = alltrue([
      for area in ["incoming", "packages", "quarantine", "processed", "validators", "logs", "backups"] : anytrue([
        for statement in jsondecode(aws_s3_bucket_policy.this[area].policy).Statement :
        try(statement.Condition.StringNotEqualsIfExists["s3:x-amz-server-side-encryption-aws-kms-key-id"], "") == var.kms_key_arn
      ])
    ])
    error_message = "Content can be stored under another key."
  }
}

run "lifecycles_are_those_of_the_design" {
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this["incoming"].rule : rule.expiration[0].days if rule.id == "expire"]) == 30
    error_message = "Uploads must be removed after 30 days."
  }
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this["processed"].rule : one(rule.transition).days if rule.id == "archive"]) == 90
    error_message = "What analysis found must be archived after 90 days."
  }
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this["logs"].rule : rule.expiration[0].days if rule.id == "expire"]) == 2557
    error_message = "Logs must be kept for seven years."
  }
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this["logs"].rule : one(rule.transition).days if rule.id == "archive"]) == 90
    error_message = "Logs must be archived after 90 days."
  }
  assert {
    condition = alltrue([
      for bucket in aws_s3_bucket_lifecycle_configuration.this :
      one([for rule in bucket.rule : rule.abort_incomplete_multipart_upload[0].days_after_initiation if rule.id == "unfinished-uploads"]) > 30
    ])
    error_message = "An upload that may still be open would lose its parts."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["packages"].rule : rule.id] == ["unfinished-uploads"]
    error_message = "No rule may move or remove published content."
  }
}

run "the_audit_is_locked" {
  assert {
    condition     = aws_s3_bucket.this["audit"].object_lock_enabled && aws_s3_bucket_object_lock_configuration.audit.rule[0].default_retention[0].days == 365
    error_message = "The audit can be removed."
  }
}

run "copies_go_to_the_other_region_under_its_key" {
  variables {
    replicate_to        = { packages = "arn:aws:s3:::copy-packages", quarantine = "arn:aws:s3:::copy-quarantine" }
    replica_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/storage"
  }
  assert {
    condition     = join(" ", keys(aws_s3_bucket_replication_configuration.this)) == "packages quarantine"
    error_message = "A bucket is not copied."
  }
  assert {
    condition = alltrue([
      for replication in aws_s3_bucket_replication_configuration.this :
      one(replication.rule[0].destination[0].encryption_configuration).replica_kms_key_id == var.replica_kms_key_arn
      && one(one(replication.rule[0].destination[0].replication_time).time).minutes == 15
    ])
    error_message = "Copies are not encrypted, or may take longer than a quarter of an hour."
  }
  assert {
    condition     = output.copies.packages.to == "copy-packages" && output.copies.packages.from == output.buckets.packages && output.copies.packages.rule == aws_s3_bucket_replication_configuration.this["packages"].rule[0].id
    error_message = "Alarms would look at other copies."
  }
}

run "nothing_is_destroyed_with_its_content_by_default" {
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : !bucket.force_destroy])
    error_message = "A bucket would be destroyed with what is in it."
  }
}

run "refuses_an_audit_that_is_locked_for_no_time" {
  command = plan
  variables {
    audit_days = 0
  }
  expect_failures = [var.audit_days]
}
