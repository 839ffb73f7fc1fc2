#!/usr/bin/env python3
"""Compares the methods of redis-tutor's `redis` package and their parameters with tests/truth/redis-py-methods.json.

Usage: method_table.py [FILE]      in any Python, without a server

Prints each method that is missing or has different parameters, and the number of methods. Exits with status 1 if
the tables below give no reason for a difference, or give a reason for a difference that no longer exists.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True  # the package's folder is frozen into the binary, so it must not contain compiled files
sys.path[:0] = [str(ROOT / "crates/python-kernel/src/redis_package"), str(ROOT / "scripts")]

import wire_over_sockets  # noqa: E402
from record_methods import FILE, parameters  # noqa: E402

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


def compare(record):
    """Yields (kind of difference, method, recorded parameters, our parameters) for each difference from the record."""
    client, classes = own_classes()
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


def main():
    file = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    record = {name: found for name, found in json.loads(file.read_text()).items() if isinstance(found, dict)}
    reasons = {**MISSING, **DIFFERENT}
    bad, excused = 0, set()
    for kind, method, wanted, ours in compare(record):
        if method in reasons:
            excused.add(method)
            print(f"{kind}, {reasons[method]}: {method}")
            continue
        bad += 1
        print(f"{kind}: {method}\n  redis-py {wanted}\n  ours     {ours}")
    for method in sorted(set(reasons) - excused):
        bad += 1
        print(f"the reason for {method} is no longer needed, because nothing differs")
    total = sum(map(len, record.values()))
    print(f"{total} methods, {total - len(excused) - bad} the same, {len(excused)} excused, {bad} wrong")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
