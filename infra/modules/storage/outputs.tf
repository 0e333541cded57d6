output "buckets" {
  description = "The names of all buckets, by area."
  value       = { for area, bucket in aws_s3_bucket.this : area => bucket.bucket }
}

output "arns" {
  description = "Their ARNs, by area."
  value       = local.arns
}

output "area_arns" {
  description = "The ARNs of the buckets that the registry itself works with, by area."
  value       = { for area in local.areas : area => local.arns[area] }
  # For those who copy into them: S3 asks for buckets that are there and keep versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

output "copies" {
  description = "What is copied from where to where, by area, and by which rule: as metrics tell it."
  value       = { for area, arn in var.replicate_to : area => { from = local.buckets[area], to = element(split(":", arn), 5), rule = local.rule_id } }
}

output "static_domain_name" {
  description = "Where CloudFront finds static files."
  value       = aws_s3_bucket.this["static"].bucket_regional_domain_name
}

output "environment" {
  description = "What tells the registry of its buckets."
  value = merge(
    { ASSAY_CONTENT = "s3", ASSAY_S3_ENCRYPTION = "kms", ASSAY_S3_KMS_KEY = var.kms_key_arn },
    { for area in local.areas : "ASSAY_S3_BUCKET_${upper(area)}" => aws_s3_bucket.this[area].bucket },
  )
}

output "trail_bucket" {
  description = "The bucket of trails, once it takes them."
  value       = aws_s3_bucket.this["audit"].bucket
  depends_on  = [aws_s3_bucket_policy.this]
}

output "access_logs_bucket" {
  description = "The bucket of access logs, once it takes them."
  value       = aws_s3_bucket.this["access-logs"].bucket
  depends_on  = [aws_s3_bucket_policy.this]
}
