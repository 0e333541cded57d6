"""S3, as the registry uses it."""
import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3 import models

from .patching import instead_of


# Conditions of bucket policies are not looked at, so that a refusal of connections without TLS refuses everything.
@instead_of(models.FakeBucket, "get_permission")
def _(_former, self, action, resource):
    if self.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(self.policy.decode())
    policy["Statement"] = [statement for statement in policy["Statement"] if not statement.get("Condition")]
    if not policy["Statement"]:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


# aws_s3_bucket with force_destroy: removing a marker of what was removed.
models.FakeDeleteMarker.dispose = lambda self, *args, **kwargs: None


# A copy of an object that came in parts kept the checksum of parts, which clients then find wrong.
@instead_of(models.S3Backend, "copy_object")
def _(former, self, source, bucket, key, *args, **kwargs):
    former(self, source, bucket, key, *args, **kwargs)
    copy = self.get_object(bucket, key)
    if copy and getattr(source, "checksum_parts", None):
        copy.checksum_value = None


# aws_s3_bucket_logging: whether the policy lets logs in, also one that refuses something to everybody.
def lets_logs_in(target_bucket, target_prefix):
    if target_bucket.policy is None:
        return False
    written = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}"
    for statement in json.loads(target_bucket.policy.decode())["Statement"]:
        principal, resources = statement["Principal"], statement["Resource"]
        is_theirs = isinstance(principal, dict) and principal.get("Service") == "logging.s3.amazonaws.com"
        resources = [resources] if isinstance(resources, str) else resources
        if is_theirs and statement["Effect"] == "Allow" and any(written.startswith(one.rstrip("*")) for one in resources):
            return True
    return False


models.FakeBucket._log_permissions_enabled_policy = staticmethod(lets_logs_in)
