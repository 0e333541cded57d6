mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name          = "assay-test"
  log_group_arn = "arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-assay-test"
}

run "the_rules_against_what_owasp_lists_are_there_and_block" {
  assert {
    condition = length(setintersection(
      [for rule in aws_wafv2_web_acl.this.rule : rule.name],
      ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet", "AWSManagedRulesAmazonIpReputationList"],
    )) == 4
    error_message = "A group of rules is missing."
  }
  assert {
    condition = one([
      for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit if rule.name == "rate"
    ]) == 10000
    error_message = "Nobody is limited."
  }
  assert {
    condition     = length(aws_wafv2_web_acl_logging_configuration.this.redacted_fields) == 2
    error_message = "Tokens are written into logs."
  }
}

run "refuses_a_limit_that_keeps_everybody_out" {
  command = plan
  variables {
    requests_per_five_minutes = 1
  }
  expect_failures = [var.requests_per_five_minutes]
}
