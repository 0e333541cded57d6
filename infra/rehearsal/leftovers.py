"""What is in the emulator that was not there at the start, as it says itself: moto's own collections, and those of
additions/, are looked through. A service that nobody thought of is looked at too; what has to stay is named below.
"""
import sys
from collections.abc import Mapping

from moto.core.base_backend import AccountSpecificBackend, BackendDict

from additions.patching import instead_of

STAYS = {}

found_at_start = {}


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
    """In words: service, region, collection and name of each thing."""
    held = [
        (service, region, path, thing)
        for service, region, backend in backends()
        for path, thing in things_in(vars(backend), ())
        if path not in found_at_start.get(id(backend), ())
    ]
    for name, module in list(sys.modules.items()):
        if name.startswith("additions."):
            kept = {name: value for name, value in vars(module).items() if name.islower() and not name.startswith("_")}
            held += [(name, "all regions", path, thing) for path, thing in things_in(kept, ())]
    return sorted(
        f"{service} in {region}: {' '.join(map(str, path))}"
        for service, region, path, thing in held
        if not STAYS.get(f"{service}.{path[0]}", lambda _: False)(thing)
    )
