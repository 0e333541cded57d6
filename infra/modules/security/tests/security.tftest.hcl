mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                        = "assay-test"
  vpc_id                      = "vpc-1"
  s3_prefix_list_id           = "pl-1"
  endpoints_security_group_id = "sg-endpoints"
  database_port               = 5432
  bucket_arns = {
    for area in ["incoming", "packages", "quarantine", "processed", "validators", "logs", "backups"] :
    area => "arn:aws:s3:::assay-test-${area}"
  }
  table_arns           = ["arn:aws:dynamodb:eu-central-1:123456789012:table/assay-test-users"]
  queue_arns           = { for queue in ["jobs", "dead", "arrivals"] : queue => "arn:aws:sqs:eu-central-1:123456789012:${queue}" }
  key_arns             = { for purpose in ["storage", "records", "secrets"] : purpose => "arn:aws:kms:eu-central-1:123456789012:key/${purpose}" }
  registry_secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:assay-test/session-keys.json-AbCdEf"]
  injected_secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:assay-test-database-AbCdEf"]
  log_group_arns       = ["arn:aws:logs:eu-central-1:123456789012:log-group:mocked"]
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/assay"
}

run "programs_have_no_wildcard_actions" {
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.program : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in flatten([statement.Action]) : !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "A role may do every action of a service."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.program : [
        for statement in jsondecode(policy.policy).Statement : !contains(flatten([statement.Resource]), "*")
      ]
    ]))
    error_message = "A role may do something with every resource."
  }
}

run "the_api_cannot_publish_or_remove_content" {
  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_role_policy.program["api"].policy).Statement : [
        for resource in flatten([statement.Resource]) :
        !(strcontains(join(",", flatten([statement.Action])), "s3:PutObject") && endswith(resource, "/packages/*"))
        && !(strcontains(join(",", flatten([statement.Action])), "s3:DeleteObject") && endswith(resource, "/packages/*"))
      ]
    ]))
    error_message = "The API may write or remove published content."
  }
}

run "nothing_that_runs_can_remove_tables_buckets_or_keys" {
  assert {
    condition = length(setintersection(
      flatten([for policy in aws_iam_role_policy.program : [for s in jsondecode(policy.policy).Statement : flatten([s.Action])]]),
      ["dynamodb:DeleteTable", "dynamodb:Scan", "s3:DeleteBucket", "s3:PutBucketPolicy", "kms:ScheduleKeyDeletion", "secretsmanager:DeleteSecret", "sqs:PurgeQueue"],
    )) == 0
    error_message = "A role may destroy what it works on."
  }
}

run "only_tasks_of_this_account_get_the_roles" {
  assert {
    condition = alltrue([
      for role in concat([for role in aws_iam_role.program : role], aws_iam_role.validators) :
      alltrue([for statement in jsondecode(role.assume_role_policy).Statement : try(statement.Condition.StringEquals["aws:SourceAccount"], "") == "123456789012"])
    ])
    error_message = "ECS could be asked by others to run something in our name."
  }
}

run "validators_may_do_nothing" {
  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.program : policy.role != aws_iam_role.validators[0].id])
    error_message = "The role of validators has a policy."
  }
  assert {
    condition = alltrue([
      for rule in concat(
        [for rule in aws_vpc_security_group_egress_rule.webhooks : rule],
        [for rule in aws_vpc_security_group_egress_rule.to_database : rule],
      ) : rule.security_group_id != aws_security_group.service["validators"].id
    ])
    error_message = "Validators reach the internet or the database."
  }
}

run "only_80_and_443_are_open_to_the_internet" {
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.internet : rule.from_port]) == toset([80, 443])
    error_message = "Another port is open."
  }
}

run "with_cloudfront_in_front_nobody_else_connects" {
  variables {
    entrance                  = "cloudfront"
    cloudfront_prefix_list_id = "pl-cloudfront"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.internet) == 0 && aws_vpc_security_group_ingress_rule.cloudfront[0].prefix_list_id == "pl-cloudfront"
    error_message = "Others than CloudFront reach the load balancer."
  }
}

run "with_an_api_gateway_in_front_only_its_link_connects_and_can" {
  variables {
    entrance = "network"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.internet) == 0 && aws_vpc_security_group_ingress_rule.link[0].referenced_security_group_id == aws_security_group.entrance.id
    error_message = "Others than the link reach the load balancer."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.link[0].security_group_id == aws_security_group.entrance.id && aws_vpc_security_group_egress_rule.link[0].from_port == 443
    error_message = "The link cannot reach the load balancer."
  }
}

run "a_host_has_one_role_and_session_manager_instead_of_ssh" {
  variables {
    platform                    = "host"
    queue_arns                  = {}
    table_arns                  = []
    s3_prefix_list_id           = null
    endpoints_security_group_id = null
  }
  assert {
    condition     = join(" ", keys(aws_iam_role.program)) == "host" && length(aws_iam_role_policy_attachment.session_manager) == 1
    error_message = "The host must have its role, and Session Manager."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.internet : rule.from_port != 22])
    error_message = "SSH is open."
  }
  assert {
    condition     = length(aws_security_group.service) == 0
    error_message = "A host needs no groups of services."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.host[0].policy).Statement :
      contains(flatten([statement.Action]), "cloudwatch:PutMetricData") && try(statement.Condition.StringEquals["cloudwatch:namespace"], "") == "Assay/assay-test"
    ])
    error_message = "Alarms of memory and disk would wait for figures that nobody may tell."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.host[0].policy).Statement :
      statement.Effect == "Deny" && contains(flatten([statement.Action]), "ssm:GetParameters") && statement.Resource == "*"
    ])
    error_message = "The host could read the parameters of everything in the account."
  }
}

run "refuses_an_entrance_that_it_does_not_know" {
  command = plan
  variables {
    entrance = "anybody"
  }
  expect_failures = [var.entrance]
}

run "api_and_worker_may_send_traces_where_that_is_wanted_and_nobody_else" {
  variables {
    sends_traces             = true
    collector_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/collector"
  }
  assert {
    condition = alltrue([
      for policy in aws_iam_role_policy.program : anytrue([
        for statement in jsondecode(policy.policy).Statement : toset(statement.Action) == toset(["xray:PutTelemetryRecords", "xray:PutTraceSegments"])
      ])
    ])
    error_message = "A collector may not send what it is told."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.execution[0].policy, "xray") && strcontains(aws_iam_role_policy.execution[0].policy, "repository/collector")
    error_message = "What starts tasks may send traces, or cannot pull the collector."
  }
}

run "without_a_collector_nobody_may_send_traces" {
  command = plan
  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.program : !strcontains(policy.policy, "xray")])
    error_message = "A role may do what nothing needs."
  }
}
