# A gateway in front of a load balancer that is reached from nowhere else. It passes at most 10 MB and waits at most
# 30 s: content goes to and from S3 directly, and larger packages in parts. X-Forwarded-For is not its to change, so it
# says in a header of its own where a request came from.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true

  # The gateway answers in the place of the program, and drops what that says about other pages: this is the same.
  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) == 0 ? [] : [1]
    content {
      allow_origins = var.cors_origins
      allow_methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
      allow_headers = ["accept", "authorization", "content-type", "if-match", "if-none-match", "last-event-id", "range", "traceparent"]
      expose_headers = [
        "content-disposition", "content-range", "etag", "location", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
        "retry-after",
      ]
      max_age = 600
    }
  }
}

resource "aws_apigatewayv2_vpc_link" "this" {
  name               = var.name
  subnet_ids         = var.subnet_ids
  security_group_ids = [var.security_group_id]
}

resource "aws_apigatewayv2_integration" "this" {
  api_id               = aws_apigatewayv2_api.this.id
  integration_type     = "HTTP_PROXY"
  integration_method   = "ANY"
  connection_type      = "VPC_LINK"
  connection_id        = aws_apigatewayv2_vpc_link.this.id
  integration_uri      = var.listener_arn
  timeout_milliseconds = 30000
  request_parameters   = { "overwrite:header.${var.client_address_header}" = "$context.identity.sourceIp" }

  tls_config {
    server_name_to_verify = var.domain_name
  }
}

resource "aws_apigatewayv2_route" "all" {
  api_id    = aws_apigatewayv2_api.this.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.this.id}"
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.requests_per_second
    throttling_burst_limit   = var.requests_per_second * 2
    detailed_metrics_enabled = true
  }

  access_log_settings {
    destination_arn = var.log_group_arn
    format = jsonencode({
      requestId = "$context.requestId"
      ip        = "$context.identity.sourceIp"
      time      = "$context.requestTime"
      method    = "$context.httpMethod"
      path      = "$context.path"
      status    = "$context.status"
      error     = "$context.error.message"
      elapsedMs = "$context.responseLatency"
    })
  }
}

resource "aws_apigatewayv2_domain_name" "this" {
  domain_name = var.domain_name

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this.id
  stage       = aws_apigatewayv2_stage.this.id
}
