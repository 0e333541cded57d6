mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "assay-test"
  flow_log_group_arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mocked"
}

run "three_tiers_over_three_zones_that_do_not_overlap" {
  assert {
    condition     = length(aws_subnet.public) == 3 && length(aws_subnet.private) == 3 && length(aws_subnet.data) == 3
    error_message = "A tier lacks a subnet in a zone."
  }
  assert {
    condition = length(distinct(concat(
      [for subnet in aws_subnet.public : subnet.cidr_block],
      [for subnet in aws_subnet.private : subnet.cidr_block],
      [for subnet in aws_subnet.data : subnet.cidr_block],
    ))) == 9
    error_message = "Two subnets have the same addresses."
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 3
    error_message = "A zone has no NAT gateway of its own."
  }
}

run "nothing_has_a_public_address_by_itself" {
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.map_public_ip_on_launch != true])
    error_message = "What is started in a public subnet can be reached from the internet without having asked for it."
  }
  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group lets something through."
  }
}

run "databases_have_no_way_out" {
  assert {
    condition = alltrue([
      for route in concat([aws_route.public], values(aws_route.private)) : route.route_table_id != aws_route_table.data.id
    ])
    error_message = "The data tier has a route to the internet."
  }
}

run "one_nat_gateway_serves_all_zones_when_asked" {
  variables {
    nat = "one"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.private) == 3
    error_message = "Every zone must go out by the one gateway."
  }
}

run "without_nat_the_private_tier_reaches_aws_only" {
  variables {
    nat = "none"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.private) == 0
    error_message = "There is a way to the internet."
  }
}

run "refuses_a_network_that_does_not_fit" {
  command = plan
  variables {
    cidr = "10.20.0.0/24"
  }
  expect_failures = [var.cidr]
}

run "refuses_a_single_zone" {
  command = plan
  variables {
    zones = 1
  }
  expect_failures = [var.zones]
}
