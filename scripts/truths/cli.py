"""Records the output of `redis-cli --no-raw` for lines that are piped to it, on a fresh server.

The connection's ID in the reply to HELLO is replaced by `N`. Nothing else is masked.
"""
import os
import re
import subprocess
import tempfile

CONNECTION_ID = rb'("id"(?: => |\n *\d+\) )\(integer\) )\d+'


def record(redis_cli: str, script: bytes, port: int) -> bytes:
    with tempfile.TemporaryDirectory() as home:  # without the settings and history of the user
        done = subprocess.run(
            [redis_cli, "--no-raw", "-p", str(port)],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"},
            timeout=60,
        )
    return re.sub(CONNECTION_ID, rb"\1N", done.stdout)
