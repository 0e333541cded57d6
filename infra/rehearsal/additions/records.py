"""RDS and DynamoDB."""
import copy
import threading

from moto.dynamodb import models
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.rds import models as rds

from .patching import instead_of, some_id


# aws_db_instance: all instances had the same id, by which the provider finds them.
@instead_of(rds.DBInstance, "__init__")
def _(former, self, *args, **kwargs):
    former(self, *args, **kwargs)
    self.dbi_resource_id = f"db-{some_id(26)}"


# aws_db_instance with replicate_source_db.
@instead_of(rds.RDSBackend, "create_db_instance_read_replica")
def _(former, self, db_kwargs):
    replica = former(self, db_kwargs)
    replica.dbi_resource_id = f"db-{some_id(26)}"
    return replica


# aws_dynamodb_table with replica: a table of the same name in the other region. Nothing is copied into it.
@instead_of(DynamoHandler, "update_table")
def _(former, self):
    name = self.body["TableName"].split("/")[-1]
    table = self.dynamodb_backend.get_table(name)
    elsewhere = dynamodb_backends[self.current_account]
    replicas = table.__dict__.setdefault("replicas_elsewhere", set())
    for update in self.body.get("ReplicaUpdates") or []:
        if "Create" in update:
            region = update["Create"]["RegionName"]
            replica = copy.deepcopy(table)
            replica.__dict__.pop("replicas_elsewhere", None)
            replica.table_arn = table.table_arn.replace(f":{self.region}:", f":{region}:")
            if "KMSMasterKeyId" in update["Create"]:
                replica.sse_specification = {**table.sse_specification, "KMSMasterKeyId": update["Create"]["KMSMasterKeyId"]}
            elsewhere[region].tables[name] = replica
            replicas.add(region)
        if "Delete" in update:
            region = update["Delete"]["RegionName"]
            replicas.discard(region)
            elsewhere[region].tables.pop(name, None)
    return former(self)


@instead_of(Table, "describe")
def _(former, self, base_key="TableDescription"):
    description = former(self, base_key)
    replicas = getattr(self, "replicas_elsewhere", None)
    if replicas:
        description[base_key]["Replicas"] = [{"RegionName": region, "ReplicaStatus": "ACTIVE"} for region in sorted(replicas)]
        description[base_key]["GlobalTableVersion"] = "2019.11.21"
    return description


# The registry: a transaction copied its tables for each of its operations, and one that failed put back the copies, and
# with them took back what others had written meanwhile. Here the items that it is about are kept and put back, and one
# request is answered at a time.
one_at_a_time = threading.RLock()


class CopiedExceptTables:
    @staticmethod
    def deepcopy(thing):
        return thing if isinstance(thing, Table) else copy.deepcopy(thing)


models.copy = CopiedExceptTables


@instead_of(DynamoHandler, "call_action")
def _(former, self):
    with one_at_a_time:
        return former(self)


@instead_of(models.DynamoDBBackend, "transact_write_items")
def _(former, self, transact_items):
    kept = []
    for operation in (operation for item in transact_items for operation in item.values()):
        table = self.tables.get(operation["TableName"])
        if table is not None:
            key = operation.get("Key") or operation["Item"]
            partition, sort = (DynamoType(key[name]) for name in (table.hash_key_attr, table.range_key_attr))
            kept.append((table, partition, sort, copy.deepcopy(table.get_item(partition, sort))))
    try:
        return former(self, transact_items)
    except Exception:
        for table, partition, sort, item in kept:
            if item is None:
                table.delete_item(partition, sort)
            else:
                table.items[partition][sort] = item
        raise
