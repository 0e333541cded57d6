mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "assay-test"
  incoming_bucket_arn = "arn:aws:s3:::assay-test-incoming"
}

run "queues_are_encrypted_and_give_up_into_the_dead_one" {
  assert {
    condition     = alltrue([for queue in concat([aws_sqs_queue.dead], values(aws_sqs_queue.told)) : queue.sqs_managed_sse_enabled])
    error_message = "A queue is not encrypted."
  }
  assert {
    condition     = alltrue([for queue in aws_sqs_queue.told : jsondecode(queue.redrive_policy).maxReceiveCount == 10])
    error_message = "A message that nobody can read is received for ever."
  }
}

run "only_the_bucket_of_uploads_tells_of_arrivals" {
  assert {
    condition = [
      for statement in jsondecode(aws_sqs_queue_policy.this["arrivals"].policy).Statement :
      statement.Condition.ArnEquals["aws:SourceArn"] if statement.Effect == "Allow"
    ] == ["arn:aws:s3:::assay-test-incoming"]
    error_message = "Others may send."
  }
  assert {
    condition = alltrue([
      for queue in ["jobs", "dead"] : alltrue([
        for statement in jsondecode(aws_sqs_queue_policy.this[queue].policy).Statement : statement.Effect == "Deny"
      ])
    ])
    error_message = "The policy of a queue lets somebody in; roles do that."
  }
}
