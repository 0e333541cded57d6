# As production, with fewer tasks.
environment       = "staging"
nat               = "one"
monthly_limit_usd = 600
tasks = {
  api        = { least = 2, most = 4 }
  worker     = { least = 1, most = 4 }
  validators = { least = 1, most = 4 }
}
postgres = { instance_class = "db.t4g.small", replica = false, connections = 200 }
