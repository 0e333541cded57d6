"""AWS Backup: selections, notices, and tests of restoring."""
import json
import time
import uuid

from moto.backup import urls
from moto.backup.responses import BackupResponse

from .patching import added_to, last_part

NOT_THERE = {"x-amzn-errortype": "ResourceNotFoundException"}


def not_there():
    return 404, NOT_THERE, json.dumps({"message": "not found", "Type": "User"})


# ── aws_backup_selection ──

selections = {}


@added_to(BackupResponse)
def create_backup_selection(self):
    plan, id_ = self.path.split("/")[3], str(uuid.uuid4())
    selections[id_] = {
        "BackupPlanId": plan,
        "BackupSelection": json.loads(self.body)["BackupSelection"],
        "CreationDate": time.time(),
        "SelectionId": id_,
    }
    return json.dumps({"BackupPlanId": plan, "SelectionId": id_})


@added_to(BackupResponse)
def get_backup_selection(self):
    found = selections.get(last_part(self.path))
    if found is None:
        return 400, {}, json.dumps({"__type": "ResourceNotFoundException", "message": "Cannot find Backup selection"})
    return json.dumps(found)


@added_to(BackupResponse)
def delete_backup_selection(self):
    selections.pop(last_part(self.path), None)
    return "{}"


# ── aws_backup_vault: what is in it, when it is destroyed; aws_backup_vault_notifications ──

notices = {}


def vault_of(self):
    return self.region, self.path.split("/")[2]


@added_to(BackupResponse)
def list_recovery_points_by_backup_vault(self):
    return json.dumps({"RecoveryPoints": []})


@added_to(BackupResponse)
def put_backup_vault_notifications(self):
    notices[vault_of(self)] = json.loads(self.body)
    return "{}"


@added_to(BackupResponse)
def get_backup_vault_notifications(self):
    region, name = vault_of(self)
    if (region, name) not in notices:
        return not_there()
    arn = f"arn:aws:backup:{region}:{self.current_account}:backup-vault:{name}"
    return json.dumps({**notices[(region, name)], "BackupVaultName": name, "BackupVaultArn": arn})


@added_to(BackupResponse)
def delete_backup_vault_notifications(self):
    notices.pop(vault_of(self), None)
    return "{}"


# ── aws_backup_restore_testing_plan, aws_backup_restore_testing_selection ──

plans, chosen = {}, {}


def arn_of(self, name):
    return f"arn:aws:backup:{self.region}:{self.current_account}:restore-testing-plan:{name}"


def path_of(self):
    """`restore-testing/plans[/<plan>[/selections[/<selection>]]]`: which of each, in this region."""
    parts = [part for part in self.path.split("?")[0].split("/") if part]
    plan, selection = (parts[2] if len(parts) > 2 else None), (parts[4] if len(parts) > 4 else None)
    return (self.region, plan), (self.region, plan, selection)


@added_to(BackupResponse)
def create_restore_testing_plan(self):
    given = json.loads(self.body)["RestoreTestingPlan"]
    name = given["RestoreTestingPlanName"]
    made = {"StartWindowHours": 24, "CreationTime": time.time(), "RestoreTestingPlanArn": arn_of(self, name), **given}
    plans[(self.region, name)] = made
    return 201, {}, json.dumps(made)


@added_to(BackupResponse)
def get_restore_testing_plan(self):
    plan, _ = path_of(self)
    return json.dumps({"RestoreTestingPlan": plans[plan]}) if plan in plans else not_there()


@added_to(BackupResponse)
def delete_restore_testing_plan(self):
    plans.pop(path_of(self)[0], None)
    return 204, {}, ""


@added_to(BackupResponse)
def create_restore_testing_selection(self):
    region, plan = path_of(self)[0]
    given = json.loads(self.body)["RestoreTestingSelection"]
    name = given["RestoreTestingSelectionName"]
    made = {"RestoreTestingPlanName": plan, "CreationTime": time.time(), **given}
    chosen[(region, plan, name)] = made
    return 201, {}, json.dumps({"RestoreTestingPlanArn": arn_of(self, plan), **made})


@added_to(BackupResponse)
def get_restore_testing_selection(self):
    _, selection = path_of(self)
    return json.dumps({"RestoreTestingSelection": chosen[selection]}) if selection in chosen else not_there()


@added_to(BackupResponse)
def delete_restore_testing_selection(self):
    chosen.pop(path_of(self)[1], None)
    return 204, {}, ""


for path in (
    "backup-vaults/(?P<name>[^/]+)/recovery-points/?$",
    "backup-vaults/(?P<name>[^/]+)/notification-configuration$",
    "restore-testing/plans/?$",
    "restore-testing/plans/(?P<name>[^/]+)$",
    "restore-testing/plans/(?P<name>[^/]+)/selections/?$",
    "restore-testing/plans/(?P<name>[^/]+)/selections/(?P<selection>[^/]+)$",
):
    urls.url_paths["{0}/" + path] = BackupResponse.dispatch
