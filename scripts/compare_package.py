#!/usr/bin/env python3
"""Holds the tutor's own `redis` package against the real redis-py, on a real Redis.

Usage: compare_package.py [--server REDIS_SERVER] [-v] SCRIPT.py...

Each script is run twice, statement by statement, in a Python that has redis-py 8.1 installed: once with that, once with
crates/python-kernel/src/redis_package/redis over scripts/wire_over_sockets.py, each on a private Redis server of its own. `r` (a
redis.Redis()) and `redis` stand ready. What a statement printed, the error it raised and the commands it put on the
wire are compared: a set's members may come in any order, addresses are masked, an error of redis agrees to the letter
and any other by its type, SCANs are left out of the commands. A script with a line that starts with
`# The commands differ:` is compared without its commands. Prints each difference; exits 1 if there is any.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "crates/python-kernel/src/redis_package"


@contextlib.contextmanager
def private_server(program):
    """The port of a fresh Redis server, which ends with the block."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home]
        server = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                    break
                time.sleep(0.02)
            yield port
        finally:
            server.terminate()
            server.wait()


def shown(word):
    if isinstance(word, (bytes, bytearray, memoryview)):
        return bytes(word).decode("utf-8", "backslashreplace")
    return repr(word) if isinstance(word, float) else str(word)


def real_package(port, log):
    """redis-py, its connections led to `port`, its commands noted."""
    import redis
    from redis.connection import AbstractConnection, Connection

    init, set_up_once = Connection.__init__, AbstractConnection.on_connect_check_health
    send, pack = AbstractConnection.send_command, AbstractConnection.pack_commands
    setting_up = [0]

    def to_private(self, host="localhost", **kwargs):
        init(self, host="127.0.0.1", **{**kwargs, "port": port})

    def set_up(self, *args, **kwargs):
        setting_up[0] += 1
        try:
            return set_up_once(self, *args, **kwargs)
        finally:
            setting_up[0] -= 1

    def words(args):
        first = args[0].split(" ") if isinstance(args[0], str) else [args[0]]
        return [shown(word) for word in (*first, *args[1:])]

    def one(self, *args, **kwargs):
        if not setting_up[0]:
            log.append(words(args))
        try:
            return send(self, *args, **kwargs)
        except redis.DataError:  # refused before a byte was sent
            log.pop()
            raise

    def many(self, commands):
        commands = list(commands)
        packed = pack(self, commands)
        if not setting_up[0]:
            log.extend(words(args) for args in commands)
        return packed

    Connection.__init__ = to_private
    AbstractConnection.on_connect_check_health = set_up
    AbstractConnection.send_command = one
    AbstractConnection.pack_commands = many
    return redis


def own_package(port, log):
    """The tutor's package over real sockets."""
    sys.dont_write_bytecode = True  # the folder is frozen into the binary as it is
    sys.path[:0] = [str(PACKAGE), str(ROOT / "scripts")]
    import wire_over_sockets

    wire_over_sockets.install(port)
    import redis

    if PACKAGE not in pathlib.Path(redis.__file__).parents:
        sys.exit(f"compare_package: redis came from {redis.__file__}")
    wire_over_sockets.sent = log
    return redis


def qualified(error):
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def say(package, port, source):
    """Runs a script statement by statement; prints a JSON object for each."""
    warnings.simplefilter("ignore")
    log = []
    redis = (real_package if package == "real" else own_package)(port, log)
    space = {"__name__": "__console__", "redis": redis, "r": redis.Redis()}
    space["r"].ping()
    for node in ast.parse(source).body:
        log.clear()
        out, error = io.StringIO(), None
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(ast.Interactive([node]), "<stdin>", "single"), space)
            except BaseException as e:  # the script's own error is what is to be noted
                error = {"type": qualified(e), "message": str(e)}
        record = {"input": ast.get_source_segment(source, node), "output": out.getvalue()}
        print(json.dumps({**record, "error": error, "commands": list(log)}, ensure_ascii=False), flush=True)


def tidy(value):
    if isinstance(value, (set, frozenset)):
        return ["set", *sorted(map(repr, map(tidy, value)))]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(tidy, value)]
    if isinstance(value, dict):
        return ["dict", *((tidy(key), tidy(item)) for key, item in value.items())]
    return value


def normal(output):
    lines = [re.sub("0x[0-9a-f]{6,}", "0x…", line.rstrip()) for line in output.splitlines()]
    for i, line in enumerate(lines):
        with contextlib.suppress(ValueError, SyntaxError):
            lines[i] = repr(tidy(ast.literal_eval(line))) if "{" in line else line
    return lines


def only_different(truth, ours):
    """Two outputs without the lines they share, where they have the same number of lines."""
    lines = truth.splitlines(), ours.splitlines()
    if len(lines[0]) < 2 or len(lines[0]) != len(lines[1]):
        return truth, ours
    pairs = [pair for pair in zip(*lines) if pair[0] != pair[1]]
    return "\n".join(first for first, _ in pairs), "\n".join(second for _, second in pairs)


def differ(truth, ours, commands_too):
    """What differs between two records of one statement."""
    found = []
    if normal(truth["output"]) != normal(ours["output"]):
        found.append(("output", *only_different(truth["output"], ours["output"])))
    kinds = [record["error"] and record["error"]["type"] for record in (truth, ours)]
    if kinds[0] != kinds[1] or (kinds[0] or "").startswith("redis.") and truth["error"] != ours["error"]:
        found.append(("error", truth["error"], ours["error"]))
    sent = [[c for c in record["commands"] if "SCAN" not in c[0].upper()] for record in (truth, ours)]
    if commands_too and sent[0] != sent[1]:
        found.append(("commands", *sent))
    return found


def compare(program, script, verbose):
    """Compares one script; (statements, differing statements)."""
    source = script.read_text()
    with private_server(program) as first, private_server(program) as second:
        runs = []
        for package, port in (("real", first), ("own", second)):
            command = [sys.executable, __file__, "--say", package, "--port", str(port), str(script)]
            runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        truth, ours = ([json.loads(line) for line in run.communicate()[0].splitlines()] for run in runs)
    bad = abs(len(truth) - len(ours))
    if bad:
        print(f"{script}: {len(truth)} statements in redis-py, {len(ours)} in ours")
    for number, (t, o) in enumerate(zip(truth, ours), 1):
        found = differ(t, o, "\n# The commands differ:" not in "\n" + source)
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
    parser.add_argument("-v", "--verbose", action="store_true", help="show what agrees, too")
    parser.add_argument("--say", choices=["real", "own"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("scripts", nargs="+", type=pathlib.Path, metavar="SCRIPT")
    args = parser.parse_args()
    if args.say:
        say(args.say, args.port, args.scripts[0].read_text())
        return
    if not args.server:
        parser.error("no server: give --server PATH, or set ORACLE_REDIS_SERVER")
    statements = bad = 0
    for script in args.scripts:
        counted = compare(args.server, script, args.verbose)
        statements, bad = statements + counted[0], bad + counted[1]
    print(f"{statements} statements in {len(args.scripts)} scripts, {bad} differ")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
