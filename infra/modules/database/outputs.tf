output "table_arns" {
  description = "The ARNs of the tables; empty with PostgreSQL."
  value       = [for table in keys(local.made) : "${local.arn_prefix}/${var.name}-${table}"]
}

output "table_names" {
  description = "The names of the tables."
  value       = [for table in aws_dynamodb_table.this : table.name]
}

output "instance_arn" {
  description = "The ARN of the PostgreSQL instance; null with DynamoDB."
  value       = one(aws_db_instance.primary[*].arn)
}

output "instance_id" {
  description = "Its name; null with DynamoDB."
  value       = one(aws_db_instance.primary[*].identifier)
}

output "environment" {
  description = "What tells the registry of its records."
  value = merge(
    var.engine == "dynamodb" ? {
      ASSAY_RECORDS               = "dynamodb"
      ASSAY_DYNAMODB_TABLE_PREFIX = "${var.name}-"
    } : {},
    var.engine == "postgres" ? {
      ASSAY_RECORDS           = "postgres"
      ASSAY_POSTGRES_HOST     = aws_db_instance.primary[0].address
      ASSAY_POSTGRES_DATABASE = "assay"
      ASSAY_POSTGRES_USER     = "assay"
      ASSAY_POSTGRES_TLS      = "verify-full"

      ASSAY_POSTGRES_TLS_CA_FILE = var.authorities_file
    } : {},
    length(aws_db_instance.replica) > 0 ? { ASSAY_POSTGRES_REPLICA_HOST = aws_db_instance.replica[0].address } : {},
  )
}
