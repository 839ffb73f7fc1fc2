"""Runs a script in CPython with redis-py and a real Redis, and prints a JSON object for each top-level statement.

    python python.py SCRIPT PORT

The script is split by `ast` (`a = 1; b = 2` are two statements). Each statement is compiled as at the
interactive prompt, which echoes the repr of an expression's value. A statement that raises an error does not end the
script, but `sys.exit()` does. Warnings are not recorded. The fields of an object are

    input     the statement's source, with its decorators
    output    the text that it wrote to standard output, with its echo
    error     null, or {"type": "redis.exceptions.ResponseError", "message": "..."}
    commands  the commands that were sent, as lists of strings (bytes that are not UTF-8 as \\xNN), without
              a connection's setup commands. null for all statements if the script begins with the
              comment `# The commands differ:` and the reason

`redis` and `r = redis.Redis()` are defined. All connections go to the server at PORT.
"""
import ast
import contextlib
import io
import json
import sys
import threading
import warnings


def commands_in(data: bytes):
    """Yields the commands in a sequence of RESP requests, each as a list of strings."""
    position = 0
    while position < len(data):
        head, position = number_at(data, position)
        words = []
        for _ in range(head):
            length, position = number_at(data, position)
            words.append(data[position : position + length].decode("utf-8", "backslashreplace"))
            position += length + 2
        yield words


def number_at(data: bytes, position: int):
    """Returns the number after the `*` or `$` at `position`, and the offset of the next line."""
    end = data.index(b"\r\n", position)
    return int(data[position + 1 : end]), end + 2


def redis_on(port: int, log: list):
    """Returns redis-py, modified so that all connections go to `port` and all sent commands are appended to `log`."""
    import redis
    from redis.connection import AbstractConnection, Connection

    create = Connection.__init__
    set_up = AbstractConnection.on_connect_check_health
    send = AbstractConnection.send_packed_command
    setting_up = threading.local()  # per thread, since another thread may be sending

    def create_on_port(self, host="localhost", **settings):
        create(self, host="127.0.0.1", **{**settings, "port": port})

    def unrecorded_set_up(self, *args, **settings):
        setting_up.depth = getattr(setting_up, "depth", 0) + 1
        try:
            return set_up(self, *args, **settings)
        finally:
            setting_up.depth -= 1

    def recorded_send(self, command, check_health=True):
        parts = [command] if isinstance(command, (bytes, str)) else list(command)
        data = b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in parts)
        if not getattr(setting_up, "depth", 0):
            log.extend(commands_in(data))
        return send(self, parts, check_health)

    redirect_asyncio(port, log)
    Connection.__init__ = create_on_port
    AbstractConnection.on_connect_check_health = unrecorded_set_up
    AbstractConnection.send_packed_command = recorded_send
    return redis


def redirect_asyncio(port: int, log: list):
    """Does for redis.asyncio what `redis_on` does for redis."""
    import contextvars

    from redis.asyncio.connection import AbstractConnection, Connection

    create = Connection.__init__
    set_up = AbstractConnection.on_connect_check_health
    send = AbstractConnection.send_packed_command
    setting_up = contextvars.ContextVar("setting_up", default=False)  # per task

    def create_on_port(self, *, host="localhost", **settings):
        create(self, host="127.0.0.1", **{**settings, "port": port})

    async def unrecorded_set_up(self, *args, **settings):
        token = setting_up.set(True)
        try:
            return await set_up(self, *args, **settings)
        finally:
            setting_up.reset(token)

    async def recorded_send(self, command, check_health=True):
        parts = [command] if isinstance(command, (bytes, str)) else list(command)
        if not setting_up.get():
            log.extend(commands_in(b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in parts)))
        return await send(self, parts, check_health)

    Connection.__init__ = create_on_port
    AbstractConnection.on_connect_check_health = unrecorded_set_up
    AbstractConnection.send_packed_command = recorded_send


def qualified_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def source_of(source: str, statement: ast.stmt) -> str:
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    if first == statement.lineno:
        return ast.get_source_segment(source, statement)
    above = source.splitlines()[first - 1 : statement.lineno - 1]
    return "\n".join([*above, ast.get_source_segment(source, statement)])


def without_paths(text: str) -> str:
    """Masks the paths where this Python is installed, because they differ between machines."""
    return text.replace(sys.prefix, "<python>").replace(sys.base_prefix, "<python>")


def run_statement(statement: ast.stmt, names: dict):
    """Runs a statement. Returns its output and the error that it raised, if any."""
    written, error = io.StringIO(), None
    with contextlib.redirect_stdout(written):
        try:
            exec(compile(ast.Interactive([statement]), "<stdin>", "single"), names)
        except BaseException as raised:  # an error of the script is part of the recording
            error = {"type": qualified_name(raised), "message": without_paths(str(raised))}
    return without_paths(written.getvalue()), error


def main() -> None:
    script, port = sys.argv[1], int(sys.argv[2])
    with open(script, encoding="utf-8") as file:
        source = file.read()
    warnings.simplefilter("ignore")
    log: list = []
    redis = redis_on(port, log)
    names = {"__name__": "__console__", "redis": redis, "r": redis.Redis()}
    names["r"].ping()
    compares_commands = not source.startswith("# The commands differ:")
    for statement in ast.parse(source).body:
        log.clear()
        output, error = run_statement(statement, names)
        commands = list(log) if compares_commands else None
        record = {"input": source_of(source, statement), "output": output, "error": error, "commands": commands}
        sys.__stdout__.write(json.dumps(record, ensure_ascii=False) + "\n")
        sys.__stdout__.flush()
        if error and error["type"] == "SystemExit":
            break


if __name__ == "__main__":
    main()
