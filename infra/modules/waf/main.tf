# The firewall in front of the registry: lists of addresses, a limit of requests, and the rules against what OWASP
# lists, as AWS keeps them.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

locals {
  # What a registry takes by design looks like an attack to the rules about bodies: READMEs show HTML, SQL, paths and
  # addresses and weaknesses, validators are scripts, packages are larger than 8 KiB. And what is read of a package has
  # names that servers hide: setup.ini. These are counted only. The program limits the size of bodies itself, escapes what
  # it shows, hands values to its database apart from the statement, and reads no file by a path of its clients. The same
  # patterns in paths, arguments and cookies are refused.
  managed = {
    AWSManagedRulesAmazonIpReputationList = { priority = 10, counted = [] }
    AWSManagedRulesCommonRuleSet = {
      priority = 20
      counted = [
        "SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY",
        "RestrictedExtensions_URIPATH",
      ]
    }
    AWSManagedRulesKnownBadInputsRuleSet = { priority = 30, counted = ["Log4JRCE_BODY", "JavaDeserializationRCE_BODY"] }
    AWSManagedRulesSQLiRuleSet           = { priority = 40, counted = ["SQLi_BODY", "SQLiExtendedPatterns_BODY"] }
  }

  # A set holds addresses of one version only.
  versions = ["ipv4", "ipv6"]
  sets = merge([for list, ranges in { blocked = var.blocked, trusted = var.trusted } : {
    "${list}-ipv4" = [for range in ranges : range if !strcontains(range, ":")]
    "${list}-ipv6" = [for range in ranges : range if strcontains(range, ":")]
  }]...)
}

resource "aws_wafv2_ip_set" "this" {
  for_each = local.sets

  name               = "${var.name}-${each.key}"
  scope              = var.scope
  ip_address_version = endswith(each.key, "-ipv6") ? "IPV6" : "IPV4"
  addresses          = each.value
}

resource "aws_wafv2_web_acl" "this" {
  name  = var.name
  scope = var.scope

  default_action {
    allow {}
  }

  rule {
    name     = "blocked"
    priority = 1
    action {
      block {}
    }
    statement {
      or_statement {
        dynamic "statement" {
          for_each = local.versions
          content {
            ip_set_reference_statement {
              arn = aws_wafv2_ip_set.this["blocked-${statement.value}"].arn
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "blocked"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "trusted"
    priority = 2
    action {
      allow {}
    }
    statement {
      or_statement {
        dynamic "statement" {
          for_each = local.versions
          content {
            ip_set_reference_statement {
              arn = aws_wafv2_ip_set.this["trusted-${statement.value}"].arn
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "trusted"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "rate"
    priority = 3
    action {
      block {}
    }
    statement {
      rate_based_statement {
        limit              = var.requests_per_five_minutes
        aggregate_key_type = "IP"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.managed
    content {
      name     = rule.key
      priority = rule.value.priority
      override_action {
        none {}
      }
      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
          dynamic "rule_action_override" {
            for_each = rule.value.counted
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [var.log_group_arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  logging_filter {
    default_behavior = "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }
}
