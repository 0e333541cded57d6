# Three dashboards: what clients see (`web`), what the program does (`api`), and what it lies on (`infrastructure`). One
# with nothing to show is not made.

locals {
  charts_of_web = concat(
    [for balancer in [var.watched.load_balancer] : [
      { title = "Requests", metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", balancer.arn_suffix]], stat = "Sum" },
      { title = "Failures and refusals", metrics = [for metric in ["HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_4XX_Count"] : ["AWS/ApplicationELB", metric, "LoadBalancer", balancer.arn_suffix]], stat = "Sum" },
      { title = "Time until the answer (p50, p95, p99)", metrics = [for p in ["p50", "p95", "p99"] : ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", balancer.arn_suffix, { stat = p }]], stat = "Average" },
    ] if balancer != null],
    [for distribution in [var.watched.distribution] : [
      { title = "CloudFront: requests and errors in percent", metrics = [for metric in ["Requests", "4xxErrorRate", "5xxErrorRate"] : ["AWS/CloudFront", metric, "DistributionId", distribution.id, "Region", "Global", { region = "us-east-1" }]], stat = "Average" },
    ] if distribution != null],
    [[for groups in [local.told_in] : { title = "Failed logins and denied downloads", metrics = [for metric in ["failed-logins", "denied-downloads"] : ["Assay/${var.name}", metric]], stat = "Sum" } if length(groups) > 0]],
  )

  charts_of_api = concat(
    [for service in keys(var.watched.services) : [
      { title = "${service}: CPU and memory in percent", metrics = [for metric in ["CPUUtilization", "MemoryUtilization"] : ["AWS/ECS", metric, "ClusterName", var.watched.cluster, "ServiceName", service]], stat = "Average" },
      { title = "${service}: tasks", metrics = [["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.watched.cluster, "ServiceName", service]], stat = "Average" },
    ]],
    [for instance in [var.watched.instance] : [
      { title = "Host: CPU in percent", metrics = [["AWS/EC2", "CPUUtilization", "InstanceId", instance.id]], stat = "Average" },
    ] if instance != null],
    [for groups in [local.told_in] : [
      { title = "Errors in logs", metrics = [["Assay/${var.name}", "errors"]], stat = "Sum" },
      { title = "Seconds that the oldest version has waited for a reviewer", metrics = [["Assay/${var.name}", "review-oldest-seconds"]], stat = "Maximum" },
    ] if length(groups) > 0],
  )

  charts_of_infrastructure = concat(
    [for name in values(var.watched.queues) : [
      { title = "${name}: messages, and seconds that the oldest has waited", metrics = [for metric in ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"] : ["AWS/SQS", metric, "QueueName", name]], stat = "Maximum" },
    ]],
    [for database in [var.watched.database] : [
      { title = "Database: CPU and connections", metrics = [for metric in ["CPUUtilization", "DatabaseConnections"] : ["AWS/RDS", metric, "DBInstanceIdentifier", database.instance_id]], stat = "Average" },
      { title = "Database: free disk", metrics = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", database.instance_id]], stat = "Minimum" },
    ] if database != null],
    [[for tables in [var.watched.tables] : { title = "Tables: consumed write units", metrics = [for table in tables : ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table]], stat = "Sum" } if length(tables) > 0]],
    [[for buckets in [var.watched.buckets] : { title = "Buckets: bytes", metrics = [for bucket in values(buckets) : ["AWS/S3", "BucketSizeBytes", "BucketName", bucket, "StorageType", "StandardStorage"]], stat = "Average" } if length(buckets) > 0]],
    [[for copies in [values(var.watched.copies_to_here)] : { title = "Seconds that copies of the other region's objects are behind", metrics = [for copy in copies : ["AWS/S3", "ReplicationLatency", "SourceBucket", copy.from, "DestinationBucket", copy.to, "RuleId", copy.rule]], stat = "Maximum" } if length(copies) > 0]],
    [[for region in [var.watched.tables_copied_to] : { title = "Milliseconds until a change of a table is in the other region", metrics = [for table in var.watched.tables : ["AWS/DynamoDB", "ReplicationLatency", "TableName", table, "ReceivingRegion", region]], stat = "Maximum" } if region != null]],
  )

  dashboards = {
    for dashboard, charts in { web = local.charts_of_web, api = local.charts_of_api, infrastructure = local.charts_of_infrastructure } :
    dashboard => flatten(charts) if length(flatten(charts)) > 0
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.dashboards

  dashboard_name = "${var.name}-${each.key}-${local.region}" # names are the account's, not the region's
  dashboard_body = jsonencode({
    widgets = [for place, chart in each.value : {
      type   = "metric"
      x      = place % 2 * 12
      y      = floor(place / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        region  = local.region
        view    = "timeSeries"
        metrics = chart.metrics
        stat    = chart.stat
        period  = 60
      }
    }]
  })
}
