# The buckets: one for each area of the registry's storage, one for static files, one for access logs, and one for the
# audit that nobody can remove.
#
#   incoming ──checks──► packages        what is uploaded waits, then is published …
#                └─────► quarantine      … or kept away from everybody but reviewers
#   processed, validators, logs, backups, static
#   audit                                trails of AWS, locked against removal
#   access-logs                          who asked which bucket for what; S3 cannot lock or seal these with our key

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  # Days after which objects are moved to a cheaper class or removed; null for never.
  rules = {
    incoming   = { expire = 30, archive = null, class = null, noncurrent = 1 }
    packages   = { expire = null, archive = null, class = null, noncurrent = null }
    quarantine = { expire = null, archive = null, class = null, noncurrent = 1 }
    # Still read at once, if rarely: the archive class that answers within milliseconds.
    processed  = { expire = null, archive = 90, class = "GLACIER_IR", noncurrent = 30 }
    validators = { expire = null, archive = null, class = null, noncurrent = 90 }
    logs       = { expire = 2557, archive = 90, class = "GLACIER", noncurrent = 30 }
    backups    = { expire = null, archive = 30, class = "GLACIER_IR", noncurrent = 90 }
    static     = { expire = null, archive = null, class = null, noncurrent = 30 }
    audit      = { expire = 2557, archive = 90, class = "GLACIER", noncurrent = 30 }
    # Ninety days, then seven years in the archive, as all logs.
    access-logs = { expire = 2557, archive = 90, class = "GLACIER", noncurrent = 30 }
  }

  buckets = { for area in keys(local.rules) : area => "${var.name}-${area}-${local.account}-${data.aws_region.current.name}" }
  # Known before anything is made, so that policies can be read in a plan.
  arns = { for area, bucket in local.buckets : area => "arn:${local.partition}:s3:::${bucket}" }

  # What the registry keeps its content in; the others are for those who operate it.
  areas = ["incoming", "packages", "quarantine", "processed", "validators", "logs", "backups"]
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets

  bucket              = each.value
  object_lock_enabled = each.key == "audit"
  force_destroy       = var.removable

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  rule {
    bucket_key_enabled = each.key != "access-logs"
    apply_server_side_encryption_by_default {
      # Load balancers write their logs to buckets with S3's own key only.
      sse_algorithm     = each.key == "access-logs" ? "AES256" : "aws:kms"
      kms_master_key_id = each.key == "access-logs" ? null : each.key == "audit" ? var.logs_kms_key_arn : var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for area, bucket in aws_s3_bucket.this : area => bucket if area != "access-logs" }

  bucket        = each.value.id
  target_bucket = aws_s3_bucket.this["access-logs"].id
  target_prefix = "s3/${each.key}/"

  # S3 asks whether it may write there.
  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = aws_s3_bucket.this["audit"].id

  rule {
    default_retention {
      mode = var.audit_lock
      days = var.audit_days
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = length(var.cors_origins) == 0 ? toset([]) : toset(["incoming", "packages"])

  bucket = aws_s3_bucket.this[each.key].id
  cors_rule {
    allowed_origins = var.cors_origins
    allowed_methods = ["GET", "PUT", "POST"]
    allowed_headers = ["content-type", "range", "if-match"]
    expose_headers  = ["ETag", "Content-Range", "Accept-Ranges"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_notification" "arrivals" {
  count = var.tell_arrivals ? 1 : 0

  bucket = aws_s3_bucket.this["incoming"].id
  queue {
    queue_arn     = var.arrivals_queue_arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "incoming/"
  }
}
