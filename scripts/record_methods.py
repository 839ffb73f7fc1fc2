#!/usr/bin/env python3
"""Writes the methods of the installed redis-py and their parameters to tests/truth/redis-py-methods.json, and those of
redis.asyncio to tests/truth/redis-py-asyncio-methods.json.

Usage: record_methods.py      in a Python that has redis-py 8.1 installed

A file is a JSON object {class: {method: parameters}}. The first one has the classes of the command families, then the
client, the pipeline, the subscriber and the lock with their own methods. The second one has the classes of
redis.asyncio, the client with all methods that it inherits. The parameters of a coroutine function and of an
asynchronous generator begin with `async`. Types and addresses are omitted.
"""

import inspect
import json
import pathlib
import re

FILE = pathlib.Path(__file__).resolve().parent.parent / "tests/truth/redis-py-methods.json"

ASYNCIO_FILE = FILE.with_name("redis-py-asyncio-methods.json")

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


def asyncio_parameters(function):
    """Returns the parameters of a function of redis.asyncio."""
    is_async = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    return ("async " if is_async else "") + parameters(function)


def methods(cls, parameters=parameters, inherited=False):
    """Returns the public methods that a class itself defines or has, including its constructor."""
    found = {}
    for name, value in inspect.getmembers_static(cls) if inherited else vars(cls).items():
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
    write(FILE, redis.__version__, {name: methods(cls) for name, cls in classes.items()})
    classes = asyncio_classes()
    inherited = {name: methods(cls, asyncio_parameters, name == "client.Redis") for name, cls in classes.items()}
    write(ASYNCIO_FILE, redis.__version__, inherited)


def asyncio_classes():
    """Returns the classes of redis.asyncio by their names in the record."""
    from redis.asyncio import client, connection, lock, retry

    found = {"lock.Lock": lock.Lock, "retry.Retry": retry.Retry}
    found.update({f"client.{name}": getattr(client, name) for name in ("Redis", "Pipeline", "PubSub", "Monitor")})
    pools = ("ConnectionPool", "BlockingConnectionPool")
    found.update({f"connection.{name}": getattr(connection, name) for name in pools})
    return found


def write(file, version, classes):
    file.write_text(json.dumps({"redis-py": version, **classes}, indent=1) + "\n", encoding="utf-8")
    print(f"{file}: {sum(map(len, classes.values()))} methods")


if __name__ == "__main__":
    main()
