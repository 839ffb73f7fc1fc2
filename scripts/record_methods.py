#!/usr/bin/env python3
"""Writes the methods of the installed redis-py and their parameters to tests/truth/redis-py-methods.json.

Usage: record_methods.py [FILE]      in a Python that has redis-py 8.1 installed

The file is a JSON object {class: {method: parameters}}. It has the classes of the command families, then the client,
the pipeline, the subscriber and the lock with their own methods. Types and addresses are omitted.
"""

import inspect
import json
import pathlib
import re
import sys

FILE = pathlib.Path(__file__).resolve().parent.parent / "tests/truth/redis-py-methods.json"

FAMILIES = """
    BasicKeyCommands HashCommands ListCommands SetCommands SortedSetCommands ScanCommands PubSubCommands
    HyperlogCommands GeoCommands StreamCommands ManagementCommands ACLCommands ScriptCommands FunctionCommands
""".split()


def parameters(function):
    """Returns a function's parameters as a string, without types."""
    signature = inspect.signature(function)
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    text = str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    return re.sub(r"<([\w.]+) object at 0x[0-9a-f]+>", r"<\1>", text)


def methods(cls):
    """Returns the public methods that a class itself defines, including its constructor."""
    found = {}
    for name, value in vars(cls).items():
        function = getattr(value, "__func__", value)
        if inspect.isfunction(function) and (name == "__init__" or not name.startswith("_")):
            found[name] = parameters(function)
    return found


def main():
    import redis
    from redis import client, connection, lock
    from redis.commands import core

    classes = {name: getattr(core, name) for name in FAMILIES}
    classes["client.Redis"] = client.Redis
    classes["client.Pipeline"] = client.Pipeline
    classes["client.PubSub"] = client.PubSub
    classes["client.Monitor"] = client.Monitor
    classes["connection.ConnectionPool"] = connection.ConnectionPool
    classes["connection.BlockingConnectionPool"] = connection.BlockingConnectionPool
    classes["lock.Lock"] = lock.Lock
    record = {"redis-py": redis.__version__, **{name: methods(cls) for name, cls in classes.items()}}
    file = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{file}: {sum(len(found) for name, found in record.items() if name != 'redis-py')} methods")


if __name__ == "__main__":
    main()
