"""AWS for a rehearsal: moto with what Terraform and the registry miss in it (additions/).

usage: emulator.py <port> <zone name>

Ends with whoever started it: when its standard input is closed. `GET /rehearsal/secrets` lists the values of all
secrets, and `POST /rehearsal/empty` removes what the registry has stored, and leaves what Terraform has made.
"""
import json
import os
import sys
import threading

# Read by moto when it is loaded.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"

import additions  # noqa: E402, F401
from additions.network import seed  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.dynamodb.models import dynamodb_backends  # noqa: E402
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


def with_rehearsal(aws):
    """Answers what is asked about the rehearsal itself; everything else is AWS."""

    def application(environment, start):
        path = environment["PATH_INFO"]
        if not path.startswith("/rehearsal/"):
            return aws(environment, start)
        answer = json.dumps(secrets() if path == "/rehearsal/secrets" else empty())
        start("200 OK", [("Content-Type", "application/json")])
        return [answer.encode()]

    return application


def end_with_starter():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    port, zone_name = sys.argv[1:]
    threading.Thread(target=end_with_starter, daemon=True).start()
    seed(zone_name)
    application = with_rehearsal(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", int(port), application, threaded=True)
