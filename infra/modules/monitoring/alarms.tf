locals {
  limits = merge({ bucket_gib = 1024, quarantine_days = 7, job_waits_seconds = 900, errors_in_5_minutes = 10, copies_late_seconds = 900 }, var.limits)

  has_balancer = var.watched.load_balancer != null
  has_database = var.watched.database != null
  has_instance = var.watched.instance != null

  of_services = merge([for service, least in var.watched.services : {
    "${service}-cpu"    = { what = "uses more than 80 % of its CPU", namespace = "AWS/ECS", metric = "CPUUtilization", statistic = "Average", above = 80, minutes = 5, times = 3, dimensions = { ClusterName = var.watched.cluster, ServiceName = service } }
    "${service}-memory" = { what = "uses more than 80 % of its memory", namespace = "AWS/ECS", metric = "MemoryUtilization", statistic = "Average", above = 80, minutes = 5, times = 3, dimensions = { ClusterName = var.watched.cluster, ServiceName = service } }
  }]...)

  of_queues = merge([for queue, name in var.watched.queues : {
    for kind in [queue == "dead" ? "dead" : "waiting"] : "queue-${queue}" => {
      what       = kind == "dead" ? "holds jobs that were given up" : "holds something that waits too long"
      namespace  = "AWS/SQS"
      metric     = kind == "dead" ? "ApproximateNumberOfMessagesVisible" : "ApproximateAgeOfOldestMessage"
      statistic  = "Maximum"
      above      = kind == "dead" ? 0 : local.limits.job_waits_seconds
      minutes    = 5
      times      = 1
      dimensions = { QueueName = name }
    }
  }]...)

  of_buckets = { for area, bucket in var.watched.buckets : "bucket-${area}" => { what = "is larger than expected", namespace = "AWS/S3", metric = "BucketSizeBytes", statistic = "Average", above = local.limits.bucket_gib * 1024 * 1024 * 1024, minutes = 1440, times = 1, dimensions = { BucketName = bucket, StorageType = "StandardStorage" } } }

  of_logs = length(local.told_in) == 0 ? {} : {
    errors               = { what = "are written into the log", namespace = "Assay/${var.name}", metric = "errors", statistic = "Sum", above = local.limits.errors_in_5_minutes, minutes = 5, times = 1, dimensions = {} }
    quarantine-forgotten = { what = "has held a version for days that no reviewer has decided about", namespace = "Assay/${var.name}", metric = "review-oldest-seconds", statistic = "Maximum", above = local.limits.quarantine_days * 24 * 60 * 60, minutes = 60, times = 1, dimensions = {} }
  }

  # S3 tells of a failed copy where it was made from, and of late ones where they are missing.
  of_copies = merge(
    { for area, copy in var.watched.copies_from_here : "copies-${area}-failed" => { what = "are missing in the other region for good", namespace = "AWS/S3", metric = "OperationsFailedReplication", statistic = "Sum", above = 0, minutes = 5, times = 1, dimensions = { SourceBucket = copy.from, DestinationBucket = copy.to, RuleId = copy.rule } } },
    { for area, copy in var.watched.copies_to_here : "copies-${area}-late" => { what = "are further behind the other region than may be lost", namespace = "AWS/S3", metric = "ReplicationLatency", statistic = "Maximum", above = local.limits.copies_late_seconds, minutes = 5, times = 1, dimensions = { SourceBucket = copy.from, DestinationBucket = copy.to, RuleId = copy.rule } } },
    # In milliseconds.
    { for table in var.watched.tables : "table-${table}-late" => { what = "reaches the other region later than may be lost", namespace = "AWS/DynamoDB", metric = "ReplicationLatency", statistic = "Maximum", above = local.limits.copies_late_seconds * 1000, minutes = 5, times = 1, dimensions = { TableName = table, ReceivingRegion = var.watched.tables_copied_to } } if var.watched.tables_copied_to != null },
  )

  of_database = { for database in [var.watched.database] : "x" => {
    database-cpu         = { what = "uses more than 80 % of its CPU", namespace = "AWS/RDS", metric = "CPUUtilization", statistic = "Average", above = 80, minutes = 5, times = 3, dimensions = { DBInstanceIdentifier = database.instance_id } }
    database-connections = { what = "has more than 80 % of its connections in use", namespace = "AWS/RDS", metric = "DatabaseConnections", statistic = "Maximum", above = floor(database.connections * 0.8), minutes = 5, times = 2, dimensions = { DBInstanceIdentifier = database.instance_id } }
  } if database != null }

  of_tables = { for table in var.watched.tables : "table-${table}" => { what = "is throttled", namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", statistic = "Sum", above = 10, minutes = 5, times = 2, dimensions = { TableName = table } } }

  of_instance = { for instance in [var.watched.instance] : "x" => {
    host-cpu    = { what = "uses more than 80 % of its CPU", namespace = "AWS/EC2", metric = "CPUUtilization", statistic = "Average", above = 80, minutes = 5, times = 3, dimensions = { InstanceId = instance.id } }
    host-status = { what = "does not answer", namespace = "AWS/EC2", metric = "StatusCheckFailed", statistic = "Maximum", above = 0, minutes = 1, times = 3, dimensions = { InstanceId = instance.id } }
    host-memory = { what = "uses more than 80 % of its memory", namespace = "Assay/${var.name}", metric = "mem_used_percent", statistic = "Average", above = 80, minutes = 5, times = 3, dimensions = { InstanceId = instance.id } }
    host-disk   = { what = "has more than 80 % of its disk in use", namespace = "Assay/${var.name}", metric = "disk_used_percent", statistic = "Maximum", above = 80, minutes = 5, times = 1, dimensions = { InstanceId = instance.id, path = "/" } }
  } if instance != null }

  alarms = merge(
    local.of_services, local.of_queues, local.of_buckets, local.of_logs, local.of_copies, local.of_tables,
    lookup(local.of_database, "x", {}), lookup(local.of_instance, "x", {}),
  )

  # What was seen last counts while nothing is told: that the program is away does not end the wait for a reviewer.
  go_on = ["quarantine-forgotten"]
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.key} ${each.value.what}."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = each.value.minutes * 60
  evaluation_periods  = each.value.times
  treat_missing_data  = contains(local.go_on, each.key) ? "ignore" : "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# ── Alarms of more than one number ──────────────────────────────────────────────────────────────────────────────────

resource "aws_cloudwatch_metric_alarm" "tasks" {
  for_each = var.watched.services

  alarm_name          = "${var.name}-${each.key}-tasks"
  alarm_description   = "Fewer tasks of ${each.key} run than should."
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  dimensions          = { ClusterName = var.watched.cluster, ServiceName = each.key }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = each.value
  period              = 60
  evaluation_periods  = 5
  # Where none runs nothing is told, either.
  treat_missing_data = each.value > 0 ? "breaching" : "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "disk" {
  for_each = var.watched.services

  alarm_name          = "${var.name}-${each.key}-disk"
  alarm_description   = "A task of ${each.key} has used more than 80 % of its disk."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "share"
    expression  = "100 * used / reserved"
    label       = "percent in use"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { used = "EphemeralStorageUtilized", reserved = "EphemeralStorageReserved" }
    content {
      id = metric_query.key
      metric {
        namespace   = "ECS/ContainerInsights"
        metric_name = metric_query.value
        dimensions  = { ClusterName = var.watched.cluster, ServiceName = each.key }
        stat        = "Maximum"
        period      = 300
      }
    }
  }
}

locals {
  # The load balancer also counts what nobody answered; where there is none, the program counts.
  answers = local.has_balancer ? {
    namespace  = "AWS/ApplicationELB"
    dimensions = tomap({ LoadBalancer = try(var.watched.load_balancer.arn_suffix, "") })
    metrics    = tomap({ failed = "HTTPCode_Target_5XX_Count", refused = "HTTPCode_ELB_5XX_Count", asked = "RequestCount" })
    } : {
    namespace  = "Assay/${var.name}"
    dimensions = tomap({})
    metrics    = tomap({ failed = "failed-requests", asked = "requests" })
  }
}

resource "aws_cloudwatch_metric_alarm" "failures" {
  count = local.has_balancer || length(local.told_in) > 0 ? 1 : 0

  alarm_name          = "${var.name}-5xx"
  alarm_description   = "More than 1 % of the answers are failures."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "share"
    expression  = "100 * (${join(" + ", [for id in keys(local.answers.metrics) : "FILL(${id}, 0)" if id != "asked"])}) / asked"
    label       = "percent that failed"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.answers.metrics
    content {
      id = metric_query.key
      metric {
        namespace   = local.answers.namespace
        metric_name = metric_query.value
        dimensions  = local.answers.dimensions
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "database_disk" {
  count = local.has_database ? 1 : 0

  alarm_name          = "${var.name}-database-disk"
  alarm_description   = "Less than a fifth of the database's disk is free."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = var.watched.database.instance_id }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = floor(var.watched.database.storage_gib * 1024 * 1024 * 1024 / 5)
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
