"""Replaces the group database. It contains a single group."""
from collections import namedtuple

struct_group = namedtuple("struct_group", "gr_name gr_passwd gr_gid gr_mem", module="grp")

_LEARNER = struct_group("learner", "x", 1000, [])


def getgrall():
    """Returns all groups."""
    return [_LEARNER]


def getgrnam(name):
    """Returns the group with a name."""
    if name != _LEARNER.gr_name:
        raise KeyError(f"getgrnam(): name not found: {name!r}")
    return _LEARNER


def getgrgid(id):
    """Returns the group with a number."""
    if id != _LEARNER.gr_gid:
        raise KeyError(f"getgrgid(): gid not found: {id}")
    return _LEARNER
