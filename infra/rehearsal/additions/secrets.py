"""Secrets Manager: aws_secretsmanager_secret with replica, whose key was forgotten, and without a value, when its answer was lost."""
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from .patching import instead_of


@instead_of(FakeSecret, "create_replicas")
def _(former, self, replica_regions, *args, **kwargs):
    replicas = former(self, replica_regions, *args, **kwargs)
    for replica, given in zip(replicas, replica_regions or [], strict=True):
        if "KmsKeyId" in given:
            replica.config["KmsKeyId"] = given["KmsKeyId"]
    return replicas


@instead_of(SecretsManagerBackend, "create_secret")
def _(former, self, *args, **kwargs):
    """A request that is made again with the same token is the same request."""
    name, token = kwargs["name"], kwargs["client_request_token"]
    made = self.secrets.get(name)
    if token is not None and getattr(made, "made_by", None) == token:
        return made.to_short_dict()
    answer = former(self, *args, **kwargs)
    self.secrets[name].made_by = token
    return answer
