output "log_groups" {
  description = "The names of the log groups."
  value       = { for group, made in aws_cloudwatch_log_group.this : group => made.name }
}

output "log_group_arns" {
  description = "Their ARNs."
  value = {
    for group, made in aws_cloudwatch_log_group.this : group =>
    "arn:${data.aws_partition.current.partition}:logs:${local.region}:${local.account}:log-group:${made.name}"
  }
}

output "alarms_topic_arn" {
  description = "The topic that is told of alarms."
  value       = aws_sns_topic.alarms.arn
}

output "alarm_names" {
  description = "Alarms that a bad release sets off, for deployments that end when one does."
  value = concat(
    [for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name if contains(concat(keys(local.of_services), ["errors"]), name)],
    [for alarm in aws_cloudwatch_metric_alarm.tasks : alarm.alarm_name],
    aws_cloudwatch_metric_alarm.failures[*].alarm_name,
  )
}
