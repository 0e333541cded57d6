output "repository_url" {
  description = "Where images are pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "repository_arn" {
  description = "The ARN of the repository."
  value       = aws_ecr_repository.this.arn
}
