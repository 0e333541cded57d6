# A registry in two regions: it runs in the first, and the second has everything but running tasks: tables, objects,
# keys, secrets, network and load balancer. See README.md for what happens when a region is lost.

locals {
  name = "${var.project}-${var.environment}"

  # What is copied both ways: all that cannot be made again.
  copied = ["packages", "quarantine", "processed", "validators", "logs", "backups"]

  running = { api = var.tasks.api, worker = var.tasks.worker, validators = var.tasks.validators }
  # Ready to be started, and nothing runs: not even by a load that is measured wrongly.
  waiting = { for service in keys(local.running) : service => { least = 0, most = 0 } }

  shared = {
    public_url = "https://${var.domain_name}"
    records = {
      environment = module.database.environment
      table_names = module.database.table_names
    }
    # The validators' secret is the first in a region's own Secrets Manager; in the second it is a copy.
    secret = { for name, arn in module.secrets.arns : name => { first = arn, second = replace(arn, ":${var.region}:", ":${var.second_region}:") } }
    kept   = ["session-keys.json", "address-keys.json", "registry-keys.json", "webhook-key"]
  }
}

module "keys_of_first" {
  source = "../../modules/keys"

  name                 = local.name
  deletion_window_days = var.protected ? 30 : 7
}

module "keys_of_second" {
  source    = "../../modules/keys"
  providers = { aws = aws.second }

  name                 = local.name
  deletion_window_days = var.protected ? 30 : 7
}

module "secrets" {
  source    = "../../modules/secrets"
  providers = { aws = aws, aws.ephemeral = aws.ephemeral }

  name          = local.name
  kms_key_arn   = module.keys_of_first.arns.secrets
  generated     = { validators = var.validator_secret_version }
  replicas      = { (var.second_region) = module.keys_of_second.arns.secrets }
  recovery_days = var.protected ? 30 : 0
}

module "database" {
  source    = "../../modules/database"
  providers = { aws = aws, aws.ephemeral = aws.ephemeral }

  name        = local.name
  kms_key_arn = module.keys_of_first.arns.records
  replicas    = { (var.second_region) = module.keys_of_second.arns.records }
  protected   = var.protected
}

module "first" {
  source = "../../modules/region"

  name                 = local.name
  image                = var.image
  image_repository_arn = var.image_repository_arn
  public_url           = local.shared.public_url
  certificate_arn      = module.certificate_of_first.arn
  entrance             = "internet"
  cors_origins         = var.cors_origins
  firewall             = var.firewall
  network              = { cidr = "10.20.0.0/16" }
  key_arns             = module.keys_of_first.arns
  # Data keys of KMS open in their own region only.
  seal_with = "key"
  records   = merge(local.shared.records, { table_arns = module.database.table_arns, copied_to = var.second_region })
  secrets = {
    kept       = [for name in local.shared.kept : local.shared.secret[name].first]
    validators = module.secrets.generated_arns["validators"]
  }
  generation               = tostring(var.validator_secret_version)
  tasks                    = var.serving == "first" ? local.running : local.waiting
  copied_areas             = local.copied
  copies                   = { bucket_arns = module.second.bucket_arns, storage_key_arn = module.keys_of_second.arns.storage, vault_arn = module.second.vault_arn }
  takes_copies             = true
  alarm_email              = var.alarm_email
  alarm_limits             = var.alarm_limits
  settings                 = var.settings
  tracing                  = var.tracing
  collector_image          = var.collector_image
  protected                = var.protected
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "second" {
  source    = "../../modules/region"
  providers = { aws = aws.second }

  name                 = local.name
  image                = var.second_image != null ? var.second_image : var.image
  image_repository_arn = var.image_repository_arn == null ? null : replace(var.image_repository_arn, ":${var.region}:", ":${var.second_region}:")
  public_url           = local.shared.public_url
  certificate_arn      = module.certificate_of_second.arn
  entrance             = "internet"
  cors_origins         = var.cors_origins
  firewall             = var.firewall
  network              = { cidr = "10.21.0.0/16" }
  key_arns             = module.keys_of_second.arns
  seal_with            = "key"
  records              = merge(local.shared.records, { table_arns = [for arn in module.database.table_arns : replace(arn, ":${var.region}:", ":${var.second_region}:")], copied_to = var.region })
  secrets = {
    kept       = [for name in local.shared.kept : local.shared.secret[name].second]
    validators = local.shared.secret["validators"].second
  }
  generation               = tostring(var.validator_secret_version)
  tasks                    = var.serving == "second" ? local.running : local.waiting
  copied_areas             = local.copied
  copies                   = { bucket_arns = module.first.bucket_arns, storage_key_arn = module.keys_of_first.arns.storage, vault_arn = module.first.vault_arn }
  takes_copies             = true
  alarm_email              = var.alarm_email
  alarm_limits             = var.alarm_limits
  settings                 = var.settings
  tracing                  = var.tracing
  collector_image          = var.collector_image
  protected                = var.protected
  trail                    = false
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "cost" {
  source    = "../../modules/cost"
  providers = { aws = aws.us_east_1 }

  name              = local.name
  monthly_limit_usd = var.monthly_limit_usd
  cost_tag          = local.name
  by_tag            = var.cost_tags_active
  topic_arn         = module.first.alarms_topic_arn
  watch_anomalies   = var.environment == "prod"
}
