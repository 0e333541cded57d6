# Small, in one zone's way out, and thrown away when nobody needs it.
environment       = "dev"
nat               = "one"
protected         = false
entrance          = "load-balancer"
monthly_limit_usd = 500
tasks = {
  api        = { least = 1, most = 2 }
  worker     = { least = 1, most = 2 }
  validators = { least = 1, most = 2 }
}
postgres = { instance_class = "db.t4g.micro", multi_az = false, replica = false, connections = 100, storage_gib = 20 }
