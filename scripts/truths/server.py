"""Starts a private Redis server on a free local port for the duration of a `with` block."""
import contextlib
import socket
import subprocess
import tempfile
import time

START_DEADLINE_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers_as(port: int, pid: int) -> bool:
    """Returns whether the process `pid` is the server at `port`, and not another server that took the port first."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
        connection.sendall(b"INFO server\r\n")
        return f"\r\nprocess_id:{pid}\r\n".encode() in connection.recv(65536)
    return False


@contextlib.contextmanager
def private_server(path: str, debug: bool = False):
    """Yields the port of a fresh, empty server with Redis's default settings and without persistence.

    With `debug`, local clients can send DEBUG.
    """
    options = ["--enable-debug-command", "local"] if debug else []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(5):
            port = free_port()
            server = subprocess.Popen(
                [path, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home, *options],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                deadline = time.monotonic() + START_DEADLINE_SECONDS
                while server.poll() is None and time.monotonic() < deadline:
                    if answers_as(port, server.pid):
                        yield port
                        return
                    time.sleep(0.005)
            finally:
                server.terminate()
                server.wait()
        raise RuntimeError(f"{path} did not start on any of five ports")
