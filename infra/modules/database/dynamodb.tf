locals {
  # The same description that the program makes its tables from.
  tables = jsondecode(file("${path.module}/../../../server/src/adapters/dynamodb/tables.json"))

  made = { for table, definition in local.tables : table => definition if var.engine == "dynamodb" }

  # Every key attribute of a table and its indexes, once.
  attributes = {
    for table, definition in local.made : table => toset(concat(
      ["pk", "sk"],
      flatten([for index in values(definition.indexes) : [index.partitionKey, index.sortKey]]),
    ))
  }

  arn_prefix = "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:table"
}

resource "aws_dynamodb_table" "this" {
  for_each = local.made

  name                        = "${var.name}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.protected
  # Replicas are kept up to date by the stream.
  stream_enabled   = length(var.replicas) > 0
  stream_view_type = length(var.replicas) > 0 ? "NEW_AND_OLD_IMAGES" : null

  dynamic "attribute" {
    for_each = local.attributes[each.key]
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.partitionKey
      range_key       = global_secondary_index.value.sortKey
      projection_type = global_secondary_index.value.projection
    }
  }

  dynamic "ttl" {
    for_each = try([each.value.timeToLive], [])
    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  dynamic "replica" {
    for_each = var.replicas
    content {
      region_name            = replica.key
      kms_key_arn            = replica.value
      point_in_time_recovery = true
      propagate_tags         = true
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
