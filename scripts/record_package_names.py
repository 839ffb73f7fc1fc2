#!/usr/bin/env python3
"""Records the public names of all modules of the installed redis-py.

Usage: record_package_names.py      in a Python that has redis-py 8.1 installed

Writes crates/python-kernel/src/redis_package/redis/absent_names.py. Names that our `redis` package does not define
are looked up there, so that programs can import them.
"""

import importlib
import pathlib
import pkgutil
import textwrap
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "crates/python-kernel/src/redis_package/redis/absent_names.py"

# Private classes that programs nevertheless import.
PRIVATE = {"_AsyncRESPBase", "_AsyncRESP2Parser", "_AsyncRESP3Parser", "_RESP2Parser", "_RESP3Parser"}
PRIVATE |= {"_HiredisParser", "_AsyncHiredisParser", "_RedisCallbacks"}


# Modules that are of no use with a single server. Importing them raises an error.
SKIPPED = """
    redis.asyncio.http redis.asyncio.maint_notifications redis.asyncio.multidb redis.asyncio.observability redis.auth
    redis.background redis.event redis.himport redis.http redis.multidb redis.observability redis.ocsp
""".split()


def kind_of(module, name, value):
    """Returns the module that defines a name and the name's entry, or None if the name is not recorded."""
    if name.startswith("_") and name not in PRIVATE:
        return None
    if isinstance(value, (bool, int, str)) and type(value).__module__ == "builtins" and name.isupper():
        return None if " " in f"{value}" else (module, f"{name}={value}")
    origin = getattr(value, "__module__", None) or ""
    if not callable(value) or not origin.startswith("redis.") or is_skipped(origin):
        return None
    if origin != module:
        # Functions are imported from the modules that define them.
        return (origin, name) if isinstance(value, type) and value.__name__ == name else None
    if not isinstance(value, type):
        return None if name.startswith(("parse_", "zset_", "string_keys", "record_")) else (origin, f"{name}()")
    return origin, f"{name}!" if issubclass(value, BaseException) else name


def is_skipped(module):
    return any(f"{module}.".startswith(f"{skipped}.") for skipped in SKIPPED)


def main():
    warnings.simplefilter("ignore")
    import redis

    lines = [
        '"""The public names of the modules of redis-py 8.1. Written by scripts/record_package_names.py.',
        "",
        "`name()` is a function, `name!` an exception, `name=value` a constant, and all others are classes. The names",
        "after `@module` are those of another module.",
        '"""',
        "",
        "SKIPPED = (",
        *[f'    "{module}",' for module in SKIPPED],
        ")",
        "",
        "NAMES = {",
    ]
    for found in pkgutil.walk_packages(redis.__path__, "redis."):
        if is_skipped(found.name):
            continue
        module = importlib.import_module(found.name)
        entries = [kind_of(found.name, name, value) for name, value in sorted(vars(module).items())]
        by_origin = {}
        for origin, entry in filter(None, entries):
            by_origin.setdefault(origin, []).append(entry)
        own = by_origin.pop(found.name, [])
        words = own + [word for origin in sorted(by_origin) for word in (f"@{origin}", *by_origin[origin])]
        lines.append(f"    {found.name!r}: (")
        text = textwrap.wrap(" ".join(words), 108, break_on_hyphens=False) or [""]
        lines += [f'        "{line} "' for line in text[:-1]] + [f'        "{text[-1]}"', "    ),"]
    OUTPUT.write_text("\n".join([*lines, "}", ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
