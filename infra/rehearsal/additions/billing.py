"""Budgets and Cost Explorer."""
import json
import uuid

from moto.budgets.responses import BudgetsResponse
from moto.ce.responses import CostExplorerResponse

from .patching import added_to, instead_of

# ── aws_budgets_budget: its tags, and who is told ──

tags_of_budgets = {}


@instead_of(BudgetsResponse, "create_budget")
def _(former, self):
    name = self._get_param("Budget")["BudgetName"]
    arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"
    tags_of_budgets[arn] = self._get_param("ResourceTags") or []
    return former(self)


@added_to(BudgetsResponse)
def list_tags_for_resource(self):
    return json.dumps({"ResourceTags": tags_of_budgets.get(self._get_param("ResourceARN"), [])})


@added_to(BudgetsResponse)
def describe_subscribers_for_notification(self):
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    asked = {key: value for key, value in self._get_param("Notification").items() if key != "NotificationState"}
    for notification in budget.notifications:
        if asked.items() <= notification.details.items():
            return json.dumps({"Subscribers": notification.subscribers})
    return json.dumps({"Subscribers": []})


# ── aws_ce_anomaly_monitor, aws_ce_anomaly_subscription ──

monitors, subscriptions, tags_of_watches = {}, {}, {}


def keep(self, kept, name, kind):
    arn = f"arn:aws:ce::{self.current_account}:{kind}/{uuid.uuid4()}"
    kept[arn] = {**self._get_param(name), arn_name(name): arn}
    tags_of_watches[arn] = self._get_param("ResourceTags") or []
    return json.dumps({arn_name(name): arn})


def arn_name(name):
    return {"AnomalyMonitor": "MonitorArn", "AnomalySubscription": "SubscriptionArn"}[name]


@added_to(CostExplorerResponse)
def create_anomaly_monitor(self):
    return keep(self, monitors, "AnomalyMonitor", "anomalymonitor")


@added_to(CostExplorerResponse)
def get_anomaly_monitors(self):
    asked = self._get_param("MonitorArnList") or list(monitors)
    return json.dumps({"AnomalyMonitors": [monitors[arn] for arn in asked if arn in monitors]})


@added_to(CostExplorerResponse)
def delete_anomaly_monitor(self):
    monitors.pop(self._get_param("MonitorArn"), None)
    return "{}"


@added_to(CostExplorerResponse)
def create_anomaly_subscription(self):
    return keep(self, subscriptions, "AnomalySubscription", "anomalysubscription")


@added_to(CostExplorerResponse)
def get_anomaly_subscriptions(self):
    asked = self._get_param("SubscriptionArnList") or list(subscriptions)
    return json.dumps({"AnomalySubscriptions": [subscriptions[arn] for arn in asked if arn in subscriptions]})


@added_to(CostExplorerResponse)
def delete_anomaly_subscription(self):
    subscriptions.pop(self._get_param("SubscriptionArn"), None)
    return "{}"


@instead_of(CostExplorerResponse, "list_tags_for_resource")
def _(former, self):
    arn = self._get_param("ResourceArn")
    return json.dumps({"ResourceTags": tags_of_watches[arn]}) if arn in tags_of_watches else former(self)
