mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                       = "assay-test"
  image                      = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/assay:1.2.0"
  vpc_id                     = "vpc-1"
  public_subnet_ids          = ["subnet-1", "subnet-2"]
  private_subnet_ids         = ["subnet-3", "subnet-4"]
  certificate_arn            = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
  web_acl_arn                = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/assay/1"
  has_web_acl                = true
  entrance_security_group_id = "sg-1"
  service_security_group_ids = { api = "sg-2", worker = "sg-3", validators = "sg-4" }
  role_arns                  = { for service in ["api", "worker", "validators"] : service => "arn:aws:iam::123456789012:role/${service}" }
  execution_role_arn         = "arn:aws:iam::123456789012:role/execution"
  ports                      = { api = 8080, validators = 8090 }
  environment                = { ASSAY_RECORDS = "dynamodb" }
  secrets                    = { ASSAY_POSTGRES_PASSWORD = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database" }
  validator_secret_arn       = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:validators"
  log_groups                 = { api = "a", worker = "b", validators = "c" }
  access_logs_bucket         = "logs"
  jobs_queue_name            = "assay-test-jobs"
}

run "tasks_are_confined_and_deployments_find_their_way_back" {
  assert {
    condition = alltrue([
      for definition in aws_ecs_task_definition.this : alltrue([
        for container in jsondecode(definition.container_definitions) :
        container.readonlyRootFilesystem && !container.privileged && container.user == "10001:10001" && container.linuxParameters.initProcessEnabled
      ])
    ])
    error_message = "A task may write to its image, or runs as root."
  }
  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.deployment_circuit_breaker[0].rollback && !service.network_configuration[0].assign_public_ip])
    error_message = "A failed deployment stays, or a task has a public address."
  }
  assert {
    condition     = alltrue([for target in aws_appautoscaling_target.this : target.min_capacity == 2 && target.max_capacity == 10])
    error_message = "Services are not between 2 and 10 tasks."
  }
  assert {
    condition     = toset([for policy in aws_appautoscaling_policy.load : policy.target_tracking_scaling_policy_configuration[0].target_value]) == toset([70, 80])
    error_message = "Services do not grow at 70 % of CPU and 80 % of memory."
  }
}

run "validators_know_of_nothing" {
  assert {
    condition     = toset(keys(output.environments.validators)) == toset(["ASSAY_DATA", "ASSAY_LOG_FORMAT", "ASSAY_VALIDATOR_RUNNER_HOST", "ASSAY_VALIDATOR_RUNNER_PORT"])
    error_message = "Validators are told where something lies."
  }
  assert {
    condition     = [for secret in jsondecode(aws_ecs_task_definition.this["validators"].container_definitions)[0].secrets : secret.name] == ["ASSAY_VALIDATOR_RUNNER_SECRET"]
    error_message = "Validators are given a secret that is not theirs."
  }
}

run "features_are_switched_off_where_their_work_is_done" {
  variables {
    environment = { ASSAY_RECORDS = "dynamodb", ASSAY_FEATURE_VALIDATOR_REQUESTS = "false" }
  }
  assert {
    condition     = alltrue([for environment in values(output.environments) : environment.ASSAY_FEATURE_VALIDATOR_REQUESTS == "false"]) && !contains(keys(output.environments.validators), "ASSAY_RECORDS")
    error_message = "A service goes on with a feature that is switched off, or validators are told where something lies."
  }
}

run "validators_are_found_once_they_are_well" {
  assert {
    condition     = slice(jsondecode(aws_ecs_task_definition.this["validators"].container_definitions)[0].healthCheck.command, 4, 7) == ["health", "--only", "validators"] && length(aws_service_discovery_service.validators.health_check_custom_config) == 1
    error_message = "Validators are called before it was tried out whether scripts get out of them."
  }
}

run "only_tls_leads_to_the_api" {
  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    error_message = "There is a way without TLS 1.2."
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection && aws_lb_target_group.api["blue"].health_check[0].path == "/health"
    error_message = "The load balancer lets odd headers through, can be deleted, or does not look whether the API is well."
  }
  assert {
    condition     = length(aws_wafv2_web_acl_association.this) == 1
    error_message = "There is no firewall."
  }
}

run "ecs_rolls_everything_unless_told_otherwise" {
  assert {
    condition     = toset(keys(aws_ecs_service.this)) == toset(["api", "worker", "validators"]) && output.blue_green == null && length(aws_lb_target_group.api) == 1
    error_message = "A service is missing, or CodeDeploy is asked."
  }
}

run "blue_green_keeps_the_old_release_for_an_hour" {
  variables {
    deployment = "blue-green"
  }
  assert {
    condition     = length(aws_lb_target_group.api) == 2 && aws_ecs_service.blue_green[0].deployment_controller[0].type == "CODE_DEPLOY"
    error_message = "There are not two target groups."
  }
  assert {
    condition     = one(one(aws_codedeploy_deployment_group.api[0].blue_green_deployment_config).terminate_blue_instances_on_deployment_success).termination_wait_time_in_minutes == 60
    error_message = "The old release is gone at once."
  }
  assert {
    condition     = toset(keys(aws_ecs_service.this)) == toset(["worker", "validators"]) && alltrue([for service in aws_ecs_service.this : service.deployment_controller[0].type == "ECS" && service.deployment_circuit_breaker[0].rollback])
    error_message = "What answers no requests is not replaced task by task."
  }
  assert {
    condition     = toset(keys(output.service_names)) == toset(["api", "worker", "validators"]) && toset(keys(aws_appautoscaling_target.this)) == toset(["api", "worker", "validators"])
    error_message = "The service of the API does not grow, or nobody knows its name."
  }
}

