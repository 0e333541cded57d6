# ── Roles that the program runs with ────────────────────────────────────────────────────────────────────────────────

locals {
  # On a host one role does everything; the names of its statements are the same ones.
  programs = var.platform == "host" ? {
    host = concat(local.api, [for statement in local.worker : statement if !contains(local.api[*].Sid, statement.Sid)])
    } : {
    api    = local.api
    worker = local.worker
  }
}

resource "aws_iam_role" "program" {
  for_each = local.programs

  name                 = "${var.name}-${each.key}-${local.region}"
  description          = "What ${each.key} of ${var.name} may do."
  assume_role_policy   = var.platform == "fargate" ? local.trust_of_tasks : local.trust
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "program" {
  for_each = local.programs

  name   = "registry"
  role   = aws_iam_role.program[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

# Runs what package owners have written: it may do nothing at all, and has no policy.
resource "aws_iam_role" "validators" {
  count = var.platform == "fargate" ? 1 : 0

  name                 = "${var.name}-validators-${local.region}"
  description          = "Validators of ${var.name} may do nothing."
  assume_role_policy   = local.trust_of_tasks
  permissions_boundary = var.permissions_boundary_arn
}

# ── What starts tasks ───────────────────────────────────────────────────────────────────────────────────────────────

resource "aws_iam_role" "execution" {
  count = var.platform == "fargate" ? 1 : 0

  name                 = "${var.name}-execution-${local.region}"
  description          = "What ECS needs to start tasks of ${var.name}."
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "execution" {
  count = var.platform == "fargate" ? 1 : 0

  name = "start-tasks"
  role = aws_iam_role.execution[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.pulls_image, local.hands_out_secrets, local.writes_logs)
  })
}

locals {
  pulls_image = [for statement in [{
    Sid      = "LogInToRegistryByDesign"
    Effect   = "Allow"
    Action   = ["ecr:GetAuthorizationToken"]
    Resource = "*" # the service knows no narrower resource for this action
    }, {
    Sid      = "PullImage"
    Effect   = "Allow"
    Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    Resource = local.pulled_from
  }] : statement if length(local.pulled_from) > 0]

  pulled_from = compact([var.image_repository_arn, var.collector_repository_arn])

  hands_out_secrets = [for statement in [{
    Sid      = "HandOutSecrets"
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue"]
    Resource = var.injected_secret_arns
    }, {
    Sid      = "DecryptSecrets"
    Effect   = "Allow"
    Action   = ["kms:Decrypt"]
    Resource = [var.key_arns.secrets]
  }] : statement if length(var.injected_secret_arns) > 0]

  writes_logs = [for statement in [{
    Sid      = "WriteLogs"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = [for arn in var.log_group_arns : "${arn}:*"] # the streams of these groups
  }] : statement if length(var.log_group_arns) > 0]
}

# ── A host ──────────────────────────────────────────────────────────────────────────────────────────────────────────

resource "aws_iam_instance_profile" "host" {
  count = var.platform == "host" ? 1 : 0

  name = "${var.name}-host-${local.region}"
  role = aws_iam_role.program["host"].name
}

# The host reads by itself what ECS hands to tasks.
resource "aws_iam_role_policy" "host" {
  count = var.platform == "host" ? 1 : 0

  name = "start"
  role = aws_iam_role.program["host"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.pulls_image, local.hands_out_secrets, local.writes_logs, [{
      # Memory and disk, which only the host itself knows.
      Sid       = "TellFiguresByDesign"
      Effect    = "Allow"
      Action    = ["cloudwatch:PutMetricData"]
      Resource  = "*" # the service knows no resource for this action; the condition names where figures lie
      Condition = { StringEquals = { "cloudwatch:namespace" = "Assay/${var.name}" } }
      }, {
      # The policy of Session Manager, below, would let it read every parameter of the account, passwords of others too.
      Sid      = "ReadNoParameters"
      Effect   = "Deny"
      Action   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"]
      Resource = "*" # whosever it is
    }])
  })
}

# Session Manager takes the place of SSH: no port is open, and every session is on record.
resource "aws_iam_role_policy_attachment" "session_manager" {
  count = var.platform == "host" ? 1 : 0

  role       = aws_iam_role.program["host"].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}
