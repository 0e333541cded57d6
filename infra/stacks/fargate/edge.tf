# What clients connect to.
#
#   cloudfront      client ──► CloudFront, firewall ──► load balancer (from CloudFront only)
#   load-balancer   client ──► load balancer with firewall
#   api-gateway     client ──► API gateway ──► load balancer (from inside the network only)

locals {
  with_cloudfront  = var.entrance == "cloudfront" ? 1 : 0
  with_api_gateway = var.entrance == "api-gateway" ? 1 : 0

  # An API gateway may not change X-Forwarded-For.
  client_address_header = local.with_api_gateway == 1 ? "x-assay-client-address" : null

  # With CloudFront in front the load balancer has a name of its own.
  origin_name = local.with_cloudfront == 1 ? "origin.${var.domain_name}" : var.domain_name

  cloudfront = {
    prefix_list_id = one(data.aws_ec2_managed_prefix_list.cloudfront[*].id)
    ranges         = flatten([for list in data.aws_ec2_managed_prefix_list.cloudfront : [for entry in list.entries : entry.cidr]])
  }

  load_balancer = { dns_name = module.region.load_balancer.dns_name, zone_id = module.region.load_balancer.zone_id }
}

data "aws_route53_zone" "this" {
  name = var.zone_name
}

data "aws_ec2_managed_prefix_list" "cloudfront" {
  count = local.with_cloudfront
  name  = "com.amazonaws.global.cloudfront.origin-facing"
}

module "certificate" {
  source = "../../modules/certificate"

  domain_name = local.origin_name
  zone_id     = data.aws_route53_zone.this.zone_id
}

# ── CloudFront ──────────────────────────────────────────────────────────────────────────────────────────────────────

module "certificate_of_cloudfront" {
  source    = "../../modules/certificate"
  providers = { aws = aws.us_east_1 }
  count     = local.with_cloudfront

  domain_name = var.domain_name
  zone_id     = data.aws_route53_zone.this.zone_id
}

module "keys_of_cloudfront" {
  source    = "../../modules/keys"
  providers = { aws = aws.us_east_1 }
  count     = local.with_cloudfront

  name                 = "${local.name}-edge"
  purposes             = ["logs"]
  deletion_window_days = var.protected ? 30 : 7
}

resource "aws_cloudwatch_log_group" "firewall_of_cloudfront" {
  provider = aws.us_east_1
  count    = local.with_cloudfront

  name              = "aws-waf-logs-${local.name}-edge"
  retention_in_days = 30
  kms_key_id        = module.keys_of_cloudfront[0].arns.logs
}

module "firewall_of_cloudfront" {
  source    = "../../modules/waf"
  providers = { aws = aws.us_east_1 }
  count     = local.with_cloudfront

  name                      = "${local.name}-edge"
  scope                     = "CLOUDFRONT"
  blocked                   = var.firewall.blocked
  trusted                   = var.firewall.trusted
  requests_per_five_minutes = var.firewall.requests_per_five_minutes
  log_group_arn             = trimsuffix(aws_cloudwatch_log_group.firewall_of_cloudfront[0].arn, ":*")
}

module "cdn" {
  source = "../../modules/cdn"
  count  = local.with_cloudfront

  name               = local.name
  domain_name        = var.domain_name
  origin_name        = local.origin_name
  certificate_arn    = module.certificate_of_cloudfront[0].arn
  web_acl_arn        = module.firewall_of_cloudfront[0].arn
  static_domain_name = module.region.static_domain_name
}

module "origin_name" {
  source = "../../modules/dns"
  count  = local.with_cloudfront

  zone_id     = data.aws_route53_zone.this.zone_id
  domain_name = local.origin_name
  targets     = { main = local.load_balancer }
}

# ── API gateway ─────────────────────────────────────────────────────────────────────────────────────────────────────

module "api_gateway" {
  source = "../../modules/api-gateway"
  count  = local.with_api_gateway

  client_address_header = local.client_address_header
  name                  = local.name
  subnet_ids            = module.region.network.private_subnet_ids
  security_group_id     = module.region.entrance_security_group_id
  listener_arn          = module.region.load_balancer.listener_arn
  domain_name           = var.domain_name
  certificate_arn       = module.certificate.arn
  cors_origins          = var.cors_origins
  log_group_arn         = module.region.log_group_arns.web
}

# ── The name ────────────────────────────────────────────────────────────────────────────────────────────────────────

module "name" {
  source = "../../modules/dns"

  zone_id     = data.aws_route53_zone.this.zone_id
  domain_name = var.domain_name
  targets = {
    main = one(concat(
      module.cdn[*].target,
      module.api_gateway[*].target,
      [for balancer in [local.load_balancer] : balancer if var.entrance == "load-balancer"],
    ))
  }
}
