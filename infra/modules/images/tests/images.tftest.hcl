mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "assay"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/storage"
}

run "images_are_scanned_and_never_change" {
  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "A tag may come to mean another image, or an image is not scanned."
  }
  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].kms_key == var.kms_key_arn
    error_message = "Images are not encrypted with the key."
  }
}

run "a_release_is_never_removed" {
  assert {
    condition = alltrue([
      for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules :
      try(rule.selection.tagPatternList, []) == ["*.*.*-*"]
    ])
    error_message = "What runs could not be started again."
  }
}
