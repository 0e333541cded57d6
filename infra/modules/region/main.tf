# A registry in one region: network, roles, buckets, queues, services, alarms and backups. Keys, secrets and records are
# given, since a second region shares or copies those of the first.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  database_port = var.on_postgres ? 5432 : null
  is_direct     = var.entrance == "internet"

  # Of an image in ECR; that of AWS is for everybody.
  in_ecr                   = try(regex("^(?P<account>[0-9]{12})[.]dkr[.]ecr[.](?P<region>[a-z0-9-]+)[.]amazonaws[.]com/(?P<name>[^:@]+)", var.collector_image), null)
  collector_repository_arn = local.in_ecr == null ? null : "arn:${data.aws_partition.current.partition}:ecr:${local.in_ecr.region}:${local.in_ecr.account}:repository/${local.in_ecr.name}"

  environment = merge(
    module.storage.environment,
    module.queues.environment,
    var.records.environment,
    {
      ASSAY_AWS_REGION      = data.aws_region.current.name
      ASSAY_SECRETS         = "secrets-manager"
      ASSAY_SECRETS_PREFIX  = "${var.name}/"
      ASSAY_ENCRYPTION      = var.seal_with
      ASSAY_PUBLIC_URL      = var.public_url
      ASSAY_TRUSTED_PROXIES = join(",", concat([module.networking.cidr], var.cloudfront.ranges))
    },
    var.seal_with == "kms" ? { ASSAY_KMS_KEY = var.key_arns.records } : {},
    var.client_address_header != null ? { ASSAY_CLIENT_ADDRESS_HEADER = var.client_address_header } : {},
    length(var.cors_origins) > 0 ? { ASSAY_CORS_ORIGINS = join(",", var.cors_origins) } : {},
    var.settings,
  )
}

module "networking" {
  source = "../networking"

  name                     = var.name
  cidr                     = var.network.cidr
  zones                    = var.network.zones
  nat                      = var.network.nat
  flow_log_group_arn       = module.monitoring.log_group_arns.web
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "security" {
  source = "../security"

  name                        = var.name
  vpc_id                      = module.networking.vpc_id
  entrance                    = var.entrance
  cloudfront_prefix_list_id   = var.cloudfront.prefix_list_id
  s3_prefix_list_id           = module.networking.s3_prefix_list_id
  endpoints_security_group_id = module.networking.endpoints_security_group_id
  database_port               = local.database_port
  bucket_arns                 = module.storage.area_arns
  table_arns                  = var.records.table_arns
  queue_arns                  = module.queues.arns
  key_arns                    = var.key_arns
  registry_secret_arns        = var.secrets.kept
  injected_secret_arns        = concat([var.secrets.validators], values(var.secrets.injected))
  log_group_arns              = [for group, arn in module.monitoring.log_group_arns : arn if group != "web"]
  image_repository_arn        = var.image_repository_arn
  collector_repository_arn    = local.collector_repository_arn
  sends_traces                = var.tracing
  permissions_boundary_arn    = var.permissions_boundary_arn
}

module "storage" {
  source = "../storage"

  name                     = var.name
  kms_key_arn              = var.key_arns.storage
  logs_kms_key_arn         = var.key_arns.logs
  cors_origins             = concat([var.public_url], var.cors_origins)
  tell_arrivals            = true
  arrivals_queue_arn       = module.queues.arrivals_arn
  replicate_to             = { for area in var.copied_areas : area => var.copies.bucket_arns[area] }
  replica_kms_key_arn      = try(var.copies.storage_key_arn, null)
  static_readers           = var.static_readers
  removable                = !var.protected
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "queues" {
  source = "../queues"

  name                = var.name
  incoming_bucket_arn = module.storage.arns.incoming
}

module "firewall" {
  source = "../waf"
  count  = local.is_direct ? 1 : 0

  name                      = var.name
  blocked                   = var.firewall.blocked
  trusted                   = var.firewall.trusted
  requests_per_five_minutes = var.firewall.requests_per_five_minutes
  log_group_arn             = module.monitoring.log_group_arns.web
}

module "compute" {
  source = "../compute"

  name                       = var.name
  image                      = var.image
  vpc_id                     = module.networking.vpc_id
  public_subnet_ids          = module.networking.public_subnet_ids
  private_subnet_ids         = module.networking.private_subnet_ids
  internal                   = var.entrance == "network"
  certificate_arn            = var.certificate_arn
  has_web_acl                = local.is_direct
  web_acl_arn                = one(module.firewall[*].arn)
  entrance_security_group_id = module.security.entrance_security_group_id
  service_security_group_ids = module.security.service_security_group_ids
  role_arns                  = module.security.role_arns
  execution_role_arn         = module.security.execution_role_arn
  ports                      = module.security.ports
  environment                = local.environment
  secrets                    = var.secrets.injected
  validator_secret_arn       = var.secrets.validators
  generation                 = var.generation
  log_groups                 = module.monitoring.log_groups
  access_logs_bucket         = module.storage.access_logs_bucket
  jobs_queue_name            = module.queues.names.jobs
  sizes                      = var.sizes
  tasks                      = var.tasks
  deployment                 = var.deployment
  tracing                    = var.tracing
  collector_image            = var.collector_image
  protected                  = var.protected
  permissions_boundary_arn   = var.permissions_boundary_arn
}

module "monitoring" {
  source = "../monitoring"

  name        = var.name
  kms_key_arn = var.key_arns.logs
  alarm_email = var.alarm_email
  trail       = var.trail ? { bucket = module.storage.trail_bucket, packages_bucket_arn = module.storage.arns.packages } : null
  watched = {
    cluster       = module.compute.cluster_name
    services      = { for service, count in var.tasks : service => count.least }
    load_balancer = { arn_suffix = module.compute.load_balancer.arn_suffix, target_group = module.compute.load_balancer.target_group }
    queues        = module.queues.names
    buckets       = { for area in ["incoming", "packages", "quarantine"] : area => module.storage.buckets[area] }
    tables        = var.records.table_names
    database      = var.records.postgres
    distribution  = var.distribution

    copies_from_here = module.storage.copies
    copies_to_here   = { for area, copy in module.storage.copies : area => { from = copy.to, to = copy.from, rule = copy.rule } if var.takes_copies }
    tables_copied_to = var.records.copied_to
  }
  limits = var.alarm_limits
}

module "backup" {
  source = "../backup"

  name        = var.name
  kms_key_arn = var.key_arns.backups
  resource_arns = {
    DynamoDB = var.records.table_arns
    RDS      = [for postgres in [var.records.postgres] : postgres.instance_arn if postgres != null]
    S3       = [for area in ["packages", "quarantine", "processed", "validators"] : module.storage.arns[area]]
  }
  copies            = length(var.copied_areas) > 0
  copy_to           = try(var.copies.vault_arn, null)
  notices_topic_arn = module.monitoring.alarms_topic_arn
  removable         = !var.protected
  # Nothing of a throw-away environment is locked.
  lock_days                = var.protected ? 7 : 0
  permissions_boundary_arn = var.permissions_boundary_arn
}
