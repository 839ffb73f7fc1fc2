"""Records the raw replies of a fresh server to a script of commands, over one connection or several.

The lines of a script:

    # a comment; empty lines are ignored as well
    SET key "two words\\r\\n"    a command of the current client, quoted as at redis-cli's prompt
    @client NAME               makes NAME the current client, and connects it if it is new; the first client is `main`
    @proto 2|3                 switches the current client to RESP2 or RESP3 (HELLO, whose reply is not shown)
    @close                     closes the connection of the current client from the client's side
    @wait MILLISECONDS         waits
    @debug                     allows DEBUG, from the start of the server
    @deadline                  waits until the next deadline of a blocked client
    @unordered COMMAND...      for a reply in any order: shows its elements sorted
    @shape COMMAND...          for a reply whose values differ from run to run: shows only its types

The recording repeats each line except comments after `> `, followed by the reply, with one line for each line of
the protocol, without its CRLF. The bytes of a bulk string are always a single line: `\\r`, `\\n`, `\\t`, `\\\\`
and `\\xNN` stand for bytes that are not printable ASCII. Other lines are

    (blocked)                  the client is blocked and has not received a reply
    (no reply)                 the command was executed and has no reply
    (closed)                   the server has closed the connection
    NAME: ...                  a message or reply that another client has received, with the
                               clients in the order in which they connected

In a command, the word `{id:NAME}` stands for the id that the server gave to client NAME.

`@shape` shows values as `:N`, `,N`, `+...`, `$...`. `@unordered` sorts the elements of each array, set
and map by their text, except for one that contains both single values and arrays (such as SCAN's cursor and keys).
"""
import re
import select
import socket
import time

ALLOW_DEBUG = "@debug"
SETTLE_DEADLINE_SECONDS = 20
FREED_IN_BACKGROUND = ("flushall", "flushdb")  # the server blocks the client for a moment and then replies
AGGREGATES = b"*~>%|"
WITH_BYTES = b"$=!"


class Closed(Exception):
    pass


class Incomplete(Exception):
    pass


def split_words(line: str) -> list:
    """Splits a line into words according to redis-cli's quoting rules. The words are bytes."""
    words, text, at = [], line.encode(), 0
    while True:
        while at < len(text) and text[at : at + 1].isspace():
            at += 1
        if at == len(text):
            return words
        word, at = one_word(text, at)
        words.append(word)


def one_word(text: bytes, at: int):
    word = bytearray()
    while at < len(text) and not text[at : at + 1].isspace():
        quote = text[at : at + 1]
        if quote not in (b'"', b"'"):
            word += quote
            at += 1
            continue
        at += 1
        while text[at : at + 1] != quote:
            if at >= len(text):
                raise ValueError(f"unbalanced quotes: {text.decode()}")
            piece, at = quoted_byte(text, at, quote)
            word += piece
        at += 1
        if at < len(text) and not text[at : at + 1].isspace():
            raise ValueError(f"a closing quote must end its word: {text.decode()}")
    return bytes(word), at


def quoted_byte(text: bytes, at: int, quote: bytes):
    if quote == b"'":
        return (b"'", at + 2) if text[at : at + 2] == b"\\'" else (text[at : at + 1], at + 1)
    if text[at : at + 1] != b"\\":
        return text[at : at + 1], at + 1
    hexadecimal = re.match(rb"\\x([0-9a-fA-F]{2})", text[at:])
    if hexadecimal:
        return bytes.fromhex(hexadecimal[1].decode()), at + 4
    escaped = text[at + 1 : at + 2]
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}.get(escaped, escaped), at + 2


def escaped(data: bytes) -> str:
    named = {0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}
    return "".join(named.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}") for b in data)


class Frame:
    """A raw reply: its first line, and the bytes or the nested replies after it."""

    def __init__(self, head: bytes, body=None, inside=()):
        self.head, self.body, self.inside = head, body, list(inside)

    @staticmethod
    def parse(data: bytes, at: int = 0):
        """Returns the reply at an offset, and the offset of the next one."""
        end = data.find(b"\r\n", at)
        if end < 0:
            raise Incomplete
        head, kind, at = data[at:end], data[at : at + 1], end + 2
        if kind in WITH_BYTES and head[1:2] != b"-":
            length = int(head[1:])
            if len(data) < at + length + 2:
                raise Incomplete
            return Frame(head, body=data[at : at + length]), at + length + 2
        inside = []
        if kind in AGGREGATES and head[1:2] != b"-":
            for _ in range(int(head[1:]) * (2 if kind in b"%|" else 1)):
                frame, at = Frame.parse(data, at)
                inside.append(frame)
        return Frame(head, inside=inside), at

    def lines(self) -> list:
        own = [escaped(self.head)] + ([] if self.body is None else [escaped(self.body)])
        return own + [line for frame in self.inside for line in frame.lines()]

    def sorted(self) -> "Frame":
        inside = [frame.sorted() for frame in self.inside]
        if self.head[:1] in b"%|":
            pairs = sorted(zip(inside[::2], inside[1::2]), key=lambda pair: pair[0].lines())
            inside = [frame for pair in pairs for frame in pair]
        elif len({frame.head[:1] in AGGREGATES for frame in inside}) == 1:
            inside.sort(key=Frame.lines)
        return Frame(self.head, self.body, inside)

    def shape(self) -> "Frame":
        kind = self.head[:1]
        if kind in AGGREGATES:
            return Frame(self.head, inside=[frame.shape() for frame in self.inside])
        return Frame(kind + (b"N" if kind in b":,(" else b"..."))


