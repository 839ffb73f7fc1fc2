"""Compares two recordings of a Python script.

- Statements are compared by position. `input` is not compared.
- The members of a set may be in any order. Addresses (0x7f...) are masked.
- Errors of redis-py must be identical. Other errors must have the same type, because messages differ between
  versions of Python.
- The lists of commands must be identical, except for SCAN, HSCAN, SSCAN and ZSCAN, because an iteration may need
  any number of them. If a recording has null for the commands, its script states that they differ, and they are not
  compared.

`tests/it/support/script_record.rs` implements the same rules for `cargo test`; change both together.
"""
import ast
import re

NO_RECORD = {"output": "<no such statement>", "error": None, "commands": None}


def with_sorted_sets(value):
    if isinstance(value, (set, frozenset)):
        return ["set", *sorted((with_sorted_sets(item) for item in value), key=repr)]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(with_sorted_sets, value)]
    if isinstance(value, dict):
        return ["dict", *((with_sorted_sets(key), with_sorted_sets(item)) for key, item in value.items())]
    return value


def normal_line(line: str) -> str:
    line = re.sub(r"0x[0-9a-f]{6,}", "0x…", line.rstrip())
    if "{" not in line:
        return line
    try:
        return repr(with_sorted_sets(ast.literal_eval(line)))
    except (ValueError, SyntaxError):
        return line


def normal(output: str) -> list:
    return [normal_line(line) for line in output.splitlines()]


def is_same_error(one, other) -> bool:
    if one is None or other is None:
        return one is other
    if one["type"].rsplit(".", 1)[-1] != other["type"].rsplit(".", 1)[-1]:
        return False
    return not one["type"].startswith("redis.") or one["message"].strip() == other["message"].strip()


def has_same_commands(one: dict, other: dict) -> bool:
    if one["commands"] is None or other["commands"] is None:
        return True
    one, other = ([c for c in record["commands"] if "SCAN" not in c[0].upper()] for record in (one, other))
    return one == other


def shortened(text: str, max_length: int = 500) -> str:
    return text if len(text) <= max_length else f"{text[:max_length]}... ({len(text)} characters)"


def differences(truth: list, other: list) -> list:
    """Returns a readable description of each statement that differs between the two recordings."""
    found = []
    for position in range(max(len(truth), len(other))):
        expected = truth[position] if position < len(truth) else NO_RECORD
        seen = other[position] if position < len(other) else NO_RECORD
        head = f"statement {position + 1}: {expected.get('input', seen.get('input'))!r}"
        if normal(expected["output"]) != normal(seen["output"]) or not is_same_error(expected["error"], seen["error"]):
            for name, record in (("expected", expected), ("got", seen)):
                head += f"\n  {name:8} {shortened(repr(record['output']))} {record['error']}"
            found.append(head)
        elif not has_same_commands(expected, seen):
            for name, record in (("expected to send", expected), ("but sent", seen)):
                head += f"\n  {name:16} {shortened(str(record['commands']))}"
            found.append(head)
    return found
