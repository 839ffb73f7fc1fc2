"""Sets ORACLE_PYTHON and the other paths of the real programs. Runs scripts/oracle_setup if necessary."""
import os
import shlex
import subprocess
from pathlib import Path

SETUP = Path(__file__).resolve().parent.parent / "oracle_setup"


def set_up() -> None:
    if "ORACLE_PYTHON" in os.environ and "ORACLE_REDIS_CLI" in os.environ:
        return
    printed = subprocess.run([SETUP], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in printed.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        os.environ[name] = shlex.split(value)[0]
