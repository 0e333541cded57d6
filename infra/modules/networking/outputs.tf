output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its addresses."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets with a way in from the internet."
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "private_subnet_ids" {
  description = "Subnets for what runs."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "data_subnet_ids" {
  description = "Subnets for databases."
  value       = [for subnet in aws_subnet.data : subnet.id]
}

output "s3_prefix_list_id" {
  description = "The addresses of S3, for rules of security groups."
  value       = aws_vpc_endpoint.gateway["s3"].prefix_list_id
}

output "endpoints_security_group_id" {
  description = "The group of the endpoints, for rules that let something reach them."
  value       = aws_security_group.endpoints.id
}
