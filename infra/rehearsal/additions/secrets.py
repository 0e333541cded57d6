"""Secrets Manager: aws_secretsmanager_secret with replica, whose key was forgotten."""
from moto.secretsmanager.models import FakeSecret

from .patching import instead_of


@instead_of(FakeSecret, "create_replicas")
def _(former, self, replica_regions, *args, **kwargs):
    replicas = former(self, replica_regions, *args, **kwargs)
    for replica, given in zip(replicas, replica_regions or [], strict=True):
        if "KmsKeyId" in given:
            replica.config["KmsKeyId"] = given["KmsKeyId"]
    return replicas
