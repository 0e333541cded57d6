# The name leads to the first region as long as its health check passes, then to the second. Each region also has a name
# of its own, by which its health is asked.

data "aws_route53_zone" "this" {
  name = var.zone_name
}

module "certificate_of_first" {
  source = "../../modules/certificate"

  domain_name       = var.domain_name
  alternative_names = ["first.${var.domain_name}"]
  zone_id           = data.aws_route53_zone.this.zone_id
}

module "certificate_of_second" {
  source    = "../../modules/certificate"
  providers = { aws = aws.second }

  domain_name       = var.domain_name
  alternative_names = ["second.${var.domain_name}"]
  zone_id           = data.aws_route53_zone.this.zone_id
}

locals {
  balancers = { first = module.first.load_balancer, second = module.second.load_balancer }
}

module "name_of_region" {
  source   = "../../modules/dns"
  for_each = toset(["first", "second"])

  zone_id     = data.aws_route53_zone.this.zone_id
  domain_name = "${each.key}.${var.domain_name}"
  targets     = { main = { dns_name = local.balancers[each.key].dns_name, zone_id = local.balancers[each.key].zone_id } }
}

module "name" {
  source = "../../modules/dns"

  zone_id     = data.aws_route53_zone.this.zone_id
  domain_name = var.domain_name
  targets = {
    for region, role in { first = "PRIMARY", second = "SECONDARY" } : region => {
      dns_name                  = local.balancers[region].dns_name
      zone_id                   = local.balancers[region].zone_id
      role                      = role
      health_check_name         = "${region}.${var.domain_name}"
    }
  }
  sign_zone      = var.signed_zone_key_arn != null
  dnssec_key_arn = var.signed_zone_key_arn
}
