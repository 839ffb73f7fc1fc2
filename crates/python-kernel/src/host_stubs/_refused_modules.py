"""Creates stubs of modules that need an operating system, with the names that these modules have in CPython.

A program can import such a module, and refer to its constants, exceptions and classes. A call to one of its
functions raises an error whose message says what is missing.
"""
import builtins

from _frozen_importlib import ModuleSpec
from _module_names import REFUSED, numbers

_PACKAGES = {"ctypes", "curses", "sqlite3"}

# Functions that programs call when they start. They do nothing, because programs work without their effect.
_HARMLESS = {"faulthandler": {"cancel_dump_traceback_later", "disable", "enable", "register", "unregister"}}

def _txt2obj(txt, name=False):
    purposes = {"1": (129, "serverAuth", "TLS Web Server"), "2": (130, "clientAuth", "TLS Web Client")}
    number, short_name, long_name = purposes[txt.rpartition(".")[2]]
    return number, short_name, f"{long_name} Authentication", txt


# Names with real values, because modules of the standard library use them when they are imported. HAS_PHA exists only
# in newer versions of CPython, such as the one that the standard library comes from.
_NEEDED = {"_ssl": {"HAS_PHA": True, "txt2obj": _txt2obj}}
_NEEDED_ATTRIBUTES = {"_multiprocessing.SemLock": {"SEM_VALUE_MAX": 2147483647}}


def _refusing(qualified, message):
    def refuse(*args, **options):
        raise PermissionError(message or f"redis-tutor's Python has no {qualified}(): it runs in a sandbox")

    return refuse


def _do_nothing(*args, **options):
    pass


class Loader:
    """Fills a module with stubs."""

    create_module = staticmethod(lambda spec: None)

    def __init__(self, message):
        self.message = message

    def exec_module(self, module):
        """Defines the names of the module."""
        module_name = module.__name__
        shown = module_name.lstrip("_")
        errors, classes, functions, integers, others = REFUSED[module_name]
        found = vars(module)
        found.update(numbers(integers), **others)
        for pair in errors.split():
            name, _, base = pair.partition(":")
            base = found.get(base) or getattr(builtins, base)
            found[name] = type(name, (base,), {"__module__": shown})
        for name in classes.split():
            refuse = _refusing(f"{shown}.{name.lstrip('_')}", self.message)
            attributes = _NEEDED_ATTRIBUTES.get(f"{module_name}.{name}", {})
            found[name] = type(name, (), {"__module__": shown, "__new__": refuse, **attributes})
        for name in functions.split():
            harmless = name in _HARMLESS.get(module_name, ())
            function = _do_nothing if harmless else _refusing(f"{shown}.{name}", self.message)
            function.__name__ = function.__qualname__ = name
            function.__module__ = shown
            found[name] = function
        found.update(_NEEDED.get(module_name, {}))


def find_spec(name, message):
    """Returns the spec of a stub, or None for any other module. `message` replaces the sentence of its errors."""
    return ModuleSpec(name, Loader(message), is_package=name in _PACKAGES) if name in REFUSED else None
