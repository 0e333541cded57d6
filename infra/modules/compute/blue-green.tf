# The new release is started beside the old one, is given all traffic at once, and the old one is kept for an hour, in which
# it gets the traffic back when the alarm rings or somebody stops the deployment. Terraform makes the task definition, and
# `npm run ecs:blue-green` has CodeDeploy bring it over. What does not answer requests is replaced task by task.

resource "aws_ecs_service" "blue_green" {
  count = local.blue_green ? 1 : 0

  name            = "api"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["api"].arn
  desired_count   = var.tasks.api.least
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"

  enable_ecs_managed_tags           = true
  health_check_grace_period_seconds = 60

  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [var.service_security_group_ids.api]
    assign_public_ip = false
  }

  deployment_controller {
    type = "CODE_DEPLOY"
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.api["blue"].arn
    container_name   = "api"
    container_port   = var.ports.api
  }

  lifecycle {
    # The number is decided by the load; the others come with a deployment, and ECS takes them from CodeDeploy only.
    ignore_changes = [desired_count, task_definition, load_balancer, network_configuration]
  }

  depends_on = [aws_lb_listener.https]
}

resource "aws_iam_role" "code_deploy" {
  count = local.blue_green ? 1 : 0

  name                 = "${var.name}-code-deploy-${data.aws_region.current.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "codedeploy.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "code_deploy" {
  count = local.blue_green ? 1 : 0

  role       = aws_iam_role.code_deploy[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AWSCodeDeployRoleForECSLimited"
}

# The policy of AWS lets it hand on roles of one name only, which is not that of ours.
resource "aws_iam_role_policy" "code_deploy" {
  count = local.blue_green ? 1 : 0

  name = "start-tasks"
  role = aws_iam_role.code_deploy[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = [var.role_arns.api, var.execution_role_arn]
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    }]
  })
}

# One in a hundred requests fails for two minutes, and not just one of a few.
resource "aws_cloudwatch_metric_alarm" "deployment" {
  count = local.blue_green ? 1 : 0

  alarm_name          = "${var.name}-deployment"
  alarm_description   = "More than 1 % of the requests fail: a deployment is taken back."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "percent"
    expression  = "IF(requests >= 20, 100 * (FILL(by_tasks, 0) + FILL(by_balancer, 0)) / requests, 0)"
    label       = "failed requests in percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      requests    = "RequestCount"
      by_tasks    = "HTTPCode_Target_5XX_Count"
      by_balancer = "HTTPCode_ELB_5XX_Count"
    }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
        period      = 60
        stat        = "Sum"
      }
    }
  }
}

resource "aws_codedeploy_app" "api" {
  count = local.blue_green ? 1 : 0

  name             = "${var.name}-api"
  compute_platform = "ECS"
}

resource "aws_codedeploy_deployment_group" "api" {
  count = local.blue_green ? 1 : 0

  app_name               = aws_codedeploy_app.api[0].name
  deployment_group_name  = "api"
  deployment_config_name = "CodeDeployDefault.ECSAllAtOnce"
  service_role_arn       = aws_iam_role.code_deploy[0].arn

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  alarm_configuration {
    enabled = true
    alarms  = [aws_cloudwatch_metric_alarm.deployment[0].alarm_name]
  }

  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }

  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = 60
    }
  }

  ecs_service {
    cluster_name = aws_ecs_cluster.this.name
    service_name = aws_ecs_service.blue_green[0].name
  }

  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [aws_lb_listener.https.arn]
      }
      target_group {
        name = aws_lb_target_group.api["blue"].name
      }
      target_group {
        name = aws_lb_target_group.api["green"].name
      }
    }
  }

  # A deployment needs them.
  depends_on = [aws_iam_role_policy.code_deploy, aws_iam_role_policy_attachment.code_deploy]
}
