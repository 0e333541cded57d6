# Beside the API and the workers, when traces are wanted: the collector of AWS, which takes what the program tells on the
# task's own loopback interface and passes it on to X-Ray. Without it the program goes on.

locals {
  traced = var.tracing ? toset(["api", "worker"]) : toset([])

  # Of a hundred requests ten are kept, whatever their clients ask for: each trace costs. `settings` may say otherwise.
  tells_traces = var.tracing ? {
    ASSAY_TRACES_ENDPOINT       = "http://127.0.0.1:4318/v1/traces"
    ASSAY_TRACES_SERVICE_NAME   = var.name
    ASSAY_TRACES_KEPT_PERCENT   = "10"
    ASSAY_TRACES_FOLLOW_CLIENTS = "false"
  } : {}

  # JSON is YAML, too.
  collector_config = {
    for service in local.traced : service => jsonencode({
      receivers = { otlp = { protocols = { http = { endpoint = "127.0.0.1:4318" } } } }
      processors = {
        memory_limiter = { check_interval = "1s", limit_mib = 160, spike_limit_mib = 40 }
        batch          = { timeout = "1s" }
      }
      exporters = {
        awsxray = {
          region             = data.aws_region.current.name
          aws_log_groups     = [var.log_groups[service]]
          indexed_attributes = ["assay.request_id", "assay.job.id", "error.type"]
        }
      }
      service = {
        telemetry = { metrics = { level = "none" } }
        pipelines = {
          traces = { receivers = ["otlp"], processors = ["memory_limiter", "batch"], exporters = ["awsxray"] }
        }
      }
    })
  }

  collectors = {
    for service in local.services : service => [for traced in local.traced : {
      name                   = "collector"
      image                  = var.collector_image
      essential              = false
      memory                 = 256
      command                = ["--config=env:COLLECTOR_CONFIG"]
      user                   = "10001:10001"
      readonlyRootFilesystem = true
      privileged             = false
      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { add = [], drop = ["ALL"] }
      }
      environment = [{ name = "COLLECTOR_CONFIG", value = local.collector_config[traced] }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = var.log_groups[traced]
          "awslogs-region"        = data.aws_region.current.name
          "awslogs-stream-prefix" = "collector"
          mode                    = "non-blocking"
          "max-buffer-size"       = "1m"
        }
      }
    } if traced == service]
  }
}
