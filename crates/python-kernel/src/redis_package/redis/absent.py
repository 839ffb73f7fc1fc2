"""Names of redis-py that this package does not define itself.

A program can import them. A class or function that is not implemented raises an explanatory error when it is
called.
"""

_REASONS = (
    ("redis.cluster", "redis-tutor is one Redis server, not a cluster"),
    ("redis.asyncio.cluster", "redis-tutor is one Redis server, not a cluster"),
    ("redis.commands.cluster", "redis-tutor is one Redis server, not a cluster"),
    ("redis.commands.policies", "redis-tutor is one Redis server, not a cluster"),
    ("redis.commands.sentinel", "redis-tutor is one Redis server without Sentinel"),
    ("redis.sentinel", "redis-tutor is one Redis server without Sentinel"),
    ("redis.asyncio.sentinel", "redis-tutor is one Redis server without Sentinel"),
    ("redis.commands", "redis-tutor supports only Redis's core data types"),
    ("redis.cache", "redis-tutor has no client-side cache"),
    ("redis", "redis-tutor's redis package contains only what a client of one server needs"),
)

# The modules through which redis-py's functions can also be imported, and the modules that define these functions.
_USERS_OF_FUNCTIONS = ("redis.client", "redis.cluster", "redis.commands", "redis.commands.core", "redis.connection")
_MODULES_OF_FUNCTIONS = (
    "redis._parsers.helpers",
    "redis.commands.helpers",
    "redis.crc",
    "redis.driver_info",
    "redis.utils",
)


def _reason(module):
    return next(reason for prefix, reason in _REASONS if f"{module}.".startswith(f"{prefix}."))


def _refusing(module, name):
    def refuse(*args, **options):
        raise NotImplementedError(f"{module}.{name} is missing: {_reason(module)}.")

    return refuse


def _entries(module):
    """Iterates over the names of a module, each with the module that it comes from and its entry."""
    from redis.absent_names import NAMES

    origin = module
    for entry in NAMES.get(module, "").split():
        if entry.startswith("@"):
            origin = entry[1:]
        else:
            yield entry.rstrip("()!").partition("=")[0], origin, entry


def _made(module, entry):
    """Returns what an entry of a module stands for."""
    name, is_constant, value = entry.partition("=")
    if is_constant:
        return {"True": True, "False": False}.get(value, int(value) if value.isdigit() else value)
    if entry.endswith("()"):
        function = _refusing(module, entry[:-2])
        function.__name__ = function.__qualname__ = entry[:-2]
        function.__module__ = module
        return function
    if entry.endswith("!"):
        from redis.exceptions import RedisError

        return type(entry[:-1], (RedisError,), {"__module__": module})
    return type(name, (), {"__module__": module, "__new__": _refusing(module, name)})


def find(module, name):
    """Returns a name of redis-py's module that ours does not define."""
    if name.startswith("__"):
        # The import system looks for `__path__` in many modules. The search below would load modules that are seldom
        # used.
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    from importlib import import_module

    for found, origin, entry in _entries(module):
        if found == name:
            return getattr(import_module(origin), name) if origin != module else _made(module, entry)
    if module in _USERS_OF_FUNCTIONS:
        for origin in _MODULES_OF_FUNCTIONS:
            functions = vars(import_module(origin))
            if name in functions and not name.startswith("_"):
                return functions[name]
    raise AttributeError(f"module {module!r} has no attribute {name!r}")


class Finder:
    """Finds the modules of redis-py that this package does not have."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Returns the spec of a module that has only names of `find`."""
        from redis.absent_names import NAMES, SKIPPED

        if any(f"{name}.".startswith(f"{skipped}.") for skipped in SKIPPED):
            raise ImportError(f"{name} is missing: {_reason(name)}.", name=name)
        if name not in NAMES:
            return None
        from _frozen_importlib import ModuleSpec

        is_package = any(other.startswith(name + ".") for other in NAMES)
        return ModuleSpec(name, Finder, is_package=is_package)

    create_module = staticmethod(lambda spec: None)

    @staticmethod
    def exec_module(module):
        """Makes a module look up its names in the table."""
        name = module.__name__

        def __getattr__(attribute):
            if attribute == "__all__":
                return [found for found, _, _ in _entries(name)]
            found = find(name, attribute)
            vars(module)[attribute] = found
            return found

        module.__getattr__ = __getattr__
