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

run "blue_green_keeps_the_old_release_for_an_hour" {
  variables {
    deployment = "blue-green"
  }
  assert {
    condition     = length(aws_lb_target_group.api) == 2 && aws_ecs_service.this["api"].deployment_controller[0].type == "CODE_DEPLOY"
    error_message = "There are not two target groups."
  }
  assert {
    condition     = one(one(aws_codedeploy_deployment_group.api[0].blue_green_deployment_config).terminate_blue_instances_on_deployment_success).termination_wait_time_in_minutes == 60
    error_message = "The old release is gone at once."
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
