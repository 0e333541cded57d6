# Who deploys: workflows of one repository, from one of its environments, without a password kept anywhere. The role
# may change what the stacks are made of, and can give away no more than the boundary allows.

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  for_each = var.environments

  name                 = "${var.project}-deploy-${each.key}"
  description          = "Workflows of ${var.repository} that deploy to ${each.key}."
  max_session_duration = 7200
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:${var.repository}:environment:${each.key}"
        }
      }
    }]
  })
}

locals {
  # What the stacks are made of. Making and changing needs most actions of these services; names of what is not there yet
  # cannot be told in advance for most of them.
  services = [
    "acm", "apigateway", "application-autoscaling", "backup", "backup-storage", "budgets", "ce", "cloudfront", "cloudtrail",
    "cloudwatch", "codedeploy", "dynamodb", "ec2", "ecr", "ecs", "elasticloadbalancing", "events", "kms", "logs", "rds", "route53",
    "s3", "secretsmanager", "servicediscovery", "sns", "sqs", "ssm", "tag", "wafv2",
  ]

  of_environment = {
    for environment in var.environments : environment => {
      roles    = "arn:${local.partition}:iam::${local.account}:role/${var.project}-${environment}-*"
      profiles = "arn:${local.partition}:iam::${local.account}:instance-profile/${var.project}-${environment}-*"
      key      = "alias/${var.project}-${environment}-*"
      # What holds data and secrets, and what runs. Networks, load balancers and distributions have no names to go by.
      kept = concat(["arn:${local.partition}:s3:::${var.project}-${environment}-*"], [
        for named in [
          "backup:*:${local.account}:backup-vault:${var.project}-${environment}*",
          "dynamodb:*:${local.account}:table/${var.project}-${environment}-*",
          "ecs:*:${local.account}:*/${var.project}-${environment}*",
          "logs:*:${local.account}:log-group:/assay/${var.project}-${environment}/*",
          "rds:*:${local.account}:*:${var.project}-${environment}*",
          "secretsmanager:*:${local.account}:secret:${var.project}-${environment}/*",
          "sqs:*:${local.account}:${var.project}-${environment}-*",
        ] : "arn:${local.partition}:${named}"
      ])
    }
  }

  # Refusals of what belongs to the other environments, where there are any.
  of_others = {
    for environment in var.environments : environment => [for others in [setsubtract(var.environments, [environment])] : [{
      # The state of an environment lies below its name: assay-state-…/prod/fargate.tfstate.
      Sid      = "LeaveTheirStateAlone"
      Effect   = "Deny"
      Action   = "s3:*" # a refusal of everything
      Resource = [for other in others : "${local.state_arn}/${other}/*"]
      }, {
      Sid      = "LeaveWhatTheyKeepAlone"
      Effect   = "Deny"
      Action   = "*" # a refusal of everything
      Resource = flatten([for other in others : local.of_environment[other].kept])
      }, {
      Sid       = "LeaveTheirKeysAlone"
      Effect    = "Deny"
      Action    = "kms:*" # a refusal of everything
      Resource  = "*"     # keys are told apart by their aliases
      Condition = { "ForAnyValue:StringLike" = { "kms:ResourceAliases" = [for other in others : local.of_environment[other].key] } }
    }] if length(others) > 0]
  }

  # Roles of AWS's own, which services ask for when the first of their kind is made in an account.
  linked = [
    "backup", "ecs", "ecs.application-autoscaling", "elasticloadbalancing", "ops.apigateway", "rds", "replication.dynamodb",
    "restore-testing.backup", "wafv2",
  ]

  # Locks that somebody with a permission of its own can open; an administrator has it.
  unlocking = ["s3:BypassGovernanceRetention", "backup:DeleteBackupVaultLockConfiguration"]
}

resource "aws_iam_role_policy" "deploy" {
  for_each = var.environments

  name = "deploy"
  role = aws_iam_role.deploy[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "ChangeWhatStacksAreMadeOfByDesign"
        Effect   = "Allow"
        Action   = [for service in local.services : "${service}:*"] # see above
        Resource = "*"                                              # see above
      },
      {
        Sid      = "LookAtIdentities"
        Effect   = "Allow"
        Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:GetInstanceProfile", "iam:ListInstanceProfilesForRole"]
        Resource = [local.of_environment[each.key].roles, local.of_environment[each.key].profiles]
      },
      {
        # Only with the boundary: no role made by a deployment can do more than it says.
        Sid       = "MakeRolesWithinTheBoundary"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"]
        Resource  = local.of_environment[each.key].roles
        Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
      },
      {
        Sid    = "KeepRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy",
          "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile",
        ]
        Resource = [local.of_environment[each.key].roles, local.of_environment[each.key].profiles]
      },
      {
        Sid      = "HandRolesToServices"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = local.of_environment[each.key].roles
        Condition = {
          StringEquals = {
            "iam:PassedToService" = [
              "ecs-tasks.amazonaws.com", "ec2.amazonaws.com", "s3.amazonaws.com", "backup.amazonaws.com", "vpc-flow-logs.amazonaws.com", "codedeploy.amazonaws.com",
            ]
          }
        }
      },
      {
        Sid       = "LetServicesMakeTheirOwnRoles"
        Effect    = "Allow"
        Action    = "iam:CreateServiceLinkedRole"
        Resource  = "arn:${local.partition}:iam::${local.account}:role/aws-service-role/*"
        Condition = { StringEquals = { "iam:AWSServiceName" = [for service in local.linked : "${service}.amazonaws.com"] } }
      },
      {
        Sid       = "UseStateAndNothingElseOfIt"
        Effect    = "Deny"
        NotAction = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
        Resource  = [local.state_arn, "${local.state_arn}/*"]
      },
      {
        Sid      = "UnlockNothing"
        Effect   = "Deny"
        Action   = local.unlocking
        Resource = "*" # wherever a lock is
      },
    ], local.of_others[each.key]...)
  })
}

# No role of a registry can exceed this, whoever makes it: no identities, no bill, no organisation.
resource "aws_iam_policy" "boundary" {
  name        = "${var.project}-boundary"
  description = "What roles of registries can do at most."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ServicesOfARegistryByDesign"
        Effect = "Allow"
        # A boundary gives nothing: it limits what policies of roles give.
        Action = [
          "backup:*", "codedeploy:*", "dynamodb:*", "ec2:*", "ecr:*", "ecs:*", "elasticloadbalancing:*", "events:*", "kms:*", "logs:*", # limits only
          "cloudwatch:*", "rds:*", "s3:*", "secretsmanager:*", "sns:*", "sqs:*", "ssm:*", "ssmmessages:*", "ec2messages:*", "tag:*",    # limits only
          "xray:PutTelemetryRecords", "xray:PutTraceSegments", "application-autoscaling:RegisterScalableTarget",
        ]
        Resource = "*" # limits only
      },
      {
        Sid      = "HandOnToServices"
        Effect   = "Allow"
        Action   = ["iam:PassRole", "iam:GetRole"]
        Resource = "arn:${local.partition}:iam::${local.account}:role/${var.project}-*"
      },
      {
        # Or whoever deploys to one environment could give a role of it the state of all.
        Sid      = "LeaveStateAlone"
        Effect   = "Deny"
        Action   = "s3:*" # a refusal of everything
        Resource = [local.state_arn, "${local.state_arn}/*"]
      },
      {
        Sid      = "UnlockNothing"
        Effect   = "Deny"
        Action   = local.unlocking
        Resource = "*" # wherever a lock is
      },
    ]
  })
}
