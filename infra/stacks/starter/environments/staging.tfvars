environment       = "staging"
monthly_limit_usd = 60
