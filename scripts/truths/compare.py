"""The one rule by which two recordings of a Python script are held against each other.

- Statements pair up by position; `input` is not compared.
- The members of a set may come in any order; an address (0x7f...) is masked.
- An error of redis agrees to the letter; any other by the name of its type, since wordings change between Pythons.
- Commands agree as lists; SCAN and its kin are left out, because an iteration may take any number of calls. Where
  the recording holds null, its script says that they differ, and they are not compared.

`tests/it/support/script_record.rs` is the same rule for `cargo test`; change both together.
"""
import ast
import re

NOTHING = {"output": "<no such statement>", "error": None, "commands": None}


def tidied(value):
    if isinstance(value, (set, frozenset)):
        return ["set", *sorted((tidied(item) for item in value), key=repr)]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(tidied, value)]
    if isinstance(value, dict):
        return ["dict", *((tidied(key), tidied(item)) for key, item in value.items())]
    return value


def normal_line(line: str) -> str:
    line = re.sub(r"0x[0-9a-f]{6,}", "0x…", line.rstrip())
    if "{" not in line:
        return line
    try:
        return repr(tidied(ast.literal_eval(line)))
    except (ValueError, SyntaxError):
        return line


def normal(output: str) -> list:
    return [normal_line(line) for line in output.splitlines()]


def same_error(one, other) -> bool:
    if one is None or other is None:
        return one is other
    if one["type"].rsplit(".", 1)[-1] != other["type"].rsplit(".", 1)[-1]:
        return False
    return not one["type"].startswith("redis.") or one["message"].strip() == other["message"].strip()


def send_the_same(one: dict, other: dict) -> bool:
    if one["commands"] is None or other["commands"] is None:
        return True
    one, other = ([c for c in record["commands"] if "SCAN" not in c[0].upper()] for record in (one, other))
    return one == other


def shortened(text: str, most: int = 500) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def differences(truth: list, other: list) -> list:
    """One readable text for each statement on which the two recordings part."""
    found = []
    for position in range(max(len(truth), len(other))):
        expected = truth[position] if position < len(truth) else NOTHING
        seen = other[position] if position < len(other) else NOTHING
        head = f"statement {position + 1}: {expected.get('input', seen.get('input'))!r}"
        if normal(expected["output"]) != normal(seen["output"]) or not same_error(expected["error"], seen["error"]):
            for name, record in (("expected", expected), ("got", seen)):
                head += f"\n  {name:8} {shortened(repr(record['output']))} {record['error']}"
            found.append(head)
        elif not send_the_same(expected, seen):
            for name, record in (("expected to send", expected), ("but sent", seen)):
                head += f"\n  {name:16} {shortened(str(record['commands']))}"
            found.append(head)
    return found
