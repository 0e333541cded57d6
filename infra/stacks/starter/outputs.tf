output "url" {
  description = "The registry."
  value       = "https://${var.domain_name}"
}

output "address" {
  description = "The address that the name must lead to."
  value       = module.host.address
}

output "session_command" {
  description = "How to get into the host; there is no SSH."
  value       = "aws ssm start-session --region ${var.region} --target ${module.host.instance_id}"
}

output "environments" {
  description = "The variables that the program is started with, the password apart."
  value       = { host = module.host.environment }
}

output "role_arns" {
  description = "The role that the host runs with."
  value       = module.security.role_arns
}

output "buckets" {
  description = "The buckets, by area."
  value       = module.storage.buckets
}

output "secret_arns" {
  description = "The secrets. Their values are in Secrets Manager only."
  value       = module.secrets.arns
}

output "restore_role_arn" {
  description = "The role that backups are restored with."
  value       = module.backup.restore_role_arn
}
