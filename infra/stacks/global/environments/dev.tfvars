environment       = "dev"
protected         = false
monthly_limit_usd = 600
tasks = {
  api        = { least = 1, most = 2 }
  worker     = { least = 1, most = 2 }
  validators = { least = 1, most = 2 }
}
