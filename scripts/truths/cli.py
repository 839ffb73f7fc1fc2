"""What `redis-cli --no-raw` prints for lines that are piped to it, on a fresh server.

The one thing masked is the connection's own number in HELLO's reply, which becomes `N`.
"""
import os
import re
import subprocess
import tempfile

CONNECTION_ID = rb'("id"(?: => |\n *\d+\) )\(integer\) )\d+'


def record(redis_cli: str, script: bytes, port: int) -> bytes:
    with tempfile.TemporaryDirectory() as home:  # neither a settings file nor a history of whoever records
        done = subprocess.run(
            [redis_cli, "--no-raw", "-p", str(port)],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"},
            timeout=60,
        )
    return re.sub(CONNECTION_ID, rb"\1N", done.stdout)
