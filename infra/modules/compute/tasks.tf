locals {
  validators_url = "http://validators.${aws_service_discovery_private_dns_namespace.this.name}:${var.ports.validators}"

  shared = {
    ASSAY_DATA       = "/data"
    ASSAY_LOG_FORMAT = "json"
  }

  # What is about them, of all that the program is told.
  of_validators = { for name, value in var.environment : name => value if can(regex("^ASSAY_(FEATURE|LOG|VALIDATOR)", name)) }

  programs = {
    api = {
      command = ["serve"]
      environment = merge(local.shared, local.tells_traces, var.environment, {
        ASSAY_HOST                 = "0.0.0.0"
        ASSAY_PORT                 = tostring(var.ports.api)
        ASSAY_WORKER_IN_SERVER     = "false"
        ASSAY_VALIDATOR_RUNNER_URL = local.validators_url
      })
      secrets = merge(var.secrets, { ASSAY_VALIDATOR_RUNNER_SECRET = var.validator_secret_arn })
      port    = var.ports.api
    }
    worker = {
      command     = ["work"]
      environment = merge(local.shared, local.tells_traces, var.environment)
      secrets     = var.secrets
      port        = null
    }
    # Knows of no bucket, table, queue or key.
    validators = {
      command = ["work", "--only", "validators"]
      environment = merge(local.shared, local.of_validators, {
        ASSAY_VALIDATOR_RUNNER_HOST = "0.0.0.0"
        ASSAY_VALIDATOR_RUNNER_PORT = tostring(var.ports.validators)
      })
      secrets = { ASSAY_VALIDATOR_RUNNER_SECRET = var.validator_secret_arn }
      port    = var.ports.validators
    }
  }

  # Tasks are found by their name once they are well: once scripts that try to get out have not. Of the API the load
  # balancer asks; a worker listens to nobody.
  health_checks = {
    validators = {
      healthCheck = {
        command     = ["CMD", "/usr/local/bin/node", "--disable-warning=ExperimentalWarning", "/app/server/src/main.ts", "health", "--only", "validators"]
        interval    = 15
        timeout     = 5
        retries     = 3
        startPeriod = 120
      }
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = toset(local.services)

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.sizes[each.key].cpu
  memory                   = var.sizes[each.key].memory
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = var.role_arns[each.key]

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  ephemeral_storage {
    size_in_gib = var.scratch_gib
  }

  # The only places that can be written to.
  dynamic "volume" {
    for_each = ["data", "tmp"]
    content {
      name = volume.value
    }
  }

  container_definitions = jsonencode(concat([merge({
    name                   = each.key
    image                  = var.image
    essential              = true
    command                = local.programs[each.key].command
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    privileged             = false
    # Longer than the program takes to stop in order.
    stopTimeout = 60
    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { add = [], drop = ["ALL"] }
    }
    environment  = [for name, value in local.programs[each.key].environment : { name = name, value = value }]
    secrets      = [for name, arn in local.programs[each.key].secrets : { name = name, valueFrom = arn }]
    portMappings = [for port in [local.programs[each.key].port] : { containerPort = port, hostPort = port, protocol = "tcp" } if port != null]
    mountPoints = [
      { sourceVolume = "data", containerPath = "/data", readOnly = false },
      { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
    ]
    dockerLabels = { generation = var.generation }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = var.log_groups[each.key]
        "awslogs-region"        = data.aws_region.current.name
        "awslogs-stream-prefix" = each.key
        # What cannot be written is dropped rather than waited for.
        mode              = "non-blocking"
        "max-buffer-size" = "4m"
      }
    }
  }, try(local.health_checks[each.key], {}))], local.collectors[each.key]))
}
