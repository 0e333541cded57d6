mock_provider "aws" {
  source = "../../mocks"
}

variables {
  domain_name       = "registry.example.org"
  alternative_names = ["origin.registry.example.org"]
  zone_id           = "Z0123456789"
}

run "every_name_is_shown_to_be_ours" {
  assert {
    condition     = aws_acm_certificate.this.validation_method == "DNS" && length(aws_route53_record.validation) == 2
    error_message = "A name would wait for a letter to be answered."
  }
}
