mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "assay-test"
  subnet_ids            = ["subnet-1", "subnet-2"]
  security_group_id     = "sg-1"
  listener_arn          = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/mocked/0123456789abcdef/0123456789abcdef"
  domain_name           = "registry.example.org"
  certificate_arn       = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
  client_address_header = "x-assay-client-address"
  cors_origins          = ["https://pages.example.org"]
  log_group_arn         = "arn:aws:logs:eu-central-1:123456789012:log-group:mocked"
}

run "there_is_one_way_in_it_is_tls_and_it_is_throttled" {
  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint && aws_apigatewayv2_domain_name.this.domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "There is a second way in, or an old TLS."
  }
  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 500
    error_message = "Nobody is throttled."
  }
  assert {
    condition     = aws_apigatewayv2_integration.this.connection_type == "VPC_LINK" && aws_apigatewayv2_integration.this.tls_config[0].server_name_to_verify == "registry.example.org"
    error_message = "The gateway reaches the load balancer by the internet, or trusts whoever answers."
  }
  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_origins == toset(["https://pages.example.org"])
    error_message = "Other pages may call."
  }
}

run "other_pages_read_by_the_gateway_what_they_read_without" {
  assert {
    condition     = length(setsubtract(["content-disposition", "content-range", "etag", "location", "retry-after"], aws_apigatewayv2_api.this.cors_configuration[0].expose_headers)) == 0
    error_message = "The gateway hides from pages what the program shows them."
  }
}

run "it_says_where_a_request_came_from_whatever_the_client_says" {
  assert {
    condition     = aws_apigatewayv2_integration.this.request_parameters["overwrite:header.x-assay-client-address"] == "$context.identity.sourceIp"
    error_message = "All clients would be taken for one, or for whom they say they are."
  }
}

run "refuses_a_header_that_it_cannot_set" {
  command = plan
  variables {
    client_address_header = "x-forwarded-for"
  }
  expect_failures = [var.client_address_header]
}
