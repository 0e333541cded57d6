# Security groups in tiers. Each lets in only the tier before it:
#
#   internet ──80,443──► entrance ──8080──► api ──5432──► database
#                                            │ ▲
#                                       8090 ▼ │ (worker, too, reaches database)
#                                        validators

locals {
  on_fargate = var.platform == "fargate" ? 1 : 0
  api_port   = 8080
  # Where scripts of package owners run; only the API calls it.
  validators_port = 8090
}

resource "aws_security_group" "entrance" {
  name        = "${var.name}-entrance"
  description = "Who may connect from outside."
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-entrance" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "internet" {
  # 80 is there to be redirected to 443, and for certificates.
  for_each = var.entrance == "internet" ? toset(["80", "443"]) : []

  security_group_id = aws_security_group.entrance.id
  description       = "Port ${each.key} from everybody"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
}

resource "aws_vpc_security_group_ingress_rule" "cloudfront" {
  count = var.entrance == "cloudfront" ? 1 : 0

  security_group_id = aws_security_group.entrance.id
  description       = "TLS from CloudFront"
  prefix_list_id    = var.cloudfront_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# The link of an API gateway is in this group, as the load balancer is.
resource "aws_vpc_security_group_ingress_rule" "link" {
  count = var.entrance == "network" ? 1 : 0

  security_group_id            = aws_security_group.entrance.id
  description                  = "TLS from the link of the API gateway"
  referenced_security_group_id = aws_security_group.entrance.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "link" {
  count = var.entrance == "network" ? 1 : 0

  security_group_id            = aws_security_group.entrance.id
  description                  = "TLS from the link to the load balancer"
  referenced_security_group_id = aws_security_group.entrance.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

# ── Services ────────────────────────────────────────────────────────────────────────────────────────────────────────

resource "aws_security_group" "service" {
  for_each = local.on_fargate == 1 ? toset(["api", "worker", "validators"]) : []

  name        = "${var.name}-${each.key}"
  description = "Tasks of the service ${each.key}."
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "entrance_to_api" {
  count = local.on_fargate

  security_group_id            = aws_security_group.entrance.id
  description                  = "To the API"
  referenced_security_group_id = aws_security_group.service["api"].id
  ip_protocol                  = "tcp"
  from_port                    = local.api_port
  to_port                      = local.api_port
}

resource "aws_vpc_security_group_ingress_rule" "api_from_entrance" {
  count = local.on_fargate

  security_group_id            = aws_security_group.service["api"].id
  description                  = "From the load balancer"
  referenced_security_group_id = aws_security_group.entrance.id
  ip_protocol                  = "tcp"
  from_port                    = local.api_port
  to_port                      = local.api_port
}

# Webhooks go to whatever address users have chosen; the program itself keeps them off private networks.
resource "aws_vpc_security_group_egress_rule" "webhooks" {
  for_each = local.on_fargate == 1 ? { for pair in setproduct(["api", "worker"], [80, 443]) : "${pair[0]}-${pair[1]}" => pair } : {}

  security_group_id = aws_security_group.service[each.value[0]].id
  description       = "To services of AWS, and webhooks"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value[1]
  to_port           = each.value[1]
}

resource "aws_vpc_security_group_egress_rule" "host" {
  for_each = var.platform == "host" ? toset(["80", "443"]) : []

  security_group_id = aws_security_group.entrance.id
  description       = "To services of AWS, webhooks and registries of images"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
}

# ── Validators: called by the API, and reach nothing but what ECS needs to start them ────────────────────────────────

resource "aws_vpc_security_group_egress_rule" "api_to_validators" {
  count = local.on_fargate

  security_group_id            = aws_security_group.service["api"].id
  description                  = "To the validators"
  referenced_security_group_id = aws_security_group.service["validators"].id
  ip_protocol                  = "tcp"
  from_port                    = local.validators_port
  to_port                      = local.validators_port
}

resource "aws_vpc_security_group_ingress_rule" "validators_from_api" {
  count = local.on_fargate

  security_group_id            = aws_security_group.service["validators"].id
  description                  = "From the API"
  referenced_security_group_id = aws_security_group.service["api"].id
  ip_protocol                  = "tcp"
  from_port                    = local.validators_port
  to_port                      = local.validators_port
}

resource "aws_vpc_security_group_egress_rule" "validators_to_endpoints" {
  count = local.on_fargate

  security_group_id            = aws_security_group.service["validators"].id
  description                  = "To the endpoints of ECR, logs and secrets"
  referenced_security_group_id = var.endpoints_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "validators_to_image_layers" {
  count = local.on_fargate

  security_group_id = aws_security_group.service["validators"].id
  description       = "To S3 inside the network, where the layers of images lie"
  prefix_list_id    = var.s3_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# ── Database ────────────────────────────────────────────────────────────────────────────────────────────────────────

locals {
  database_clients = var.database_port == null ? {} : (
    local.on_fargate == 1
    ? { for service in ["api", "worker"] : service => aws_security_group.service[service].id }
    : { host = aws_security_group.entrance.id }
  )
}

resource "aws_security_group" "database" {
  count = var.database_port == null ? 0 : 1

  name        = "${var.name}-database"
  description = "The database. It connects to nobody."
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-database" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = local.database_clients

  security_group_id            = aws_security_group.database[0].id
  description                  = "From ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
}

resource "aws_vpc_security_group_egress_rule" "to_database" {
  for_each = local.database_clients

  security_group_id            = each.value
  description                  = "To the database"
  referenced_security_group_id = aws_security_group.database[0].id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
}
