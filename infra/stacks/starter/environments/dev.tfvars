environment       = "dev"
protected         = false
monthly_limit_usd = 40
