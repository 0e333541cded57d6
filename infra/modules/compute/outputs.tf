output "cluster_name" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.name
}

output "service_names" {
  description = "The services in it."
  value       = { for service, made in aws_ecs_service.this : service => made.name }
}

output "task_definition_arns" {
  description = "What the services run; `api` also runs commands of the program."
  value       = { for service, definition in aws_ecs_task_definition.this : service => definition.arn }
}

output "environments" {
  description = "The variables that each service is started with, secrets apart."
  value       = { for service, program in local.programs : service => program.environment }
}

output "load_balancer" {
  description = "Where the load balancer is, for records, distributions and alarms."
  value = {
    arn          = aws_lb.this.arn
    arn_suffix   = aws_lb.this.arn_suffix
    dns_name     = aws_lb.this.dns_name
    zone_id      = aws_lb.this.zone_id
    listener_arn = aws_lb_listener.https.arn
    target_group = aws_lb_target_group.api["blue"].arn_suffix
  }
}
