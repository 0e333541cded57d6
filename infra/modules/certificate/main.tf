# A certificate that renews itself, in the region of the provider: CloudFront takes only those of us-east-1.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

resource "aws_acm_certificate" "this" {
  domain_name               = var.domain_name
  subject_alternative_names = var.alternative_names
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  asked = aws_acm_certificate.this.domain_validation_options
}

# The names are known before the certificate is there, what is asked for each is not.
resource "aws_route53_record" "validation" {
  for_each = toset(concat([var.domain_name], var.alternative_names))

  zone_id         = var.zone_id
  name            = one([for option in local.asked : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in local.asked : option.resource_record_type if option.domain_name == each.key])
  records         = [one([for option in local.asked : option.resource_record_value if option.domain_name == each.key])]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}
