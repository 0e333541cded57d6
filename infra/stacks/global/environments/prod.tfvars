environment       = "prod"
monthly_limit_usd = 1500
