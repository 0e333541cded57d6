# What `npm run infra:rehearse -- starter` applies: all of it, but that it can be destroyed again.
environment          = "dev"
region               = "eu-central-1"
domain_name          = "registry.example.org"
zone_name            = "example.org"
image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/assay"
alarm_email          = "operators@example.org"
protected            = false
