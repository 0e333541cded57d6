output "backend" {
  description = "For the other stacks: terraform init -backend-config=… with each of these, and key=<environment>/<stack>.tfstate."
  value       = { bucket = aws_s3_bucket.state.bucket, region = var.region, kms_key_id = module.keys.arns.storage }
}

output "deploy_role_arns" {
  description = "The roles that workflows assume, by environment."
  value       = { for environment, role in aws_iam_role.deploy : environment => role.arn }
}

output "permissions_boundary_arn" {
  description = "The policy that no role of a registry can exceed."
  value       = aws_iam_policy.boundary.arn
}

output "image_repository_url" {
  description = "Where images are pushed to."
  value       = module.images.repository_url
}

output "image_repository_arn" {
  description = "Its ARN."
  value       = module.images.repository_arn
}
