"""What is in the emulator that was not there at the start, as it says itself: moto's own collections, and those of
additions/, are looked through. A service that nobody thought of is looked at too; what has to stay is named below.
"""
import sys
from collections.abc import Mapping

from moto.core.base_backend import AccountSpecificBackend, BackendDict

from additions.patching import instead_of

# By service and collection, what is no thing of the account, asked of the backend and the thing: tokens and tags, what
# AWS keeps for a while once it is deleted, and what moto forgets to remove with what it belongs to.
STAYS = {
    "acm._idempotency_tokens": lambda _, token: True,
    "backup.plans": lambda _, plan: plan.deletion_date is not None,
    "ec2.enis": lambda ec2, interface: interface.subnet.id not in ids_of_subnets(ec2),
    "ec2.nat_gateways": lambda _, gateway: gateway.state == "deleted",
    "ec2.network_acls": lambda ec2, acl: acl.vpc_id not in ec2.vpcs,
    "ec2.reservations": lambda _, asked: all(instance.state == "terminated" for instance in asked.instances),
    "ec2.tags": lambda _, tag: True,
    "ec2.vpc_end_points": lambda _, endpoint: endpoint.state == "deleted",
    "ecs.clusters": lambda _, cluster: cluster.status == "INACTIVE",
    "ecs.services": lambda _, service: service.status == "INACTIVE",
    "ecs.task_definitions": lambda _, definition: definition.status == "INACTIVE",
    # Of sessions of roles, which end by themselves.
    "iam.access_keys": lambda _, key: key.access_key_id.startswith("ASIA"),
    "kms.keys": lambda _, key: key.key_state == "PendingDeletion" or any(alias.startswith("alias/aws/") for alias in key.aliases),
    "rds.events": lambda _, event: True,
    "route53.delegation_sets": lambda _, names: True,
    "route53.resource_tags": lambda _, tag: True,
    "servicediscovery.operations": lambda _, operation: True,
    # Told by AWS itself, read from a file when the first of them is asked for.
    "ssm._parameters": lambda _, parameter: parameter.name.startswith("/aws/"),
    "sts.assumed_roles": lambda _, session: True,
}

found_at_start = {}


def ids_of_subnets(ec2):
    return {id_ for in_zone in ec2.subnets.values() for id_ in in_zone}


@instead_of(AccountSpecificBackend, "__getitem__")
def _(former, self, region):
    is_new = ("aws" if region == "global" else region) not in self.keys()
    backend = former(self, region)
    if is_new:
        # A region has networks, keys and roles of its own from the beginning.
        note(backend)
    return backend


def note(backend):
    found_at_start[id(backend)] = {path for path, _ in things_in(vars(backend), ())}


def note_all():
    """What is there now is what was there at the start."""
    for _, _, backend in backends():
        note(backend)


def backends():
    """Service, region and backend of all that are in use."""
    for by_account in list(BackendDict._instances):
        for _, region, backend in by_account.iter_backends():
            yield by_account.service_name, region, backend


def things_in(value, path):
    """Whatever is not a collection itself, with the keys that lead to it."""
    if isinstance(value, BackendDict):
        return
    if isinstance(value, Mapping):
        inner = list(value.items())
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = list(enumerate(value))
    else:
        if len(path) > 1:
            yield path, value
        return
    for key, one in inner:
        yield from things_in(one, (*path, key))


def left():
    """In words: service, region, collection, name and, where it has one, description of each thing."""
    held = [
        (service, region, (*path, getattr(thing, "description", None) or ""))
        for service, region, backend in backends()
        for path, thing in things_in(vars(backend), ())
        if path not in found_at_start.get(id(backend), ()) and not stays(service, backend, path, thing)
    ]
    for name, module in list(sys.modules.items()):
        if name.startswith("additions."):
            kept = {name: value for name, value in vars(module).items() if is_collection_of_things(name)}
            held += [(name, "all regions", path) for path, _ in things_in(kept, ())]
    return sorted(f"{service} in {region}: {' '.join(map(str, path))}".strip() for service, region, path in held)


def stays(service, backend, path, thing):
    return STAYS.get(f"{service}.{path[0]}", lambda _, __: False)(backend, thing)


def is_collection_of_things(name):
    return name.islower() and not name.startswith(("_", "tags_of"))
