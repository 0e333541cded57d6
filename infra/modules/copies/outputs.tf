output "bucket_arns" {
  description = "The buckets that take copies, by area."
  value       = module.storage.area_arns
}

output "storage_key_arn" {
  description = "The key that copies of objects are encrypted with."
  value       = module.keys.arns.storage
}

output "vault_arn" {
  description = "The vault that takes copies of backups."
  value       = aws_backup_vault.this.arn
}
