output "name" {
  description = "The name that clients use."
  value       = var.domain_name
}

output "health_check_ids" {
  description = "The health checks, by target."
  value       = { for name, check in aws_route53_health_check.this : name => check.id }
}

output "ds_record" {
  description = "What the registrar of the domain has to publish; null while the zone is not signed."
  value       = one(aws_route53_key_signing_key.this[*].ds_record)
}
