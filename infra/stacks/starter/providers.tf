terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Where the state lies is given to `terraform init -backend-config=…`; the stack `bootstrap` makes the bucket.
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}

locals {
  tags = {
    Project     = var.project
    Environment = var.environment
    Stack       = "starter"
    CostCenter  = local.name
    ManagedBy   = "terraform"
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = local.tags
  }
}

# Budgets are there, for all regions.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
  default_tags {
    tags = local.tags
  }
}

# For values that are written nowhere (modules/secrets).
provider "aws" {
  alias  = "ephemeral"
  region = var.region
}
