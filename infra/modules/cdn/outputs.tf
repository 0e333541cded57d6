output "arn" {
  description = "The distribution, for the policy of the static bucket."
  value       = aws_cloudfront_distribution.this.arn
}

output "id" {
  description = "The distribution, for invalidations and metrics."
  value       = aws_cloudfront_distribution.this.id
}

output "target" {
  description = "What the name leads to."
  value       = { dns_name = aws_cloudfront_distribution.this.domain_name, zone_id = aws_cloudfront_distribution.this.hosted_zone_id }
}
