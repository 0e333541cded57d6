output "role_arns" {
  description = "The roles that programs run with: api, worker and validators, or host."
  value = merge(
    { for program, role in aws_iam_role.program : program => role.arn },
    { for role in aws_iam_role.validators : "validators" => role.arn },
  )
}

output "execution_role_arn" {
  description = "The role by which ECS starts tasks; null on a host."
  value       = one(aws_iam_role.execution[*].arn)
}

output "instance_profile_name" {
  description = "The profile of the host; null on Fargate."
  value       = one(aws_iam_instance_profile.host[*].name)
}

output "entrance_security_group_id" {
  description = "The group of what is connected to from outside: the load balancer or the host."
  value       = aws_security_group.entrance.id
}

output "service_security_group_ids" {
  description = "The groups of the services, by name."
  value       = { for service, group in aws_security_group.service : service => group.id }
}

output "database_security_group_id" {
  description = "The group of the database; null where there is none."
  value       = one(aws_security_group.database[*].id)
}

output "ports" {
  description = "Where the API and the validators listen."
  value       = { api = local.api_port, validators = local.validators_port }
}
