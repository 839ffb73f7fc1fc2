"""Implements the native module `_wire` over real sockets, to run redis-tutor's `redis` package in CPython on a real Redis.

    import wire_over_sockets
    wire_over_sockets.install(port=6379)     # all connections go to this local port
    import redis                             # with crates/python-kernel/src/redis_package first on sys.path

`install` makes this module importable as `_wire`. If `sent` is a list, each sent command is appended to it as a list of
strings (bytes that are not UTF-8 as \\xNN), except for a connection's setup commands.
"""

import select
import socket
import sys
import time

sent = None
_to_port = None
_connections = {}


class TimedOut(Exception):
    """No reply arrived within the timeout."""


class Closed(Exception):
    """The server has closed the connection. Raised before sending a command if the end of the connection is already
    known."""


class Unencodable(TypeError):
    """A command contains an element that cannot be encoded, which is `args[0]`."""


class ErrorReply(Exception):
    """An error reply. `args[0]` is its message."""


class Push(list):
    """A RESP3 push message."""


class _Stream:
    """A socket, and the bytes read from it that have not been parsed yet."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = bytearray()
        self.ended = False

    def receive(self, deadline):
        if self.ended:
            raise Closed("Connection closed by server.")
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([self.sock], [], [], wait)[0]:
            raise TimedOut("timed out")
        try:
            data = self.sock.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            raise Closed("Connection closed by server.")
        self.buffer += data

    def is_closed(self):
        """Returns whether the server has closed the connection and nothing is left to read."""
        if not self.buffer and not self.ended and select.select([self.sock], [], [], 0)[0]:
            try:
                self.receive(time.monotonic())
            except (Closed, TimedOut):
                pass
        return self.ended and not self.buffer


class _Incomplete(Exception):
    pass


class _Parser:
    """A parser of the first reply in a buffer. Raises _Incomplete if the reply is incomplete. Does not change the
    buffer."""

    def __init__(self, buffer, encoding):
        self.buffer, self.encoding, self.at = buffer, encoding, 0

    def line(self):
        end = self.buffer.find(b"\r\n", self.at)
        if end < 0:
            raise _Incomplete
        line = bytes(self.buffer[self.at : end])
        self.at = end + 2
        return line

    def bulk(self, length):
        end = self.at + length
        if len(self.buffer) < end + 2:
            raise _Incomplete
        data = bytes(self.buffer[self.at : end])
        self.at = end + 2
        return data

    def text(self, data):
        return data if self.encoding is None else data.decode(self.encoding)

    def many(self, count):
        return [self.reply() for _ in range(count)]

    def reply(self):
        line = self.line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return self.text(rest)
        if kind == b"-":
            return ErrorReply(rest.decode("utf-8", "replace"))
        if kind in b":(":
            return int(rest)
        if kind == b"_" or rest == b"-1":
            return None
        if kind == b"$":
            return self.text(self.bulk(int(rest)))
        if kind == b"=":
            return self.text(self.bulk(int(rest))[4:])
        if kind == b"!":
            return ErrorReply(self.bulk(int(rest)).decode("utf-8", "replace"))
        if kind == b",":
            return float(rest)
        if kind == b"#":
            return rest == b"t"
        if kind in b"*~":
            return self.many(int(rest))
        if kind == b">":
            return Push(self.many(int(rest)))
        if kind == b"%":
            pairs = [(self.reply(), self.reply()) for _ in range(int(rest))]
            try:
                return dict(pairs)
            except TypeError:
                return pairs
        raise AssertionError(f"unknown type of reply: {line!r}")


def _shown(word):
    return bytes(word).decode("utf-8", "backslashreplace")


def _record(data):
    """Appends the commands in `data` to the list `sent`."""
    parser = _Parser(data, None)
    while parser.at < len(data):
        sent.append([_shown(word) for word in parser.reply()])


def _bytes_of(element, encoding, errors):
    if type(element) in (bytes, bytearray, memoryview):
        return bytes(element)
    if type(element) is str:
        return element.encode(encoding, errors)
    if type(element) in (int, float):
        return repr(element).encode()
    raise Unencodable(element)


def pack_with(command, encoding, errors):
    first, rest = command[0], command[1:]
    words = first.split() if type(first) is str else [first]
    out = [b"*%d\r\n" % (len(words) + len(rest))]
    for element in (*words, *rest):
        data = _bytes_of(element, encoding, errors)
        out.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(out)


def pack(command):
    return pack_with(command, "utf-8", "strict")


def open(host, port, commands):
    try:
        sock = socket.create_connection((("127.0.0.1" if _to_port else host), _to_port or port), 5)
    except OSError as error:
        number, text = error.args if len(error.args) == 2 else (error.args, error)
        raise ConnectionRefusedError(f"Error {number} connecting to {host}:{port}. {text}.") from None
    sock.settimeout(None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = sock.fileno()
    _connections[connection] = _Stream(sock)
    replies = []
    for command in commands:
        sock.sendall(pack(command))
        replies.append(read(connection, 5, None))
    return connection, replies


def call(connection, command, timeout, encoding):
    if not isinstance(connection, int):
        raise TypeError("a connection must be an int")
    send(connection, pack(command))
    return read(connection, timeout, encoding)


def send(connection, data):
    stream = _connections[connection]
    if stream.is_closed():
        raise Closed("Connection closed by server.")
    if sent is not None:
        _record(data)
    try:
        stream.sock.sendall(data)
    except OSError:
        raise Closed("Connection closed by server.") from None


def read(connection, timeout, encoding):
    stream = _connections[connection]
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        parser = _Parser(stream.buffer, encoding)
        try:
            reply = parser.reply()
        except _Incomplete:
            stream.receive(deadline)
            continue
        except UnicodeDecodeError:
            stream.buffer.clear()
            raise
        del stream.buffer[: parser.at]
        return reply


def execute(client, known, idle, command, options):
    """Runs a command. Unlike the native module, it has no fast path, but the results are the same."""
    return client._execute_with_retries(command, options)


def pending(connection):
    return bool(_connections[connection].buffer)


def close(connection):
    stream = _connections.pop(connection, None)
    if stream is not None:
        stream.sock.close()


def now():
    return time.time()


def sleep(seconds):
    time.sleep(seconds)


def shuffled(items):
    return set(items)


def install(port=None):
    """Makes this module importable as `_wire`. If a port is given, all connections go to that port on this machine."""
    global _to_port
    _to_port = port
    sys.modules["_wire"] = sys.modules[__name__]