class Client:
    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.received, self.waiting, self.closed = b"", False, False
        self.id = int(self.ask(b"CLIENT", b"ID").head[1:])
        self.commands_before = 0

    def send(self, words: list) -> None:
        request = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        self.socket.sendall(request)

    def ask(self, *words: bytes) -> Frame:
        """Sends a command that is not part of the script, and returns its reply."""
        self.send(list(words))
        while True:
            try:
                frame, end = Frame.parse(self.received)
                self.received = self.received[end:]
                return frame
            except Incomplete:
                self.receive()
                if self.closed:
                    raise Closed from None

    def receive(self) -> None:
        try:
            piece = self.socket.recv(1 << 20)
        except ConnectionResetError:
            piece = b""
        self.closed = not piece
        self.received += piece

    def receive_what_is_there(self) -> None:
        while not self.closed and select.select([self.socket], [], [], 0)[0]:
            self.receive()

    def take_frames(self) -> list:
        """Returns all replies that have arrived. If the last one is incomplete, waits for the rest of it."""
        self.receive_what_is_there()
        frames, at = [], 0
        while at < len(self.received):
            try:
                frame, at = Frame.parse(self.received, at)
                frames.append(frame)
            except Incomplete:
                self.receive()
        self.received = b""
        if frames:
            self.waiting = False
        return frames


class Recorder:
    def __init__(self, port: int):
        self.port = port
        self.control = Client(port)  # for the recorder's own commands
        self.clients = {"main": Client(port)}
        self.current = "main"
        self.lines: list = []

    def status(self, client: Client) -> dict:
        """Returns a client's fields in CLIENT LIST, or an empty dict if the server no longer lists it."""
        listed = self.control.ask(b"CLIENT", b"LIST", b"ID", b"%d" % client.id).body.decode().strip()
        return dict(field.split("=", 1) for field in listed.split(" ")) if listed else {}

    def settle(self, client: Client) -> None:
        """Waits until the client's command has a reply, is blocked, or was executed without a reply.

        The server writes all replies and messages that a command causes before it reads the next command. So after
        the reply to a later command, all of them have arrived in our sockets' buffers."""
        give_up = time.monotonic() + SETTLE_DEADLINE_SECONDS
        while not client.received and not client.closed:
            client.receive_what_is_there()
            status = self.status(client)
            client.waiting = "b" in status.get("flags", "") and status["cmd"] not in FREED_IN_BACKGROUND
            if not status or client.waiting or int(status["tot-cmds"]) > client.commands_before:
                break
            if time.monotonic() > give_up:
                raise TimeoutError("a command has no reply and is not blocked")
        self.control.ask(b"PING")

    def show(self, frames: list, prefix: str = "") -> None:
        self.lines += [prefix + line for frame in frames for line in frame.lines()]

    def show_others(self) -> None:
        for name, client in self.clients.items():
            if name == self.current or client.closed:
                continue
            self.show(client.take_frames(), f"{name}: ")
            if client.closed:
                self.lines.append(f"{name}: (closed)")

    def command(self, words: list, view) -> None:
        client = self.clients[self.current]
        if client.waiting or client.closed:
            raise ValueError(f"{self.current} is blocked or closed and cannot send a command")
        client.commands_before = int(self.status(client)["tot-cmds"])
        numbers = {b"{id:%s}" % name.encode(): b"%d" % other.id for name, other in self.clients.items()}
        client.send([numbers.get(word, word) for word in words])
        self.settle(client)
        frames = client.take_frames()
        self.show([view(frame) for frame in frames])
        if client.closed:
            self.lines.append("(closed)")
        elif not frames:
            self.lines.append("(blocked)" if client.waiting else "(no reply)")
        self.show_others()

    def directive(self, name: str, rest: str) -> None:
        client = self.clients[self.current]
        if name == "@client":
            self.current = rest
            if rest not in self.clients or self.clients[rest].closed:
                self.clients[rest] = Client(self.port)
        elif name == "@proto":
            client.ask(b"HELLO", rest.encode())
        elif name == "@close":
            client.socket.close()
            client.closed = True
            while self.status(client):
                pass
            self.show_others()
        elif name == "@wait":
            time.sleep(int(rest) / 1000)
            self.show_arrived()
        elif name == ALLOW_DEBUG:
            pass  # the server was started with this setting
        elif name == "@deadline":
            waiting = [c.socket for c in self.clients.values() if c.waiting and not c.closed]
            if not select.select(waiting, [], [], SETTLE_DEADLINE_SECONDS)[0]:
                raise TimeoutError("no waiting client reached its deadline")
            self.show_arrived()
        else:
            raise ValueError(f"unknown directive {name}")

    def show_arrived(self) -> None:
        """Shows what all clients, including the current one, received during a wait."""
        self.control.ask(b"PING")
        client = self.clients[self.current]
        if not client.closed:
            self.show(client.take_frames())
        self.show_others()

    def line(self, line: str) -> None:
        self.lines.append(f"> {line}")
        name, _, rest = line.partition(" ")
        views = {"@unordered": Frame.sorted, "@shape": Frame.shape}
        if name in views:
            self.command(split_words(rest), views[name])
        elif name.startswith("@"):
            self.directive(name, rest.strip())
        else:
            self.command(split_words(line), lambda frame: frame)


def record(script: str, port: int) -> str:
    recorder = Recorder(port)
    for number, line in enumerate(script.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            try:
                recorder.line(line)
            except Exception as error:
                raise RuntimeError(f"line {number}: {line}: {error!r}") from error
    return "".join(line + "\n" for line in recorder.lines)
