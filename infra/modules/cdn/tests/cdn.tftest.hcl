mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "assay-test"
  domain_name        = "registry.example.org"
  origin_name        = "origin.registry.example.org"
  certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  web_acl_arn        = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/assay/1"
  static_domain_name = "static.s3.eu-central-1.amazonaws.com"
}

run "everything_is_tls_behind_the_firewall_and_the_api_is_never_cached" {
  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https"
    error_message = "Somebody may connect without TLS 1.2."
  }
  assert {
    condition     = alltrue([for origin in aws_cloudfront_distribution.this.origin : origin.custom_origin_config[0].origin_protocol_policy == "https-only" if length(origin.custom_origin_config) > 0])
    error_message = "CloudFront reaches the load balancer without TLS."
  }
  assert {
    condition     = aws_cloudfront_distribution.this.web_acl_id == var.web_acl_arn
    error_message = "There is no firewall."
  }
  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    error_message = "One user's answer may be another's."
  }
  assert {
    condition     = aws_cloudfront_response_headers_policy.this.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec >= 31536000
    error_message = "Browsers may go back to HTTP."
  }
}
