output "load_balancer" {
  description = "Where the load balancer is."
  value       = module.compute.load_balancer
}

output "network" {
  description = "The network, for what else is put into it."
  value = {
    vpc_id             = module.networking.vpc_id
    private_subnet_ids = module.networking.private_subnet_ids
    data_subnet_ids    = module.networking.data_subnet_ids
  }
}

output "entrance_security_group_id" {
  description = "The group of the load balancer."
  value       = module.security.entrance_security_group_id
}

output "database_security_group_id" {
  description = "The group of the database; null where there is none."
  value       = module.security.database_security_group_id
}

output "role_arns" {
  description = "The roles that api, worker and validators run with."
  value       = module.security.role_arns
}

output "environments" {
  description = "The variables that each service is started with, secrets apart."
  value       = module.compute.environments
}

output "cluster" {
  description = "The cluster, its services, how many tasks they run at least and at most, and what these run."
  value = {
    name             = module.compute.cluster_name
    services         = module.compute.service_names
    tasks            = var.tasks
    task_definitions = module.compute.task_definition_arns
    subnets          = module.networking.private_subnet_ids
    security_group   = module.security.service_security_group_ids["worker"]
    blue_green       = module.compute.blue_green
  }
}

output "buckets" {
  description = "The names of the buckets, by area."
  value       = module.storage.buckets
}

output "bucket_arns" {
  description = "The ARNs of the buckets that the registry works with, by area."
  value       = module.storage.area_arns
}

output "static_domain_name" {
  description = "Where CloudFront finds static files."
  value       = module.storage.static_domain_name
}

output "alarms_topic_arn" {
  description = "The topic that is told of alarms."
  value       = module.monitoring.alarms_topic_arn
}

output "alarm_names" {
  description = "Alarms that a bad release sets off."
  value       = module.monitoring.alarm_names
}

output "log_group_arns" {
  description = "The log groups."
  value       = module.monitoring.log_group_arns
}

output "copies" {
  description = "What is copied to the other region, by area."
  value       = module.storage.copies
}

output "restore_role_arn" {
  description = "The role that backups are restored with."
  value       = module.backup.restore_role_arn
}

output "vault_arn" {
  description = "The vault of backups."
  value       = module.backup.vault_arn
}
