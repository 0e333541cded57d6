# Read from where it was generated, when it is to be set; it is in no state. What failed half way is set to the same
# value when it is tried again.
ephemeral "aws_secretsmanager_secret_version" "password" {
  provider = aws.ephemeral
  count    = local.on_postgres == 1 && var.password_version > 0 ? 1 : 0

  secret_id = var.password_secret_arn
}

resource "aws_db_subnet_group" "this" {
  count = local.on_postgres

  name       = var.name
  subnet_ids = var.subnet_ids
}

# Nobody connects without TLS; slow statements are noted.
resource "aws_db_parameter_group" "this" {
  count = local.on_postgres

  name   = "${var.name}-${var.postgres.version}"
  family = "postgres${var.postgres.version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  parameter {
    name  = "log_connections"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# RDS makes these itself where they are missing: for ever, and under another key.
resource "aws_cloudwatch_log_group" "postgres" {
  for_each = local.on_postgres == 1 ? toset(local.exported_logs) : []

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = 30
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_db_instance" "primary" {
  count = local.on_postgres

  identifier     = var.name
  engine         = "postgres"
  engine_version = var.postgres.version
  instance_class = var.postgres.instance_class
  db_name        = "assay"
  port           = 5432

  username            = "assay"
  password_wo         = one(ephemeral.aws_secretsmanager_secret_version.password[*].secret_string)
  password_wo_version = var.password_version > 0 ? var.password_version : null

  storage_type          = "gp3"
  allocated_storage     = var.postgres.storage_gib
  max_allocated_storage = var.postgres.storage_limit_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_subnet_group_name   = aws_db_subnet_group.this[0].name
  vpc_security_group_ids = [var.security_group_id]
  parameter_group_name   = aws_db_parameter_group.this[0].name
  publicly_accessible    = false
  multi_az               = var.postgres.multi_az
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.postgres.backup_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  deletion_protection       = var.protected
  skip_final_snapshot       = !var.protected
  final_snapshot_identifier = var.protected ? "${var.name}-final" : null
  delete_automated_backups  = !var.protected

  auto_minor_version_upgrade      = true
  performance_insights_enabled    = var.postgres.insights
  performance_insights_kms_key_id = var.postgres.insights ? var.kms_key_arn : null
  enabled_cloudwatch_logs_exports = local.exported_logs

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [aws_cloudwatch_log_group.postgres]
}

resource "aws_cloudwatch_log_group" "replica" {
  for_each = local.on_postgres == 1 && var.postgres.replica ? toset(local.exported_logs) : []

  name              = "/aws/rds/instance/${var.name}-replica/${each.key}"
  retention_in_days = 30
  kms_key_id        = var.logs_kms_key_arn
}

# Answers searches and lists, and can be promoted when the primary is lost.
resource "aws_db_instance" "replica" {
  count = local.on_postgres == 1 && var.postgres.replica ? 1 : 0

  identifier          = "${var.name}-replica"
  replicate_source_db = aws_db_instance.primary[0].identifier
  instance_class      = var.postgres.instance_class

  # Grows as the primary does: the one does not follow the other by itself.
  max_allocated_storage      = var.postgres.storage_limit_gib
  storage_encrypted          = true
  kms_key_id                 = var.kms_key_arn
  vpc_security_group_ids     = [var.security_group_id]
  parameter_group_name       = aws_db_parameter_group.this[0].name
  publicly_accessible        = false
  ca_cert_identifier         = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true
  # Everything in it is in the primary, too.
  skip_final_snapshot = true

  performance_insights_enabled    = var.postgres.insights
  performance_insights_kms_key_id = var.postgres.insights ? var.kms_key_arn : null
  enabled_cloudwatch_logs_exports = local.exported_logs

  depends_on = [aws_cloudwatch_log_group.replica]
}
