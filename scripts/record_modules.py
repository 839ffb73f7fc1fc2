#!/usr/bin/env python3
"""Records the names in those modules of CPython that need an operating system.

Usage: python3.13 scripts/record_modules.py, on Linux

Writes crates/python-kernel/src/host_stubs/_module_names.py. The Python child process has stubs of these modules, so
that programs that import them can start. The constants of a stub have the right values. What it cannot do is
refused when it is called.
"""

import importlib
import pathlib
import sys
import textwrap
import warnings

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "crates/python-kernel/src/host_stubs/_module_names.py"

# Modules of which only the constants are recorded, because `host_stubs` implements the rest.
CONSTANTS_ONLY = ["_signal", "_socket", "select"]

# Modules whose classes and functions raise an error when they are called.
REFUSED = (
    "_curses_panel _multiprocessing _posixshmem _posixsubprocess _ssl cProfile ctypes ctypes.util ctypes.wintypes "
    "curses curses.ascii curses.panel curses.textpad faulthandler fcntl mmap profile pstats resource sqlite3 "
    "sqlite3.dbapi2 syslog termios tracemalloc"
).split()

# Private names that public modules import.
PRIVATE = ["_DEFAULT_CIPHERS", "_OPENSSL_API_VERSION", "_SSLContext"]


def exported(module):
    """Returns the public names that a module defines itself, sorted."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name in vars(module) if not name.startswith("_") or name in PRIVATE]
    return sorted(name for name in names if type(getattr(module, name)) is not type(sys))


def base_of(error, names):
    """Returns a name of an exception's base class to which the stub can refer."""
    base = error.__mro__[1].__name__
    return base if base in names or base in vars(__builtins__) else "Exception"


def entry(name):
    """Returns a module's names by kind, for the table in `_module_names`."""
    module = importlib.import_module(name)
    names = exported(module)
    errors, classes, functions, constants = [], [], [], {}
    for word in names:
        value = getattr(module, word)
        if isinstance(value, type) and issubclass(value, BaseException):
            if value.__name__ == word and value.__module__ != "builtins":
                errors.append((len(value.__mro__), f"{word}:{base_of(value, names)}"))
            else:
                constants[word] = value
        elif isinstance(value, type):
            classes.append(word)
        elif isinstance(value, (bool, int, float, str, bytes)) and type(value).__module__ == "builtins":
            constants[word] = value
        elif isinstance(value, int):
            constants[word] = int(value)
        elif isinstance(value, tuple) and all(type(part) in (int, str) for part in value):
            constants[word] = tuple(value)
        elif callable(value):
            functions.append(word)
    # A base class must come before the classes that derive from it.
    return {
        "errors": " ".join(text for _, text in sorted(errors)),
        "classes": " ".join(classes),
        "functions": " ".join(functions),
        "constants": constants,
    }


def wrapped(text, indent):
    """Returns a string literal, split into lines of limited width."""
    lines = textwrap.wrap(text, 112 - len(indent), break_on_hyphens=False)
    last = len(lines) - 1
    return "\n".join(f'{indent}"{line}{" " if i < last else ""}"' for i, line in enumerate(lines)) or f'{indent}""'


def numbers_and_others(constants):
    """Separates integers, which the table contains as text, from other constants."""
    numbers = " ".join(f"{name}={value}" for name, value in constants.items() if type(value) is int)
    others = [(name, value) for name, value in constants.items() if type(value) is not int]
    texts = [f"{name!r}: {getattr(value, '__name__', repr(value))}" for name, value in others]
    return numbers, "{" + ", ".join(texts) + "}"


def main():
    warnings.simplefilter("ignore")
    out = [
        '"""The names of modules of CPython 3.13 on Linux. Written by scripts/record_modules.py.',
        "",
        "The integers are text, because text is read faster, and importing one of the modules reads the whole table.",
        '"""',
        "",
        "# The constants of modules of which `host_stubs` contains the rest.",
        "CONSTANTS = {",
    ]
    for name in CONSTANTS_ONLY:
        out += [f"    {name!r}: (", wrapped(numbers_and_others(entry(name)["constants"])[0], "        "), "    ),"]
    out += ["}", ""]
    out += ["# The names of the other modules: exceptions with their bases, classes, functions, integers, others."]
    out += ["REFUSED = {"]
    entries, aliases = {}, []
    for name in REFUSED:
        kinds = entry(name)
        original = next((other for other, known in entries.items() if known == kinds), None)
        if original is not None:
            # A module may only import the names of another one.
            aliases += [f"REFUSED[{name!r}] = REFUSED[{original!r}]"]
            continue
        entries[name] = kinds
        numbers, others = numbers_and_others(kinds["constants"])
        out += [f"    {name!r}: ("]
        out += [wrapped(kinds[kind], "        ") + "," for kind in ("errors", "classes", "functions")]
        out += [wrapped(numbers, "        ") + ",", f"        {others},", "    ),"]
    out += [
        "}",
        *aliases,
        "",
        "",
        "def numbers(text):",
        '    """Returns the integers of a text by their names."""',
        '    pairs = [word.split("=") for word in text.split()]',
        "    return {name: int(number) for name, number in pairs}",
        "",
    ]
    OUTPUT.write_text("\n".join(out))


if __name__ == "__main__":
    main()
