terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = {
      Project     = var.project
      Environment = "shared"
      Stack       = "bootstrap"
      CostCenter  = var.project
      ManagedBy   = "terraform"
    }
  }
}
