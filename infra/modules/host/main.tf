# One host that runs the image, with a proxy in front that does TLS. There is no SSH: Session Manager leads in.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_region" "current" {}

data "aws_ssm_parameter" "image" {
  count = var.image_id == null ? 1 : 0
  name  = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

locals {
  # Of an image in ECR, which may be in another region. To another registry the host shows no password of ECR.
  ecr = try(regex("^(?P<address>[0-9]{12}[.]dkr[.]ecr[.](?P<region>[a-z0-9-]+)[.]amazonaws[.]com(?:[.]cn)?)/", var.image), null)

  environment = merge(var.environment, {
    ASSAY_HOST                   = "0.0.0.0"
    ASSAY_PORT                   = "8080"
    ASSAY_DATA                   = "/data"
    ASSAY_LOG_FORMAT             = "json"
    ASSAY_PUBLIC_URL             = "https://${var.domain_name}"
    ASSAY_POSTGRES_PASSWORD_FILE = "/run/secrets/database-password"
  })
}

resource "aws_instance" "this" {
  ami                         = var.image_id != null ? var.image_id : data.aws_ssm_parameter.image[0].insecure_value
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  vpc_security_group_ids      = [var.security_group_id]
  iam_instance_profile        = var.instance_profile_name
  monitoring                  = true
  user_data_replace_on_change = true
  ebs_optimized               = true

  user_data = templatefile("${path.module}/start.sh.tftpl", {
    region              = data.aws_region.current.name
    image               = var.image
    ecr                 = local.ecr
    proxy_image         = var.proxy_image
    domain_name         = var.domain_name
    database_secret_arn = var.database_secret_arn
    log_group           = var.log_group
    metrics_namespace   = "Assay/${var.name}"
    environment         = local.environment
  })

  # Credentials are given only to who asks in two steps from the host itself; containers are one step further.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  root_block_device {
    encrypted             = true
    kms_key_id            = var.kms_key_arn
    volume_type           = "gp3"
    volume_size           = var.disk_gib
    delete_on_termination = true
  }

  tags = { Name = var.name }

  lifecycle {
    # A newer machine image is taken when somebody wants it.
    ignore_changes = [ami]
  }
}

resource "aws_eip" "this" {
  domain   = "vpc"
  instance = aws_instance.this.id
  tags     = { Name = var.name }
}
