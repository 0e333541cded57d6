resource "aws_ecs_service" "this" {
  for_each = toset(local.rolled)

  name            = each.key
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this[each.key].arn
  desired_count   = var.tasks[each.key].least
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"

  enable_ecs_managed_tags            = true
  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = each.key == "api" ? 60 : null

  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [var.service_security_group_ids[each.key]]
    assign_public_ip = false
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  deployment_controller {
    type = "ECS"
  }

  dynamic "load_balancer" {
    for_each = each.key == "api" ? [aws_lb_target_group.api["blue"].arn] : []
    content {
      target_group_arn = load_balancer.value
      container_name   = "api"
      container_port   = var.ports.api
    }
  }

  dynamic "service_registries" {
    for_each = each.key == "validators" ? [aws_service_discovery_service.validators.arn] : []
    content {
      registry_arn = service_registries.value
    }
  }

  lifecycle {
    # Decided by the load.
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener.https]
}

# ── As many as are needed ───────────────────────────────────────────────────────────────────────────────────────────

resource "aws_appautoscaling_target" "this" {
  for_each = local.service_names

  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${each.value}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.tasks[each.key].least
  max_capacity       = var.tasks[each.key].most
}

locals {
  # Workers are counted by what waits for them, below.
  by_load = {
    for pair in setproduct(["api", "validators"], ["cpu", "memory"]) : "${pair[0]}-${pair[1]}" => {
      service = pair[0]
      metric  = pair[1] == "cpu" ? "ECSServiceAverageCPUUtilization" : "ECSServiceAverageMemoryUtilization"
      percent = pair[1] == "cpu" ? 70 : 80
    }
  }
}

resource "aws_appautoscaling_policy" "load" {
  for_each = local.by_load

  name               = "${var.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.this[each.value.service].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.percent
    scale_out_cooldown = 60
    scale_in_cooldown  = 300
    predefined_metric_specification {
      predefined_metric_type = each.value.metric
    }
  }
}

resource "aws_appautoscaling_policy" "waiting" {
  name               = "${var.name}-worker-waiting"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.this["worker"].resource_id

  target_tracking_scaling_policy_configuration {
    # Seconds that the oldest job has waited.
    target_value       = 60
    scale_out_cooldown = 60
    scale_in_cooldown  = 600
    customized_metric_specification {
      namespace   = "AWS/SQS"
      metric_name = "ApproximateAgeOfOldestMessage"
      statistic   = "Maximum"
      dimensions {
        name  = "QueueName"
        value = var.jobs_queue_name
      }
    }
  }
}
