# What has to be there before anything else, applied once and by hand, by an administrator: where the state of the other
# stacks lies, where images lie, and who may deploy. Its own state is a file; keep it, or import anew.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  bucket    = "${var.project}-state-${local.account}-${var.region}"
  state_arn = "arn:${local.partition}:s3:::${local.bucket}"
}

module "keys" {
  source = "../../modules/keys"

  name     = "${var.project}-shared"
  purposes = ["storage"]
}

# ── State ───────────────────────────────────────────────────────────────────────────────────────────────────────────

resource "aws_s3_bucket" "state" {
  bucket = local.bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# A state that was overwritten by mistake can be taken back for three months.
resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    id     = "former-states"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = 90
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = module.keys.arns.storage
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyEncryptedConnections"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*" # a refusal of everything
      Resource  = [local.state_arn, "${local.state_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.state]
}

# ── Images ──────────────────────────────────────────────────────────────────────────────────────────────────────────

module "images" {
  source = "../../modules/images"

  name        = var.project
  kms_key_arn = module.keys.arns.storage
  kept        = var.images_kept
}

resource "aws_ecr_replication_configuration" "this" {
  count = length(var.image_regions) > 0 ? 1 : 0

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.image_regions
        content {
          region      = destination.value
          registry_id = local.account
        }
      }
      repository_filter {
        filter      = var.project
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

# ── Bill ────────────────────────────────────────────────────────────────────────────────────────────────────────────

# Once for the account: a stack that was destroyed would switch them off for the others.
resource "aws_ce_cost_allocation_tag" "this" {
  for_each = var.activate_cost_tags ? toset(["CostCenter", "Project", "Environment"]) : []

  tag_key = each.key
  status  = "Active"
}
