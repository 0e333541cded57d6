"""How moto is changed: a function of it is replaced by one that gets the former as its first argument."""
import functools
import random
import string


def instead_of(owner, name):
    """Decorates `f(former, *args)`, which takes the place of `owner.name`."""
    former = getattr(owner, name)

    def put(replacement):
        @functools.wraps(former)
        def method(*args, **kwargs):
            return replacement(former, *args, **kwargs)

        setattr(owner, name, method)
        return replacement

    return put


def added_to(owner):
    """Decorates a method that `owner` lacks."""

    def put(method):
        setattr(owner, method.__name__, method)
        return method

    return put


def some_id(length):
    return "".join(random.choices(string.ascii_uppercase + string.digits, k=length))


def last_part(path):
    """Of an address, without what follows a question mark."""
    return path.split("?")[0].rstrip("/").split("/")[-1]
