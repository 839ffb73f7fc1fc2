"""Saves the values of variables and restores them, so that several programs can run from the same initial state.

Containers are copied, because a program may modify them. All other values must be either immutable, or Redis
clients, whose only state is in their connection pools.
"""
import builtins
from types import BuiltinFunctionType, FunctionType, ModuleType

import redis

_UNCHANGEABLE = frozenset((
    type(None), type(...), bool, int, float, complex, str, bytes, range, BuiltinFunctionType, ModuleType,
))


class _NotRestorable(Exception):
    """A value has a state of its own."""


def save(variables):
    """Returns copies of the values of variables, or None if the values could not be restored."""
    pools = []
    try:
        return _copy(variables, {}, pools), pools
    except _NotRestorable:
        return None


def restore(variables, saved):
    """Gives variables their saved values, and removes variables that were created since then."""
    values, pools = saved
    copied = _copy(values, {}, None)
    variables.clear()
    variables.update(copied)
    for pool, connections in pools:
        pool._available_connections[:] = connections
        pool._connections[:] = connections
    builtins.__dict__.pop("_", None)


def _copy(value, copies, pools):
    """Returns a copy of a value. `copies` maps the ids of originals to their copies. Adds clients' pools to `pools`."""
    kind = type(value)
    if kind in _UNCHANGEABLE or _is_library_class(value) or _is_plain_function(value):
        return value
    if id(value) in copies:
        return copies[id(value)]
    if kind is list:
        copied = copies[id(value)] = []
        copied.extend([_copy(item, copies, pools) for item in value])
    elif kind is dict:
        copied = copies[id(value)] = {}
        copied.update({_copy(key, copies, pools): _copy(item, copies, pools) for key, item in value.items()})
    elif kind is tuple or kind is set or kind is frozenset:
        copied = copies[id(value)] = kind([_copy(item, copies, pools) for item in value])
    elif kind is redis.Redis:
        copied = copies[id(value)] = value
        if pools is not None:
            _note_pool(value.connection_pool, pools)
    else:
        raise _NotRestorable
    return copied


def _note_pool(pool, pools):
    connections = list(pool._connections)
    # A connection that is in use may have an open transaction, which cannot be restored.
    if len(pool._available_connections) != len(connections):
        raise _NotRestorable
    pools.append((pool, connections))


def _is_library_class(value):
    return isinstance(value, type) and value.__module__ != "__main__"


def _is_plain_function(value):
    if type(value) is not FunctionType or value.__closure__ or value.__dict__:
        return False
    defaults = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    return all(type(default) in _UNCHANGEABLE for default in defaults)
