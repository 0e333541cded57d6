"""AWS for a rehearsal: moto with what Terraform and the registry miss in it (additions/).

usage: emulator.py <port> <zone name>

Ends with whoever started it: when its standard input is closed. Beside AWS it answers below /rehearsal/:

  secrets    the values of all secrets, by name
  databases  of RDS: user, password and database, by identifier
  hosts      of EC2: what each is told to do at its first start, by id
  left       what is there that was not at the start (leftovers.py)
  copy_items, copy_objects  what AWS copies from the region ?source= to the region &target= (additions/copies.py)
  empty      removes what the registry has stored, and leaves what Terraform has made
"""
import json
import logging
import os
import sys
import threading
from urllib.parse import parse_qsl

# Read by moto when it is loaded.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"

import additions  # noqa: E402, F401
import leftovers  # noqa: E402
from additions.copies import copy_items, copy_objects  # noqa: E402
from additions.network import seed  # noqa: E402
from moto import backends  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.dynamodb.models import dynamodb_backends  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.rds.models import rds_backends  # noqa: E402
from moto.s3.models import s3_backends  # noqa: E402
from moto.secretsmanager.models import secretsmanager_backends  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from moto.sqs.models import sqs_backends  # noqa: E402
from werkzeug.serving import run_simple  # noqa: E402


def secrets():
    return {
        secret.name: [version.get("secret_string") for version in secret.versions.values()]
        for backend in secretsmanager_backends[DEFAULT_ACCOUNT_ID].values()
        for secret in backend.secrets.values()
        if hasattr(secret, "versions")
    }


def empty():
    for backend in dynamodb_backends[DEFAULT_ACCOUNT_ID].values():
        for table in backend.tables.values():
            table.items.clear()
    for backend in s3_backends[DEFAULT_ACCOUNT_ID].values():
        for bucket in backend.buckets.values():
            bucket.keys.clear()
            bucket.multiparts.clear()
    for backend in sqs_backends[DEFAULT_ACCOUNT_ID].values():
        for queue in backend.queues.values():
            backend.purge_queue(queue.name)


def databases():
    return {
        database.db_instance_identifier: {
            "user": database.master_username,
            # Without the underscore it is not told.
            "password": database._master_user_password,
            "database": database.db_name,
        }
        for backend in rds_backends[DEFAULT_ACCOUNT_ID].values()
        for database in backend.databases.values()
        if not database.is_replica
    }


def hosts():
    return {
        host.id: host.user_data.decode() if host.user_data else ""
        for backend in ec2_backends[DEFAULT_ACCOUNT_ID].values()
        for host in backend.all_instances()
    }


ANSWERS = {f"/rehearsal/{answer.__name__}": answer for answer in (secrets, databases, hosts, leftovers.left, empty, copy_items, copy_objects)}


def with_rehearsal(aws):
    """Answers what is asked about the rehearsal itself; everything else is AWS."""

    def application(environment, start):
        answer = ANSWERS.get(environment["PATH_INFO"])
        if answer is None:
            return aws(environment, start)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer(**dict(parse_qsl(environment["QUERY_STRING"])))).encode()]

    return application


def answer_quickly():
    """What moto and its server do for each request, one request at a time: looks for services on the disk, and writes a log."""
    services = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


def end_with_starter():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    port, zone_name = sys.argv[1:]
    threading.Thread(target=end_with_starter, daemon=True).start()
    answer_quickly()
    seed(zone_name)
    leftovers.note_all()
    application = with_rehearsal(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", int(port), application, threaded=True)
