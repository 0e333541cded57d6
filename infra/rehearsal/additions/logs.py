"""CloudTrail: the provider names trails by their ARN, moto knows them by name."""
from moto.cloudtrail.models import CloudTrailBackend

from .patching import instead_of


def name_of(given):
    is_arn = isinstance(given, str) and given.startswith("arn:") and ":trail/" in given
    return given.split("/")[-1] if is_arn else given


def by_name(operation):
    @instead_of(CloudTrailBackend, operation)
    def _(former, self, *args, **kwargs):
        return former(self, *map(name_of, args), **{key: name_of(value) for key, value in kwargs.items()})


for operation in (
    "delete_trail",
    "get_event_selectors",
    "get_insight_selectors",
    "put_event_selectors",
    "start_logging",
    "stop_logging",
    "update_trail",
):
    by_name(operation)
