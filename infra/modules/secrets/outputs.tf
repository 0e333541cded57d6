output "arns" {
  description = "The ARNs of all secrets, by name."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

output "kept_arns" {
  description = "The ARNs of those that the registry makes itself."
  value       = [for name in var.kept : aws_secretsmanager_secret.this[name].arn]
}

output "generated_arns" {
  description = "The ARNs of those generated here, by name, once they have a value."
  value       = { for name in keys(var.generated) : name => aws_secretsmanager_secret.this[name].arn }
  depends_on  = [aws_secretsmanager_secret_version.this]
}
