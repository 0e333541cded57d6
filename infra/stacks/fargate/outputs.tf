output "url" {
  description = "The registry."
  value       = "https://${var.domain_name}"
}

output "cluster" {
  description = "The cluster, its services and what they run; commands of the program run as tasks of `task_definitions.api`."
  value       = module.region.cluster
}

output "run_command" {
  description = "How a command of the program is run, here `user list`."
  value = join(" ", [
    "aws ecs run-task --region ${var.region} --cluster ${module.region.cluster.name} --launch-type FARGATE",
    "--task-definition ${module.region.cluster.task_definitions.api}",
    "--network-configuration 'awsvpcConfiguration={subnets=[${join(",", module.region.cluster.subnets)}],securityGroups=[${module.region.cluster.security_group}]}'",
    "--overrides '{\"containerOverrides\":[{\"name\":\"api\",\"command\":[\"user\",\"list\"]}]}'",
  ])
}

output "environments" {
  description = "The variables that each service is started with, secrets apart."
  value       = module.region.environments
}

output "role_arns" {
  description = "The roles that services run with."
  value       = module.region.role_arns
}

output "buckets" {
  description = "The buckets, by area."
  value       = module.region.buckets
}

output "secret_arns" {
  description = "The secrets. Their values are in Secrets Manager only."
  value       = module.secrets.arns
}

output "alarms_topic_arn" {
  description = "The topic that is told of alarms."
  value       = module.region.alarms_topic_arn
}

output "alarm_names" {
  description = "Alarms that a bad release sets off, for deployments that end when one does."
  value       = module.region.alarm_names
}

output "vault_arns" {
  description = "The vaults of backups: in the first region and in the second."
  value       = [module.region.vault_arn, module.copies.vault_arn]
}

output "restore_role_arn" {
  description = "The role that backups are restored with."
  value       = module.region.restore_role_arn
}

output "distribution_id" {
  description = "The distribution of CloudFront; null without it."
  value       = one(module.cdn[*].id)
}
