# A registry on one host, with a small PostgreSQL and S3: see README.md for what it is made of and what it costs.

locals {
  name = "${var.project}-${var.environment}"
}

module "keys" {
  source = "../../modules/keys"

  name                 = local.name
  deletion_window_days = var.protected ? 30 : 7
}

module "secrets" {
  source    = "../../modules/secrets"
  providers = { aws = aws, aws.ephemeral = aws.ephemeral }

  name          = local.name
  kms_key_arn   = module.keys.arns.secrets
  generated     = { database-password = var.postgres.password_version }
  recovery_days = var.protected ? 30 : 0
}

module "networking" {
  source = "../../modules/networking"

  name  = local.name
  zones = 2
  # The host is in a public subnet, and nothing in a private one.
  nat                      = "none"
  interface_endpoints      = []
  flow_log_group_arn       = module.monitoring.log_group_arns.web
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "security" {
  source = "../../modules/security"

  name                     = local.name
  platform                 = "host"
  vpc_id                   = module.networking.vpc_id
  database_port            = 5432
  bucket_arns              = module.storage.area_arns
  key_arns                 = module.keys.arns
  registry_secret_arns     = module.secrets.kept_arns
  injected_secret_arns     = [module.secrets.generated_arns["database-password"]]
  log_group_arns           = [module.monitoring.log_group_arns.api]
  image_repository_arn     = var.image_repository_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "storage" {
  source = "../../modules/storage"

  name                     = local.name
  kms_key_arn              = module.keys.arns.storage
  logs_kms_key_arn         = module.keys.arns.logs
  cors_origins             = concat(["https://${var.domain_name}"], var.cors_origins)
  removable                = !var.protected
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "database" {
  source    = "../../modules/database"
  providers = { aws = aws, aws.ephemeral = aws.ephemeral }

  name                = local.name
  engine              = "postgres"
  kms_key_arn         = module.keys.arns.records
  logs_kms_key_arn    = module.keys.arns.logs
  protected           = var.protected
  subnet_ids          = module.networking.data_subnet_ids
  security_group_id   = module.security.database_security_group_id
  password_secret_arn = module.secrets.generated_arns["database-password"]
  password_version    = var.postgres.password_version
  postgres = {
    instance_class    = var.postgres.instance_class
    storage_gib       = var.postgres.storage_gib
    storage_limit_gib = 100
    multi_az          = false
    replica           = false
    insights          = false
  }
}

module "host" {
  source = "../../modules/host"

  name                  = local.name
  image                 = var.image
  domain_name           = var.domain_name
  instance_type         = var.instance_type
  disk_gib              = var.disk_gib
  image_id              = var.machine_image_id
  subnet_id             = module.networking.public_subnet_ids[0]
  security_group_id     = module.security.entrance_security_group_id
  instance_profile_name = module.security.instance_profile_name
  kms_key_arn           = module.keys.arns.storage
  database_secret_arn   = module.secrets.generated_arns["database-password"]
  log_group             = module.monitoring.log_groups.api
  environment = merge(
    module.storage.environment,
    module.database.environment,
    {
      ASSAY_AWS_REGION      = var.region
      ASSAY_SECRETS         = "secrets-manager"
      ASSAY_SECRETS_PREFIX  = "${local.name}/"
      ASSAY_ENCRYPTION      = "kms"
      ASSAY_KMS_KEY         = module.keys.arns.records
      ASSAY_CHECK_THREADS   = "1"
      ASSAY_TRUSTED_PROXIES = "172.16.0.0/12" # the proxy, in the network of Docker
    },
    length(var.cors_origins) > 0 ? { ASSAY_CORS_ORIGINS = join(",", var.cors_origins) } : {},
    var.settings,
  )
}

data "aws_route53_zone" "this" {
  count = var.zone_name == null ? 0 : 1
  name  = var.zone_name
}

resource "aws_route53_record" "this" {
  count = var.zone_name == null ? 0 : 1

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = var.domain_name
  type    = "A"
  ttl     = 300
  records = [module.host.address]
}

module "monitoring" {
  source = "../../modules/monitoring"

  name           = local.name
  kms_key_arn    = module.keys.arns.logs
  alarm_email    = var.alarm_email
  retention_days = { web = 30, api = 30 }
  trail          = { bucket = module.storage.trail_bucket, packages_bucket_arn = module.storage.arns.packages }
  watched = {
    instance = { id = module.host.instance_id }
    database = { instance_id = module.database.instance_id, connections = var.postgres.connections, storage_gib = var.postgres.storage_gib }
    buckets  = { for area in ["incoming", "packages", "quarantine"] : area => module.storage.buckets[area] }
  }
  limits = var.alarm_limits
}

module "backup" {
  source = "../../modules/backup"

  name        = local.name
  kms_key_arn = module.keys.arns.backups
  resource_arns = {
    RDS = [module.database.instance_arn]
    S3  = [for area in ["packages", "quarantine", "processed", "validators"] : module.storage.arns[area]]
  }
  days                     = { daily = 14, monthly = 90 }
  notices_topic_arn        = module.monitoring.alarms_topic_arn
  removable                = !var.protected
  lock_days                = var.protected ? 7 : 0
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "cost" {
  source    = "../../modules/cost"
  providers = { aws = aws.us_east_1 }

  name              = local.name
  monthly_limit_usd = var.monthly_limit_usd
  cost_tag          = local.name
  by_tag            = var.cost_tags_active
  topic_arn         = module.monitoring.alarms_topic_arn
  watch_anomalies   = var.environment == "prod"
}
