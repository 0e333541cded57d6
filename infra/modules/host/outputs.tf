output "instance_id" {
  description = "The host, for Session Manager: aws ssm start-session --target <id>."
  value       = aws_instance.this.id
}

output "address" {
  description = "Its address, which the name must lead to."
  value       = aws_eip.this.public_ip
}

output "environment" {
  description = "The variables that the program is started with."
  value       = local.environment
}
