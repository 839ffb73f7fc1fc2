#!/usr/bin/env python3
"""Compares redis-tutor's `redis` package with the real redis-py, on a real Redis.

Usage: compare_package.py [--server REDIS_SERVER] [-v] SCRIPT.py...

Runs each script twice, statement by statement, in a Python that has redis-py 8.1 installed: once with redis-py, and
once with crates/python-kernel/src/redis_package/redis over scripts/wire_over_sockets.py, each on a private Redis server.
`r` (a redis.Redis()) and `redis` are defined. Compares the output, the error and the sent commands of each statement. The
members of a set may be in any order, addresses are masked, errors of redis must be identical and other errors of
the same type, and SCAN commands are ignored. Commands are not compared for a script with a line that starts with
`# The commands differ:`. Prints each difference, and exits with status 1 if there is one.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True  # the package's folder is frozen into the binary, so it must not contain compiled files

from truths.compare import normal  # noqa: E402
from truths.python import qualified_name, redis_on  # noqa: E402
from truths.server import private_server  # noqa: E402

PACKAGE = ROOT / "crates/python-kernel/src/redis_package"


def own_package(port, log):
    """Returns redis-tutor's package, connected to a server through real sockets."""
    sys.path.insert(0, str(PACKAGE))
    import wire_over_sockets

    wire_over_sockets.install(port)
    import redis

    if PACKAGE not in pathlib.Path(redis.__file__).parents:
        sys.exit(f"compare_package: redis came from {redis.__file__}")
    wire_over_sockets.sent = log
    return redis


def run_script(package, port, source):
    """Runs a script statement by statement. Prints a JSON object for each statement."""
    warnings.simplefilter("ignore")
    log = []
    redis = (redis_on if package == "real" else own_package)(port, log)
    space = {"__name__": "__console__", "redis": redis, "r": redis.Redis()}
    space["r"].ping()
    for node in ast.parse(source).body:
        log.clear()
        out, error = io.StringIO(), None
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(ast.Interactive([node]), "<stdin>", "single"), space)
            except BaseException as e:  # an error of the script is part of the record
                error = {"type": qualified_name(e), "message": str(e)}
        record = {"input": ast.get_source_segment(source, node), "output": out.getvalue()}
        print(json.dumps({**record, "error": error, "commands": list(log)}, ensure_ascii=False), flush=True)


def only_different(truth, ours):
    """Removes the lines that two outputs of the same length have in common."""
    lines = truth.splitlines(), ours.splitlines()
    if len(lines[0]) < 2 or len(lines[0]) != len(lines[1]):
        return truth, ours
    pairs = [pair for pair in zip(*lines) if pair[0] != pair[1]]
    return "\n".join(first for first, _ in pairs), "\n".join(second for _, second in pairs)


def differences(truth, ours, with_commands):
    """Returns the differences between two records of the same statement."""
    found = []
    if normal(truth["output"]) != normal(ours["output"]):
        found.append(("output", *only_different(truth["output"], ours["output"])))
    kinds = [record["error"] and record["error"]["type"] for record in (truth, ours)]
    if kinds[0] != kinds[1] or (kinds[0] or "").startswith("redis.") and truth["error"] != ours["error"]:
        found.append(("error", truth["error"], ours["error"]))
    sent = [[c for c in record["commands"] if "SCAN" not in c[0].upper()] for record in (truth, ours)]
    if with_commands and sent[0] != sent[1]:
        found.append(("commands", *sent))
    return found


def compare(program, script, verbose):
    """Compares one script. Returns the number of statements and the number of differing statements."""
    source = script.read_text()
    with private_server(program) as first, private_server(program) as second:
        runs = []
        for package, port in (("real", first), ("own", second)):
            command = [sys.executable, __file__, "--run", package, "--port", str(port), str(script)]
            runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        truth, ours = ([json.loads(line) for line in run.communicate()[0].splitlines()] for run in runs)
    bad = abs(len(truth) - len(ours))
    if bad:
        print(f"{script}: {len(truth)} statements in redis-py, {len(ours)} in ours")
    for number, (t, o) in enumerate(zip(truth, ours), 1):
        found = differences(t, o, "\n# The commands differ:" not in "\n" + source)
        bad += bool(found)
        for what, is_truth, is_ours in found:
            print(f"{script.name}:{number}: {t['input']}")
            print(f"  {what}\n    redis-py {is_truth!r}\n    ours     {is_ours!r}")
        if verbose and not found:
            print(f"{script.name}:{number}: {t['input']} -> {t['output']!r} {t['error']}")
    return len(truth), bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ORACLE_REDIS_SERVER") or shutil.which("redis-server")
    parser.add_argument("--server", default=default, help="the redis-server program")
    parser.add_argument("-v", "--verbose", action="store_true", help="also show the statements that agree")
    parser.add_argument("--run", choices=["real", "own"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("scripts", nargs="+", type=pathlib.Path, metavar="SCRIPT")
    args = parser.parse_args()
    if args.run:
        run_script(args.run, args.port, args.scripts[0].read_text())
        return
    if not args.server:
        parser.error("no redis-server found: use --server PATH or set ORACLE_REDIS_SERVER")
    statements = bad = 0
    for script in args.scripts:
        counted = compare(args.server, script, args.verbose)
        statements, bad = statements + counted[0], bad + counted[1]
    print(f"{statements} statements in {len(args.scripts)} scripts, {bad} differ")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
