"""IAM, once it is enforced (POST 0 to /moto-api/reset-auth)."""
from urllib.parse import parse_qs, urlparse

from moto import settings
from moto.core.responses import ActionAuthenticatorMixin
from moto.iam import access_control
from moto.iam.access_control import S3IAMRequest
from moto.utilities.utils import get_partition

from .patching import instead_of


# Only S3 says which resource a request is about; for all other services the action alone is looked at.
@instead_of(access_control.IAMPolicyStatement, "is_action_permitted")
def _(former, self, action, resource="*", *args, **kwargs):
    if resource != "*" or action.startswith("s3:") or not self._statement.get("Resource"):
        return former(self, action, resource, *args, **kwargs)
    about_something = self._statement
    self._statement = {**about_something, "Resource": "*"}
    try:
        return former(self, action, resource, *args, **kwargs)
    finally:
        self._statement = about_something


# Requests that AWS knows no permission of the same name for: what it asks for instead.
PERMISSION_OF = {
    "dynamodb:TransactGetItems": "dynamodb:GetItem",
    "dynamodb:TransactWriteItems": "dynamodb:PutItem",
    "s3:HeadBucket": "s3:ListBucket",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}


@instead_of(access_control.IAMRequestBase, "__init__")
def _(former, self, *args, **kwargs):
    former(self, *args, **kwargs)
    self._action = PERMISSION_OF.get(self._action, self._action)


# Signatures are taken as they are: moto finds others where a query has escaped characters. Ceph checks them in other
# tests of the registry; here it is about what is permitted.
@instead_of(access_control.IAMRequestBase, "check_signature")
def _(_former, _self):
    return None


# Addresses and forms that were signed beforehand carry along who signed them, and are allowed what that one is.
@instead_of(ActionAuthenticatorMixin, "_authenticate_and_authorize_s3_action")
def _(former, self, bucket_name=None, key_name=None):
    fields = signed_fields(self)
    if "Authorization" in self.headers or "x-amz-credential" not in fields:
        return former(self, bucket_name, key_name)
    if ActionAuthenticatorMixin.request_count < settings.INITIAL_NO_AUTH_ACTION_COUNT:
        return None
    key = key_name or fields.get("key")
    request = S3IAMRequest(
        account_id=self.current_account,
        method=self.method,
        path=urlparse(self.uri).path,
        data=self.data,
        body=self.raw_body,
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={fields['x-amz-credential']}, Signature=",
            "X-Amz-Security-Token": fields.get("x-amz-security-token", ""),
        },
        action=self._get_action(),
    )
    return request.check_action_permitted(f"arn:{get_partition(self.region)}:s3:::{bucket_name}/{key}")


def signed_fields(self):
    """Of the address, and of the form that moto keeps with it, by name in lower case."""
    given = {**(self.querystring or {}), **parse_qs(urlparse(self.uri).query)}
    return {name.lower(): values[0] for name, values in given.items() if isinstance(values, list) and values}
