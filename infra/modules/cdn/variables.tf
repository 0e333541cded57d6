variable "name" {
  description = "What the names begin with."
  type        = string
}

variable "domain_name" {
  description = "The name that clients use."
  type        = string
}

variable "origin_name" {
  description = "The name that the load balancer has a certificate for."
  type        = string
}

variable "certificate_arn" {
  description = "The certificate of the clients' name, in us-east-1."
  type        = string
}

variable "web_acl_arn" {
  description = "The firewall, of the scope CLOUDFRONT."
  type        = string
}

variable "static_domain_name" {
  description = "Where the bucket of static files is."
  type        = string
}


variable "price_class" {
  description = "From where clients are served: Europe and North America (`PriceClass_100`), also Asia (`PriceClass_200`), or everywhere (`PriceClass_All`)."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "One of PriceClass_100, PriceClass_200, PriceClass_All."
  }
}
