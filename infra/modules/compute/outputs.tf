output "cluster_name" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.name
}

output "service_names" {
  description = "The services in it."
  value       = local.service_names
}

output "task_definition_arns" {
  description = "What the services run; `api` also runs commands of the program."
  value       = { for service, definition in aws_ecs_task_definition.this : service => definition.arn }
}

output "blue_green" {
  description = "How CodeDeploy is asked to bring the API over: its names for it, and what a deployment says of the tasks. Null where ECS does."
  value = local.blue_green ? {
    application    = aws_codedeploy_app.api[0].name
    group          = aws_codedeploy_deployment_group.api[0].deployment_group_name
    container      = "api"
    port           = var.ports.api
    security_group = var.service_security_group_ids.api
  } : null
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
