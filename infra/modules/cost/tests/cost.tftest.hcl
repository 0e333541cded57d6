mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name              = "assay-test"
  monthly_limit_usd = 300
  cost_tag          = "assay-test"
  topic_arn         = "arn:aws:sns:us-east-1:123456789012:assay-test-alarms"
  by_tag            = true
}

run "somebody_is_told_before_the_money_is_spent" {
  assert {
    condition     = toset([for notice in aws_budgets_budget.this.notification : "${notice.notification_type} ${notice.threshold}"]) == toset(["ACTUAL 50", "ACTUAL 80", "FORECASTED 100"])
    error_message = "A notice is missing."
  }
  assert {
    condition     = one(one(aws_budgets_budget.this.cost_filter).values) == "user:CostCenter$assay-test"
    error_message = "The budget counts what others spend."
  }
  assert {
    condition     = aws_ce_anomaly_subscription.this[0].frequency == "IMMEDIATE"
    error_message = "What is out of the ordinary is told late."
  }
}

run "until_the_bill_knows_the_tag_everything_is_counted" {
  variables {
    by_tag = false
  }
  assert {
    condition     = length(aws_budgets_budget.this.cost_filter) == 0
    error_message = "The budget counts what has a tag that is on no bill: nothing."
  }
}

run "refuses_a_budget_of_nothing" {
  command = plan
  variables {
    monthly_limit_usd = 0
  }
  expect_failures = [var.monthly_limit_usd]
}
