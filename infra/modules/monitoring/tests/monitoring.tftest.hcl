mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "assay-test"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/logs"
  alarm_email = "operators@example.org"
  watched = {
    cluster       = "assay-test"
    services      = { api = 2, worker = 2 }
    load_balancer = { arn_suffix = "app/assay/1", target_group = "targetgroup/assay/1" }
    queues        = { jobs = "assay-test-jobs", dead = "assay-test-dead" }
    database      = { instance_id = "assay-test", connections = 200, storage_gib = 50 }
    buckets       = { packages = "assay-test-packages", quarantine = "assay-test-quarantine" }
  }
  trail = { bucket = "assay-test-audit", packages_bucket_arn = "arn:aws:s3:::assay-test-packages" }
}

run "alarms_are_those_of_the_design_and_somebody_is_told" {
  assert {
    condition = length(setsubtract(
      ["api-cpu", "api-memory", "queue-jobs", "queue-dead", "bucket-packages", "quarantine-forgotten", "database-cpu", "database-connections", "errors"],
      keys(aws_cloudwatch_metric_alarm.this),
    )) == 0
    error_message = "An alarm is missing."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-cpu"].threshold == 80 && aws_cloudwatch_metric_alarm.this["database-connections"].threshold == 160
    error_message = "An alarm goes off at another point."
  }
  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.failures[0].metric_query : query.expression if query.id == "share"]) == "100 * (FILL(failed, 0) + FILL(refused, 0)) / asked" && aws_cloudwatch_metric_alarm.failures[0].threshold == 1 && aws_cloudwatch_metric_alarm.failures[0].evaluation_periods == 5
    error_message = "Failures of 1 % for five minutes are not noticed."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : length(alarm.alarm_actions) == 1])
    error_message = "An alarm tells nobody."
  }
  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "operators@example.org"
    error_message = "Nobody listens."
  }
}

run "a_version_that_nobody_decides_about_is_not_forgotten" {
  assert {
    condition = alltrue([for group in ["api", "worker"] : (
      one(aws_cloudwatch_log_metric_filter.this["${group}-review-oldest-seconds"].metric_transformation).value == "$.review.oldestSeconds"
      && one(aws_cloudwatch_log_metric_filter.this["${group}-review-oldest-seconds"].metric_transformation).default_value == null
    )])
    error_message = "The age is not read, or lines about something else count as an empty quarantine."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["quarantine-forgotten"].threshold == 7 * 24 * 60 * 60
      && aws_cloudwatch_metric_alarm.this["quarantine-forgotten"].metric_name == "review-oldest-seconds"
      && aws_cloudwatch_metric_alarm.this["quarantine-forgotten"].statistic == "Maximum"
      && aws_cloudwatch_metric_alarm.this["quarantine-forgotten"].treat_missing_data == "ignore"
    )
    error_message = "The alarm goes by something else than the age, or ends when the program is away."
  }
}

run "limits_are_chosen_by_name" {
  command = plan
  variables {
    limits = { quarantine_days = 2 }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["quarantine-forgotten"].threshold == 2 * 24 * 60 * 60 && aws_cloudwatch_metric_alarm.this["queue-jobs"].threshold == 900
    error_message = "A limit that was given does not count, or changes the others."
  }
}

run "copies_that_fail_or_are_late_are_told_in_the_region_that_knows" {
  command = plan
  variables {
    watched = {
      tables           = ["assay-test-users"]
      tables_copied_to = "eu-west-1"
      copies_from_here = { packages = { from = "here", to = "there", rule = "everything" } }
      copies_to_here   = { packages = { from = "there", to = "here", rule = "everything" } }
    }
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["copies-packages-failed"].metric_name == "OperationsFailedReplication"
      && aws_cloudwatch_metric_alarm.this["copies-packages-failed"].threshold == 0
      && aws_cloudwatch_metric_alarm.this["copies-packages-failed"].dimensions == tomap({ SourceBucket = "here", DestinationBucket = "there", RuleId = "everything" })
    )
    error_message = "An object that is never copied is not noticed."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["copies-packages-late"].metric_name == "ReplicationLatency"
      && aws_cloudwatch_metric_alarm.this["copies-packages-late"].threshold == 900
      && aws_cloudwatch_metric_alarm.this["copies-packages-late"].dimensions == tomap({ SourceBucket = "there", DestinationBucket = "here", RuleId = "everything" })
    )
    error_message = "More than a quarter of an hour of objects can be lost unnoticed."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["table-assay-test-users-late"].threshold == 900000
      && aws_cloudwatch_metric_alarm.this["table-assay-test-users-late"].dimensions == tomap({ TableName = "assay-test-users", ReceivingRegion = "eu-west-1" })
    )
    error_message = "More than a quarter of an hour of records can be lost unnoticed."
  }
}

run "where_only_copies_are_there_is_no_log_and_no_empty_dashboard" {
  command = plan
  variables {
    retention_days = {}
    watched        = { copies_to_here = { packages = { from = "there", to = "here", rule = "everything" } } }
    trail          = null
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["copies-packages-late"] && keys(aws_cloudwatch_dashboard.this) == ["infrastructure"] && length(aws_cloudwatch_log_group.this) == 0
    error_message = "Something is watched that is not there."
  }
}

run "deployments_end_by_alarms_of_releases_only" {
  assert {
    condition     = contains(output.alarm_names, "assay-test-errors") && contains(output.alarm_names, "assay-test-5xx") && !contains(output.alarm_names, "assay-test-quarantine-forgotten")
    error_message = "A deployment would be ended by what it has not caused, or not by what it has."
  }
}

run "refuses_a_limit_that_it_does_not_know" {
  command = plan
  variables {
    limits = { quarantine_hours = 2 }
  }
  expect_failures = [var.limits]
}

run "logs_are_encrypted_and_end" {
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.kms_key_arn])
    error_message = "A log is not encrypted."
  }
  assert {
    condition     = join(" ", [for group in aws_cloudwatch_log_group.this : group.retention_in_days]) == "30 7 30 30"
    error_message = "Logs are kept for another time."
  }
  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 3 && alltrue([for board in aws_cloudwatch_dashboard.this : length(jsondecode(board.dashboard_body).widgets) > 0])
    error_message = "A dashboard is empty."
  }
  assert {
    condition     = aws_cloudtrail.this[0].enable_log_file_validation && aws_cloudtrail.this[0].is_multi_region_trail && aws_cloudtrail.this[0].kms_key_id == var.kms_key_arn
    error_message = "The trail can be changed unnoticed, or misses a region."
  }
}

run "a_host_is_watched_without_a_cluster" {
  variables {
    retention_days = { api = 30 }
    watched        = { instance = { id = "i-1" } }
    trail          = null
  }
  assert {
    condition     = contains(keys(aws_cloudwatch_metric_alarm.this), "host-status") && contains(keys(aws_cloudwatch_metric_alarm.this), "host-disk") && length(aws_cloudwatch_metric_alarm.tasks) == 0
    error_message = "The host is not watched."
  }
  assert {
    condition = {
      for query in aws_cloudwatch_metric_alarm.failures[0].metric_query : query.id => query.id == "share" ? query.expression : one(query.metric).metric_name
    } == { share = "100 * (FILL(failed, 0)) / asked", failed = "failed-requests", asked = "requests" }
    error_message = "Failures are not noticed where no load balancer counts them."
  }
}

run "refuses_what_is_no_address" {
  command = plan
  variables {
    alarm_email = "operators"
  }
  expect_failures = [var.alarm_email]
}
