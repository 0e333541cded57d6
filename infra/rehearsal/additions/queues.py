"""SQS: aws_sqs_queue_policy, which was forgotten when any other attribute of the queue was set afterwards."""
from moto.sqs.models import Queue

from .patching import instead_of


@instead_of(Queue, "_set_attributes")
def _(former, self, attributes, now=None):
    kept = getattr(self, "policy", None)
    former(self, attributes, now)
    if "Policy" not in attributes:
        self.policy = kept
