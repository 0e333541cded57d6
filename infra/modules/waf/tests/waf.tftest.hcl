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

run "what_a_registry_is_full_of_is_counted_and_everything_else_refused" {
  assert {
    condition = { for rule in aws_wafv2_web_acl.this.rule : rule.name => toset([
      for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override : override.name if length(override.action_to_use[0].count) == 1
      ]) if startswith(rule.name, "AWSManagedRules") } == {
      AWSManagedRulesAmazonIpReputationList = toset([])
      AWSManagedRulesCommonRuleSet          = toset(["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY", "RestrictedExtensions_URIPATH"])
      AWSManagedRulesKnownBadInputsRuleSet  = toset(["Log4JRCE_BODY", "JavaDeserializationRCE_BODY"])
      AWSManagedRulesSQLiRuleSet            = toset(["SQLi_BODY", "SQLiExtendedPatterns_BODY"])
    }
    error_message = "READMEs, validators and files of packages are refused, or more is let through."
  }
}

run "lists_take_addresses_of_both_versions" {
  variables {
    blocked = ["203.0.113.0/24", "2001:db8:1::/48", "198.51.100.7/32"]
    trusted = ["2001:db8:2::/48"]
  }
  assert {
    condition = { for key, set in aws_wafv2_ip_set.this : key => "${set.ip_address_version} ${join(" ", sort(set.addresses))}" } == {
      blocked-ipv4 = "IPV4 198.51.100.7/32 203.0.113.0/24"
      blocked-ipv6 = "IPV6 2001:db8:1::/48"
      trusted-ipv4 = "IPV4 "
      trusted-ipv6 = "IPV6 2001:db8:2::/48"
    }
    error_message = "A range is in no set, or in one of the other version."
  }
  assert {
    condition = alltrue([for rule in aws_wafv2_web_acl.this.rule :
      length(rule.statement[0].or_statement[0].statement) == 2 if contains(["blocked", "trusted"], rule.name)
    ])
    error_message = "Addresses of one version are on no list."
  }
}

run "refuses_what_is_no_range" {
  command = plan
  variables {
    blocked = ["203.0.113.7"]
    trusted = ["2001:db8::/129"]
  }
  expect_failures = [var.blocked, var.trusted]
}

run "refuses_a_range_of_everybody" {
  command = plan
  variables {
    blocked = ["::/0"]
    trusted = ["0.0.0.0/0"]
  }
  expect_failures = [var.blocked, var.trusted]
}
