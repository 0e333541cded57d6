variable "domain_name" {
  description = "The name that the certificate is for."
  type        = string
}

variable "alternative_names" {
  description = "Further names, in the same zone."
  type        = list(string)
  default     = []
}

variable "zone_id" {
  description = "The zone in Route 53 in which it is shown that the names are ours."
  type        = string
}
