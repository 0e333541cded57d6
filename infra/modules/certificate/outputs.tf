output "arn" {
  description = "The certificate, once it can be used."
  value       = aws_acm_certificate_validation.this.certificate_arn
}
