"""Replaces the module that reads source lines from files. It returns lines of the statements that have run.

`traceback`, `inspect` and `warnings` use it. The kernel finds the source text by the file name of a code object.
"""
import _host

__all__ = ["getline", "clearcache", "checkcache", "lazycache"]

cache = {}


def getline(filename, lineno, module_globals=None):
    lines = getlines(filename, module_globals)
    return lines[lineno - 1] if 1 <= lineno <= len(lines) else ""


def getlines(filename, module_globals=None):
    entry = cache.get(filename)
    if entry is not None and len(entry) != 1:
        return entry[2]
    return _host.lines(filename) or []


def updatecache(filename, module_globals=None):
    return getlines(filename, module_globals)


def clearcache():
    cache.clear()


def checkcache(filename=None):
    pass


def lazycache(filename, module_globals):
    return False


def _getline_from_code(code, lineno):
    return getline(code.co_filename, lineno)


def _getlines_from_code(code):
    return getlines(code.co_filename)


def _register_code(code, string, name):
    cache[code.co_filename] = (len(string), None, string.splitlines(True), name)
