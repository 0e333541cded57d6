# What the program does with services of AWS, statement by statement. The API and the worker do much the same, but
# for content: only the worker moves it on after checks, and removes what was published or quarantined.

locals {
  of_records = [for statement in [{
    Sid    = "Records"
    Effect = "Allow"
    # No Scan: nothing that serves or works reads a whole table.
    Action = [
      "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
      "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
    ]
    Resource = concat(var.table_arns, [for arn in var.table_arns : "${arn}/index/*"])
  }] : statement if length(var.table_arns) > 0]

  of_buckets = [{
    Sid      = "LookIntoBuckets"
    Effect   = "Allow"
    Action   = ["s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    Resource = values(var.bucket_arns)
    }, {
    # Written, looked at and removed at every start.
    Sid      = "TryWhetherBucketsEncrypt"
    Effect   = "Allow"
    Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    Resource = [for area, arn in var.bucket_arns : "${arn}/${area}/encryption-probe"]
  }]

  of_incoming = [{
    Sid    = "ReceiveUploads"
    Effect = "Allow"
    Action = [
      "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion",
      "s3:ListMultipartUploadParts", "s3:PutObject",
    ]
    Resource = [local.objects.incoming]
  }]

  of_secrets = [{
    # Whichever process starts first makes their first value.
    Sid      = "KeysOfTheRegistry"
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
    Resource = var.registry_secret_arns
    }, {
    Sid      = "UnsealWhatIsStored"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = [var.key_arns.storage, var.key_arns.secrets]
    }, {
    Sid      = "SealSecretsInRecords"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    Resource = [var.key_arns.records]
  }]

  tells_of_jobs = [for statement in [{
    Sid      = "TellOfJobs"
    Effect   = "Allow"
    Action   = ["sqs:GetQueueAttributes", "sqs:SendMessage"]
    Resource = [for queue, arn in var.queue_arns : arn if queue != "arrivals"]
  }] : statement if length(var.queue_arns) > 0]

  hears_of_jobs = [for statement in [{
    Sid      = "HearOfJobsAndArrivals"
    Effect   = "Allow"
    Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    Resource = [for queue, arn in var.queue_arns : arn if queue != "dead"]
  }] : statement if length(var.queue_arns) > 0]

  sends_traces = [for statement in [{
    Sid      = "SendTracesByDesign"
    Effect   = "Allow"
    Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    Resource = ["*"] # the service knows no resource for these actions
  }] : statement if var.sends_traces]

  both = concat(local.of_records, local.of_buckets, local.of_incoming, local.of_secrets, local.tells_of_jobs, local.sends_traces)

  api = concat(local.both, [{
    # Addresses of downloads are signed with these permissions; reviewers look into quarantine.
    Sid      = "ReadContent"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:GetObjectVersion"]
    Resource = [for area in ["packages", "processed", "quarantine", "validators"] : local.objects[area]]
    }, {
    # Content that was restored or moved is hashed and sealed anew when it is asked for.
    Sid      = "SealContent"
    Effect   = "Allow"
    Action   = ["s3:PutObject"]
    Resource = ["${var.bucket_arns.packages}/packages/seals/*"]
    }, {
    Sid      = "KeepScripts"
    Effect   = "Allow"
    Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"]
    Resource = [local.objects.validators]
  }])

  worker = concat(local.both, local.hears_of_jobs, [{
    Sid    = "MoveContent"
    Effect = "Allow"
    Action = [
      "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion",
      "s3:ListMultipartUploadParts", "s3:PutObject",
    ]
    Resource = [for area in ["backups", "logs", "packages", "processed", "quarantine", "validators"] : local.objects[area]]
  }])
}