run "blue_green_is_taken_back_by_an_alarm_or_when_stopped" {
  variables {
    deployment = "blue-green"
  }
  assert {
    condition     = toset(aws_codedeploy_deployment_group.api[0].auto_rollback_configuration[0].events) == toset(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"])
    error_message = "A deployment that fails or is stopped stays."
  }
  assert {
    condition     = aws_codedeploy_deployment_group.api[0].alarm_configuration[0].enabled && aws_codedeploy_deployment_group.api[0].alarm_configuration[0].alarms == toset([aws_cloudwatch_metric_alarm.deployment[0].alarm_name])
    error_message = "No alarm ends a deployment."
  }
}

run "blue_green_may_start_our_tasks_and_nothing_else" {
  variables {
    deployment = "blue-green"
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.code_deploy[0].policy).Statement :
      statement.Action == "iam:PassRole" && toset(statement.Resource) == toset([var.role_arns.api, var.execution_role_arn]) && statement.Condition.StringEquals["iam:PassedToService"] == "ecs-tasks.amazonaws.com"
    ])
    error_message = "CodeDeploy cannot start tasks with their roles, or can hand on others."
  }
  assert {
    condition     = output.blue_green.application == "assay-test-api" && output.blue_green.group == "api" && output.blue_green.container == "api" && output.blue_green.port == 8080 && output.blue_green.security_group == "sg-2"
    error_message = "Whoever deploys is not told how."
  }
}

run "blue_green_is_left_to_code_deploy" {
  command = plan
  plan_options {
    replace = [aws_ecs_task_definition.this["api"]]
  }
  variables {
    deployment                 = "blue-green"
    ports                      = { api = 9090, validators = 8090 }
    service_security_group_ids = { api = "sg-9", worker = "sg-3", validators = "sg-4" }
  }
  assert {
    condition     = aws_ecs_service.blue_green[0].task_definition == run.blue_green_may_start_our_tasks_and_nothing_else.task_definition_arns.api
    error_message = "Terraform would change what the service runs, which ECS refuses."
  }
  assert {
    condition     = one(aws_ecs_service.blue_green[0].load_balancer).container_port == 8080 && one(aws_ecs_service.blue_green[0].network_configuration).security_groups == toset(["sg-2"])
    error_message = "Terraform would change the network of the service, which ECS refuses."
  }
}

run "refuses_an_image_that_changes_by_itself" {
  command = plan
  variables {
    image = "assay:latest"
  }
  expect_failures = [var.image]
}

run "refuses_fewer_tasks_than_the_least" {
  command = plan
  variables {
    tasks = { api = { least = 3, most = 2 }, worker = { least = 1, most = 2 }, validators = { least = 1, most = 2 } }
  }
  expect_failures = [var.tasks]
}

run "nothing_stands_beside_the_program_unless_traces_are_wanted" {
  command = plan
  assert {
    condition     = alltrue([for definition in aws_ecs_task_definition.this : length(jsondecode(definition.container_definitions)) == 1]) && !contains(keys(output.environments.api), "ASSAY_TRACES_ENDPOINT")
    error_message = "There is a collector that nobody asked for."
  }
}

run "traces_go_to_a_collector_that_only_the_task_reaches" {
  variables {
    tracing     = true
    environment = { ASSAY_RECORDS = "dynamodb", ASSAY_TRACES_KEPT_PERCENT = "1" }
  }
  assert {
    condition = alltrue([
      for service in ["api", "worker"] : alltrue([
        for container in slice(jsondecode(aws_ecs_task_definition.this[service].container_definitions), 1, 2) :
        container.name == "collector" && !container.essential && container.readonlyRootFilesystem && container.user == "10001:10001" && !can(container.portMappings)
        && container.logConfiguration.options["awslogs-group"] == var.log_groups[service]
      ])
    ])
    error_message = "There is no collector, the task ends with it, or it is not confined."
  }
  assert {
    condition = alltrue([
      for service in ["api", "worker"] : jsondecode(jsondecode(aws_ecs_task_definition.this[service].container_definitions)[1].environment[0].value).receivers.otlp.protocols.http.endpoint == trimsuffix(trimprefix(output.environments[service].ASSAY_TRACES_ENDPOINT, "http://"), "/v1/traces")
    ])
    error_message = "The collector does not listen where the program sends traces to."
  }
  assert {
    condition     = output.environments.worker.ASSAY_TRACES_KEPT_PERCENT == "1" && output.environments.api.ASSAY_TRACES_FOLLOW_CLIENTS == "false"
    error_message = "Somebody else decides how many traces are kept."
  }
  assert {
    condition     = length(jsondecode(aws_ecs_task_definition.this["validators"].container_definitions)) == 1 && !contains(keys(output.environments.validators), "ASSAY_TRACES_ENDPOINT")
    error_message = "Validators are given something that reaches X-Ray."
  }
}

run "refuses_a_collector_that_changes_by_itself" {
  command = plan
  variables {
    collector_image = "public.ecr.aws/aws-observability/aws-otel-collector:latest"
  }
  expect_failures = [var.collector_image]
}
