environment       = "prod"
instance_type     = "t3.small"
monthly_limit_usd = 80
