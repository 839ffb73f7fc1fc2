#!/usr/bin/env python3
"""Compares the methods of redis-tutor's `redis` package and their parameters with tests/truth/redis-py-methods.json, and
those of its `redis.asyncio` with tests/truth/redis-py-asyncio-methods.json.

Usage: method_table.py      in any Python since 3.11, without a server

Prints each method that is missing or has different parameters, and the number of methods. Exits with status 1 if
the tables below give no reason for a difference, or give a reason for a difference that no longer exists.
"""

import json
import pathlib
import sys
from fnmatch import fnmatchcase as fnmatch

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True  # the package's folder is frozen into the binary, so it must not contain compiled files
sys.path[:0] = [str(ROOT / "crates/python-kernel/src/redis_package"), str(ROOT / "scripts")]

import wire_over_sockets  # noqa: E402
from record_methods import ASYNCIO_FILE, FILE, asyncio_classes, asyncio_parameters, parameters  # noqa: E402

_NO_MAINTENANCE = "the server in redis-tutor is never moved, so it sends no maintenance notifications"

MISSING = {
    "connection.ConnectionPool.re_auth_callback": _NO_MAINTENANCE,
    "connection.ConnectionPool.get_connection_count": "only monitoring tools use it",
    "connection.BlockingConnectionPool.set_in_maintenance": _NO_MAINTENANCE,
    "lock.Lock.register_scripts": "the lock uses no scripts",
}
DIFFERENT = {
    "connection.BlockingConnectionPool.__init__": "no queue is used, and its default would import `queue` with redis",
}

ASYNCIO = {
    "client.Redis.ar*": "Redis 8.2 has no arrays",
    "client.Redis.json": "the default encoders would import `json` with redis",
    "client.Redis.module_*": "the engine loads no modules",
    "client.Redis.read*": "the engine is not part of a cluster",
    "client.Redis.sentinel*": "the engine is no Sentinel",
    "connection.*.re_auth_callback": _NO_MAINTENANCE,
    "connection.*.get_connection_count": "only monitoring tools use it",
    "connection.*.set_in_maintenance": _NO_MAINTENANCE,
    "connection.*.update_active_connections_for_reconnect": _NO_MAINTENANCE,
    "lock.Lock.register_scripts": "the lock uses no scripts",
}


def own_classes():
    """Returns the package's classes, by the names that they have in the record."""
    wire_over_sockets.install()
    import redis
    from redis import client, connection, lock

    found = {"lock.Lock": lock.Lock}
    for name in ("Redis", "Pipeline", "PubSub", "Monitor"):
        found["client." + name] = getattr(client, name)
    for name in ("ConnectionPool", "BlockingConnectionPool"):
        found["connection." + name] = getattr(connection, name)
    return redis.Redis, found


def compare(record, client, classes, parameters):
    """Yields (kind of difference, method, recorded parameters, our parameters) for each difference from the record."""
    for family, methods in record.items():
        cls = classes.get(family, client)
        for name, wanted in methods.items():
            method = getattr(cls, name, None)
            if method is None:
                yield "missing", f"{family}.{name}", wanted, None
                continue
            ours = parameters(getattr(method, "__func__", method))
            if ours != wanted:
                yield "different", f"{family}.{name}", wanted, ours
            if name != "__init__" and not method.__doc__:
                yield "undocumented", f"{family}.{name}", wanted, ours


def check(file, client, classes, parameters, reasons):
    """Compares one record, and prints the differences. Returns whether there is a reason for each."""
    record = {name: found for name, found in json.loads(file.read_text()).items() if isinstance(found, dict)}
    bad, excused = 0, set()
    for kind, method, wanted, ours in compare(record, client, classes, parameters):
        reason = next((reason for pattern, reason in reasons.items() if fnmatch(method, pattern)), None)
        if reason is not None:
            excused.add(method)
            print(f"{kind}, {reason}: {method}")
            continue
        bad += 1
        print(f"{kind}: {method}\n  redis-py {wanted}\n  ours     {ours}")
    for pattern in reasons:
        if not any(fnmatch(method, pattern) for method in excused):
            bad += 1
            print(f"the reason for {pattern} is no longer needed, because nothing differs")
    total = sum(map(len, record.values()))
    print(f"{total} methods, {total - len(excused) - bad} the same, {len(excused)} excused, {bad} wrong")
    return bad == 0


def main():
    client, classes = own_classes()
    is_right = check(FILE, client, classes, parameters, {**MISSING, **DIFFERENT})
    is_right &= check(ASYNCIO_FILE, None, asyncio_classes(), asyncio_parameters, ASYNCIO)
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
