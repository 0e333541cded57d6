# Policies of the buckets: what nobody may do, whatever else they may; and what services of AWS write into them.

locals {
  refusals = {
    for area, arn in local.arns : area => concat(
      [{
        Sid       = "OnlyEncryptedConnections"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*" # a refusal of everything
        Resource  = [arn, "${arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
        }, {
        Sid       = "OnlyModernTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*" # a refusal of everything
        Resource  = [arn, "${arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      }],
      [for statement in [{
        Sid       = "OnlyEncryptedWithTheKey"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = ["${arn}/*"]
        # Of requests that name no key, too: they could ask for S3's own. The program names the key.
        Condition = { StringNotEqualsIfExists = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.kms_key_arn } }
      }] : statement if contains(local.areas, area)],
    )
  }

  permissions = {
    access-logs = [{
      Sid       = "AccessLogsOfBuckets"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = ["${local.arns.access-logs}/s3/*"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      }, {
      Sid       = "AccessLogsOfLoadBalancers"
      Effect    = "Allow"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = ["${local.arns.access-logs}/load-balancer/AWSLogs/${local.account}/*"]
    }]

    audit = [{
      Sid       = "TrailLooksWhereItWrites"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "s3:GetBucketAcl"
      Resource  = [local.arns.audit]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      }, {
      Sid       = "TrailWrites"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = ["${local.arns.audit}/trail/AWSLogs/${local.account}/*"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account, "s3:x-amz-acl" = "bucket-owner-full-control" } }
    }]

    static = [for readers in [var.static_readers] : {
      Sid       = "CloudFrontServes"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = ["${local.arns.static}/*"]
      Condition = { StringEquals = { "aws:SourceArn" = readers } }
    } if length(readers) > 0]
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.refusals[each.key], lookup(local.permissions, each.key, []))
  })

  # S3 refuses a policy for others while it does not know yet that nobody else is meant.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
