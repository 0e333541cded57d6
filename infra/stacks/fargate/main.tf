# A registry on Fargate: see README.md for what it is made of and what it costs.

locals {
  name        = "${var.project}-${var.environment}"
  on_postgres = var.records == "postgres"

  # What is copied to the second region: all that cannot be made again.
  copied = ["packages", "quarantine", "processed", "validators", "logs", "backups"]

  generated = merge(
    { validators = var.validator_secret_version },
    local.on_postgres ? { database-password = var.postgres.password_version } : {},
  )
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
  generated     = local.generated
  recovery_days = var.protected ? 30 : 0
}

module "database" {
  source    = "../../modules/database"
  providers = { aws = aws, aws.ephemeral = aws.ephemeral }

  name                = local.name
  engine              = var.records
  kms_key_arn         = module.keys.arns.records
  logs_kms_key_arn    = module.keys.arns.logs
  protected           = var.protected
  subnet_ids          = module.region.network.data_subnet_ids
  security_group_id   = module.region.database_security_group_id
  password_secret_arn = lookup(module.secrets.generated_arns, "database-password", null)
  password_version    = local.on_postgres ? var.postgres.password_version : 0
  postgres = {
    instance_class = var.postgres.instance_class
    storage_gib    = var.postgres.storage_gib
    multi_az       = var.postgres.multi_az
    replica        = var.postgres.replica
  }
}

module "copies" {
  source    = "../../modules/copies"
  providers = { aws = aws.second }

  name         = local.name
  copies       = module.region.copies
  alarm_email  = var.alarm_email
  alarm_limits = var.alarm_limits
  removable    = !var.protected
}

module "region" {
  source = "../../modules/region"

  name                  = local.name
  image                 = var.image
  image_repository_arn  = var.image_repository_arn
  public_url            = "https://${var.domain_name}"
  certificate_arn       = module.certificate.arn
  entrance              = { cloudfront = "cloudfront", load-balancer = "internet", api-gateway = "network" }[var.entrance]
  cloudfront            = local.cloudfront
  client_address_header = local.client_address_header
  static_readers        = module.cdn[*].arn
  distribution          = one([for cdn in module.cdn : { id = cdn.id }])
  cors_origins          = var.cors_origins
  firewall              = var.firewall
  network               = { nat = var.nat }
  key_arns              = module.keys.arns
  on_postgres           = local.on_postgres
  records = {
    environment = module.database.environment
    table_arns  = module.database.table_arns
    table_names = module.database.table_names
    postgres = local.on_postgres ? {
      instance_id  = module.database.instance_id
      instance_arn = module.database.instance_arn
      connections  = var.postgres.connections
      storage_gib  = var.postgres.storage_gib
    } : null
  }
  secrets = {
    kept       = module.secrets.kept_arns
    validators = module.secrets.generated_arns["validators"]
    injected   = local.on_postgres ? { ASSAY_POSTGRES_PASSWORD = module.secrets.generated_arns["database-password"] } : {}
  }
  # A new secret is read by tasks that start.
  generation               = join("-", values(local.generated))
  tasks                    = { api = var.tasks.api, worker = var.tasks.worker, validators = var.tasks.validators }
  deployment               = var.deployment
  copies                   = { bucket_arns = module.copies.bucket_arns, storage_key_arn = module.copies.storage_key_arn, vault_arn = module.copies.vault_arn }
  copied_areas             = local.copied
  alarm_email              = var.alarm_email
  alarm_limits             = var.alarm_limits
  settings                 = var.settings
  tracing                  = var.tracing
  collector_image          = var.collector_image
  protected                = var.protected
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "cost" {
  source    = "../../modules/cost"
  providers = { aws = aws.us_east_1 }

  name              = local.name
  monthly_limit_usd = var.monthly_limit_usd
  cost_tag          = local.name
  by_tag            = var.cost_tags_active
  topic_arn         = module.region.alarms_topic_arn
  watch_anomalies   = var.environment == "prod"
}
