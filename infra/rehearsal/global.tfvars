# What `npm run infra:rehearse -- global` applies: all of it, but that it can be destroyed again.
environment   = "dev"
region        = "eu-central-1"
second_region = "eu-west-1"
domain_name   = "registry.example.org"
zone_name     = "example.org"
image         = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
alarm_email   = "operators@example.org"
protected     = false
