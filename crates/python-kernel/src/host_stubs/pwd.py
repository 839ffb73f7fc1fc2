"""Replaces the user database. It contains a single user, under whose name Python runs."""
from collections import namedtuple

struct_passwd = namedtuple("struct_passwd", "pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell", module="pwd")

_LEARNER = struct_passwd("learner", "x", 1000, 1000, "", "/", "")


def getpwall():
    """Returns all users."""
    return [_LEARNER]


def getpwnam(name, /):
    """Returns the user with a name."""
    if name != _LEARNER.pw_name:
        raise KeyError(f"getpwnam(): name not found: {name!r}")
    return _LEARNER


def getpwuid(uid, /):
    """Returns the user with a number."""
    if uid != _LEARNER.pw_uid:
        raise KeyError(f"getpwuid(): uid not found: {uid}")
    return _LEARNER
