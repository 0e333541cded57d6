resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.rules

  bucket = aws_s3_bucket.this[each.key].id

  # Longer than an upload may stay open: ASSAY_UPLOAD_LIFETIME_MS is 30 days at most. The registry removes its own.
  rule {
    id     = "unfinished-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 31
    }
  }

  dynamic "rule" {
    for_each = each.value.noncurrent == null ? [] : [each.value.noncurrent]
    content {
      id     = "what-was-replaced-or-removed"
      status = "Enabled"
      filter {}
      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
      # Where objects expire by themselves, S3 allows this in the same rule only.
      dynamic "expiration" {
        for_each = each.value.expire == null ? [1] : []
        content {
          expired_object_delete_marker = true
        }
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.archive == null ? [] : [each.value]
    content {
      id     = "archive"
      status = "Enabled"
      filter {}
      transition {
        days          = rule.value.archive
        storage_class = rule.value.class
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.expire == null ? [] : [each.value.expire]
    content {
      id     = "expire"
      status = "Enabled"
      filter {}
      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
