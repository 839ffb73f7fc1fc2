"""What CPython with redis-py and a real Redis says to a script: one JSON object a top-level statement.

    python python.py SCRIPT PORT

The script is split as `ast` splits it (`a = 1; b = 2` are two statements), and each is compiled as the
interactive prompt compiles it, so that the value of an expression is echoed by its repr. A statement that
raises does not end the script; `sys.exit()` does. Warnings are not recorded. A line holds

    input     the statement's source, decorators included
    output    what it wrote to standard output, echo included
    error     null, or {"type": "redis.exceptions.ResponseError", "message": "..."}
    commands  the commands that went over the wire, as lists of strings (bytes that are not UTF-8 as \\xNN),
              a connection's own set-up left out; null throughout where the script begins with the comment
              `# The commands differ:` and the reason

`redis` and `r = redis.Redis()` stand ready, and every connection to any port of this machine reaches the
server at PORT.
"""
import ast
import contextlib
import io
import json
import sys
import threading
import warnings


def commands_in(data: bytes):
    """The commands in a run of RESP requests, each a list of strings."""
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
    """The number behind the `*` or `$` at `position`, and where the next line starts."""
    end = data.index(b"\r\n", position)
    return int(data[position + 1 : end]), end + 2


def redis_on(port: int, log: list):
    """redis-py, with every connection led to `port` and every command that leaves it appended to `log`."""
    import redis
    from redis.connection import AbstractConnection, Connection

    create = Connection.__init__
    set_up = AbstractConnection.on_connect_check_health
    send = AbstractConnection.send_packed_command
    setting_up = threading.local()  # a thread's own: another may be sending meanwhile

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

    Connection.__init__ = create_on_port
    AbstractConnection.on_connect_check_health = unrecorded_set_up
    AbstractConnection.send_packed_command = recorded_send
    return redis


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
    """The text without the place where this Python is installed, which differs from machine to machine."""
    return text.replace(sys.prefix, "<python>").replace(sys.base_prefix, "<python>")


def run_statement(statement: ast.stmt, names: dict):
    """Runs one statement; what it wrote, and the error it raised if any."""
    written, error = io.StringIO(), None
    with contextlib.redirect_stdout(written):
        try:
            exec(compile(ast.Interactive([statement]), "<stdin>", "single"), names)
        except BaseException as raised:  # the script's own error is what is recorded here
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
