"""What the AWS provider of Terraform, and the registry, ask of AWS and moto 5.2 lacks or gets wrong.

Each file is about one service, and each piece names the resource, or the use, that needs it. They keep what they are
given and give it back: enough for a plan that changes nothing, no emulation of what the service does.
"""
from . import backup, billing, buckets, discovery, edge, identity, instances, keys, logs, messages, names, network, queues, records, scaling, secrets  # noqa: F401
