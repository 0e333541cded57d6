output "url" {
  description = "The registry."
  value       = "https://${var.domain_name}"
}

output "serving" {
  description = "The region whose tasks run."
  value       = var.serving == "first" ? var.region : var.second_region
}

output "fail_over_command" {
  description = "What lets the other region take over."
  value       = "terraform apply -var serving=${var.serving == "first" ? "second" : "first"}"
}

output "clusters" {
  description = "The cluster of each region, its services and what they run."
  value       = { first = module.first.cluster, second = module.second.cluster }
}

output "environments" {
  description = "The variables that each service is started with, secrets apart, by region."
  value       = { first = module.first.environments, second = module.second.environments }
}

output "role_arns" {
  description = "The roles that services run with, by region."
  value       = { first = module.first.role_arns, second = module.second.role_arns }
}

output "buckets" {
  description = "The buckets by region and area."
  value       = { first = module.first.buckets, second = module.second.buckets }
}

output "secret_arns" {
  description = "The secrets in the first region. Their values are in Secrets Manager only."
  value       = module.secrets.arns
}

output "vault_arns" {
  description = "The vaults of backups, by region."
  value       = { first = module.first.vault_arn, second = module.second.vault_arn }
}

output "ds_record" {
  description = "What the registrar of the domain has to publish; null while the zone is not signed."
  value       = module.name.ds_record
}
