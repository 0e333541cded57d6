output "vault_arn" {
  description = "The vault, for copies from other regions."
  value       = aws_backup_vault.this.arn
}

output "restore_role_arn" {
  description = "The role that backups are restored with."
  value       = aws_iam_role.this.arn
}
