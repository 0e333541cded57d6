output "url" {
  description = "The registry."
  value       = "https://${var.domain_name}"
}

output "serving" {
  description = "The region whose tasks run."
  value       = var.serving == "first" ? var.region : var.second_region
}

output "fail_over_command" {
  description = "What moves the registry to the other region; with `--from-is-lost` in the place of `--from …` when this one does not answer. The same command, after it, brings it back."
  value = join(" ", [
    "assay fail-over ${local.cluster}",
    "--from ${local.regions[var.serving]} --to ${local.regions[local.other]}",
    "--least ${max(values(local.running)[*].least...)} --most ${max(values(local.running)[*].most...)}",
  ])
}

output "fail_over_role_arn" {
  description = "Who runs it has this role."
  value       = aws_iam_role.fail_over.arn
}

output "clusters" {
  description = "The cluster of each region, its services, how many tasks they run at least and at most, and what these run."
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

output "restore_role_arns" {
  description = "The roles that backups are restored with, by region."
  value       = { first = module.first.restore_role_arn, second = module.second.restore_role_arn }
}

output "ds_record" {
  description = "What the registrar of the domain has to publish; null while the zone is not signed."
  value       = module.name.ds_record
}
