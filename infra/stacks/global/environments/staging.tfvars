environment       = "staging"
monthly_limit_usd = 900
tasks = {
  api        = { least = 2, most = 4 }
  worker     = { least = 1, most = 4 }
  validators = { least = 1, most = 4 }
}
