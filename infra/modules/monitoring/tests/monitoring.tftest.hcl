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
    condition     = aws_cloudwatch_metric_alarm.failures[0].threshold == 1 && aws_cloudwatch_metric_alarm.failures[0].evaluation_periods == 5
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
}

run "refuses_what_is_no_address" {
  command = plan
  variables {
    alarm_email = "operators"
  }
  expect_failures = [var.alarm_email]
}
