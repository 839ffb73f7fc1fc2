#!/usr/bin/env python3
"""Writes the signatures and docstrings of this Python's builtin functions and methods to the file from which
python-kernel reads them.

Usage: record_docstrings.py [FILE]      in CPython 3.13

Each line has a name, a signature and a docstring, separated by tabs. In the docstring, a newline is written as `\\n`
and a backslash as `\\\\`. The name is that of a module and a function, or that of a class and a method.
"""

import importlib
import pathlib
import sys
import types

FILE = (
    pathlib.Path(__file__).resolve().parent.parent
    / "crates/python-kernel/src/kernel/amendments/docstrings/recorded.txt"
)

# The modules whose functions and classes are recorded.
MODULES = (
    "builtins _bisect _codecs _collections _functools _heapq _operator _random _struct _thread array atexit binascii "
    "cmath gc itertools math sys time zlib"
).split()


def is_function(value):
    kinds = (types.BuiltinFunctionType, types.MethodDescriptorType, types.ClassMethodDescriptorType)
    return isinstance(value, (*kinds, staticmethod))


def entries(module):
    """Returns the functions and methods of a module with the names under which they are recorded."""
    for name, value in vars(module).items():
        if isinstance(value, types.BuiltinFunctionType):
            yield f"{value.__module__ or module.__name__}.{name}", value
        elif isinstance(value, type) and not issubclass(value, BaseException):
            for method in vars(value):
                attribute = getattr(value, method, None)
                if is_function(vars(value)[method]) and getattr(attribute, "__doc__", None):
                    yield f"{value.__qualname__}.{method}", attribute


def escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def main():
    lines = {}
    for module in map(importlib.import_module, MODULES):
        for name, function in entries(module):
            if function.__doc__:
                signature = getattr(function, "__text_signature__", None) or ""
                lines[name] = f"{name}\t{escaped(signature)}\t{escaped(function.__doc__)}\n"
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    path.write_text("".join(line for _, line in sorted(lines.items(), key=lambda item: item[0].encode())), "utf-8")


if __name__ == "__main__":
    main()
