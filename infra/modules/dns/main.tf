# The names. With several targets Route 53 leads to those that are well: to the nearest, or to the second when the
# first is not.

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
  checked = { for name, target in var.targets : name => target.health_check_name if target.health_check_name != null }
  # An address of the older and one of the newer internet for each.
  records = { for pair in setproduct(keys(var.targets), ["A", "AAAA"]) : "${pair[0]}-${pair[1]}" => { target = pair[0], type = pair[1] } }
}

resource "aws_route53_health_check" "this" {
  for_each = local.checked

  fqdn              = each.value
  type              = "HTTPS"
  port              = 443
  resource_path     = "/health"
  request_interval  = 30
  failure_threshold = 3
  tags              = { Name = "${var.domain_name} in ${each.key}" }
}

resource "aws_route53_record" "this" {
  for_each = local.records

  zone_id         = var.zone_id
  name            = var.domain_name
  type            = each.value.type
  set_identifier  = length(var.targets) > 1 ? each.value.target : null
  health_check_id = try(aws_route53_health_check.this[each.value.target].id, null)

  alias {
    name                   = var.targets[each.value.target].dns_name
    zone_id                = var.targets[each.value.target].zone_id
    evaluate_target_health = length(var.targets) > 1
  }

  dynamic "failover_routing_policy" {
    for_each = [for target in [var.targets[each.value.target]] : target.role if target.role != null]
    content {
      type = failover_routing_policy.value
    }
  }

  dynamic "latency_routing_policy" {
    for_each = [for target in [var.targets[each.value.target]] : target.region if target.role == null && target.region != null]
    content {
      region = latency_routing_policy.value
    }
  }
}

resource "aws_route53_key_signing_key" "this" {
  count = var.sign_zone ? 1 : 0

  hosted_zone_id             = var.zone_id
  key_management_service_arn = var.dnssec_key_arn
  name                       = "registry"
}

resource "aws_route53_hosted_zone_dnssec" "this" {
  count = var.sign_zone ? 1 : 0

  hosted_zone_id = var.zone_id
  depends_on     = [aws_route53_key_signing_key.this]
}
