mock_provider "aws" {
  source = "../../mocks"
}

variables {
  zone_id     = "Z0123456789"
  domain_name = "registry.example.org"
  targets     = { main = { dns_name = "mocked.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" } }
}

run "the_name_leads_to_the_one_target" {
  assert {
    condition     = join(" ", keys(aws_route53_record.this)) == "main-A main-AAAA" && length(aws_route53_health_check.this) == 0
    error_message = "The name does not lead there."
  }
}

run "the_second_region_takes_over_when_the_first_is_not_well" {
  variables {
    targets = {
      first  = { dns_name = "first.example.org", zone_id = "Z1", role = "PRIMARY", health_check_name = "first.example.org" }
      second = { dns_name = "second.example.org", zone_id = "Z1", role = "SECONDARY", health_check_name = "second.example.org" }
    }
  }
  assert {
    condition     = aws_route53_record.this["first-A"].failover_routing_policy[0].type == "PRIMARY" && aws_route53_record.this["second-A"].failover_routing_policy[0].type == "SECONDARY"
    error_message = "Nobody takes over."
  }
  assert {
    condition     = alltrue([for check in aws_route53_health_check.this : check.resource_path == "/health" && check.failure_threshold * check.request_interval <= 90])
    error_message = "It takes long to see that a region is not well."
  }
}

run "the_nearest_region_answers" {
  variables {
    targets = {
      europe  = { dns_name = "eu.example.org", zone_id = "Z1", region = "eu-central-1", health_check_name = "eu.example.org" }
      america = { dns_name = "us.example.org", zone_id = "Z2", region = "us-east-1", health_check_name = "us.example.org" }
    }
  }
  assert {
    condition     = aws_route53_record.this["europe-A"].latency_routing_policy[0].region == "eu-central-1"
    error_message = "Not the nearest."
  }
}

run "the_zone_is_signed_when_asked" {
  variables {
    sign_zone      = true
    dnssec_key_arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  }
  assert {
    condition     = aws_route53_hosted_zone_dnssec.this[0].hosted_zone_id == "Z0123456789"
    error_message = "The zone is not signed."
  }
}

run "refuses_two_targets_that_nobody_can_choose_from" {
  command = plan
  variables {
    targets = {
      one   = { dns_name = "one.example.org", zone_id = "Z1" }
      other = { dns_name = "other.example.org", zone_id = "Z1" }
    }
  }
  expect_failures = [var.targets]
}
