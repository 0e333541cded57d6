# Copies in another region, as fast as S3 makes them: within minutes, and told when it takes longer than fifteen.

locals {
  copied  = toset(keys(var.replicate_to))
  rule_id = "everything"
}

resource "aws_iam_role" "replication" {
  count = length(local.copied) == 0 ? 0 : 1

  name                 = "${var.name}-replication-${data.aws_region.current.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "replication" {
  count = length(local.copied) == 0 ? 0 : 1

  name = "copy"
  role = aws_iam_role.replication[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
      Resource = [for area in local.copied : local.arns[area]]
      }, {
      Effect   = "Allow"
      Action   = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
      Resource = [for area in local.copied : "${local.arns[area]}/*"]
      }, {
      Effect   = "Allow"
      Action   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
      Resource = [for arn in values(var.replicate_to) : "${arn}/*"]
      }, {
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [var.kms_key_arn]
      }, {
      Effect   = "Allow"
      Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
      Resource = [var.replica_kms_key_arn]
    }]
  })
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = local.copied

  bucket = aws_s3_bucket.this[each.key].id
  role   = aws_iam_role.replication[0].arn

  rule {
    id     = local.rule_id
    status = "Enabled"
    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket = var.replicate_to[each.key]
      encryption_configuration {
        replica_kms_key_id = var.replica_kms_key_arn
      }
      replication_time {
        status = "Enabled"
        time {
          minutes = 15
        }
      }
      metrics {
        status = "Enabled"
        event_threshold {
          minutes = 15
        }
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
