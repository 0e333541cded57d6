"""What AWS copies from one region to another all the time and moto never does: the items of global tables, and the objects
of buckets that have a rule for it. (A replica of a secret is the same secret in moto already.)

A rehearsal asks for a copy when it wants one. So it shows that what is configured is enough for the other region to go on:
a table without a replica there, or a bucket without a rule, is left out. It does not show that AWS copies, how soon, nor
whether the role that S3 copies with may do so.
"""
import copy

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import FakeDeleteMarker, s3_backends

from .records import one_at_a_time


def copy_items(source, target):
    """Of all tables that are in both regions. Only one of them writes, so its tables are the ones that count."""
    here, there = (dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables for region in (source, target))
    copied = 0
    with one_at_a_time:
        for name, table in here.items():
            if name not in there or not is_copied(table, there[name], source, target):
                continue
            there[name].items = copy.deepcopy(table.items)
            copied += sum(len(items) for items in table.items.values())
    return copied


def is_copied(table, other, source, target):
    return target in getattr(table, "replicas_elsewhere", ()) or source in getattr(other, "replicas_elsewhere", ())


def copy_objects(source, target):
    """Versions and markers that the other bucket does not have yet, with their ids, as S3 does."""
    buckets = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets
    copied = 0
    for bucket in [bucket for bucket in buckets.values() if bucket.region_name == source]:
        for rule in (getattr(bucket, "replication", None) or {}).get("Rule", []):
            destination = buckets[rule["Destination"]["Bucket"].split(":")[-1]]
            if rule["Status"] == "Enabled" and destination.region_name == target:
                copied += copy_versions(bucket, destination, rule)
    return copied


def copy_versions(bucket, destination, rule):
    copied = 0
    with_markers = rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled"
    for key in list(bucket.keys):
        known = destination.keys.getlist(key, [])
        ids = {version.version_id for version in known}
        missing = [version for version in bucket.keys.getlist(key) if version.version_id not in ids]
        new = [moved(version, destination, rule) for version in missing if with_markers or not is_marker(version)]
        if new:
            destination.keys.setlist(key, known + new)
        copied += len(new)
    return copied


def is_marker(version):
    return isinstance(version, FakeDeleteMarker)


def moved(version, destination, rule):
    replica = copy.deepcopy(version)
    if not is_marker(replica):
        replica.bucket_name = destination.name
        replica.kms_key_id = rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    return replica
