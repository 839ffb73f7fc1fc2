"""Pipelines: commands that are collected and sent together, with or without a transaction."""

from redis.client import EMPTY_RESPONSE, Redis
from redis.exceptions import ConnectionError, ExecAbortError, RedisError, ResponseError, WatchError


class Pipeline(Redis):
    """Collects commands and sends them with `execute`. Each method returns the pipeline, so calls can be chained.

    After `watch`, commands run immediately and return their replies, until `multi` starts collecting again. If a
    watched key was changed before `execute`, no command runs and WatchError is raised.
    """

    __module__ = "redis.client"

    UNWATCH_COMMANDS = {"DISCARD", "EXEC", "UNWATCH"}

    def __init__(self, connection_pool, response_callbacks, transaction, shard_hint):
        self.connection_pool = connection_pool
        self.connection = None
        self.response_callbacks = response_callbacks
        self._known = response_callbacks.known
        self.transaction = transaction
        self.shard_hint = shard_hint
        self.watching = False
        self.command_stack = []
        self.scripts = set()
        self.explicit_transaction = False

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.reset()

    def __del__(self):
        try:
            self.reset()
        except Exception:
            pass

    def __len__(self):
        return len(self.command_stack)

    def __bool__(self):
        """Returns True even for an empty pipeline."""
        return True

    def reset(self):
        """Removes the commands, stops watching, and releases the connection."""
        self.command_stack = []
        self.scripts = set()
        if self.watching and self.connection:
            try:
                self.connection.send_command("UNWATCH")
                self.connection.read_response()
            except ConnectionError:
                self.connection.disconnect()
        self.watching = False
        self.explicit_transaction = False
        if self.connection:
            self.connection_pool.release(self.connection)
            self.connection = None

    def close(self):
        """Removes the commands and releases the connection."""
        self.reset()

    # --- collecting commands ---

    def multi(self):
        """Collects the following commands for a transaction, after watch."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue nested calls to MULTI")
        if self.command_stack:
            raise RedisError("Commands without an initial WATCH have already been issued")
        self.explicit_transaction = True

    def watch(self, *names):
        """Watches keys: the transaction runs only if none of them changes. Commands run immediately until multi."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        return self.execute_command("WATCH", *names)

    def unwatch(self):
        """Stops watching keys."""
        return self.watching and self.execute_command("UNWATCH") or True

    def discard(self):
        """Sends DISCARD, or collects it."""
        self.execute_command("DISCARD")

    def execute_command(self, *args, **kwargs):
        """Collects a command, or runs it immediately while keys are watched."""
        if (self.watching or args[0] == "WATCH") and not self.explicit_transaction:
            return self.immediate_execute_command(*args, **kwargs)
        return self.pipeline_execute_command(*args, **kwargs)

    def pipeline_execute_command(self, *args, **options):
        """Collects a command."""
        self.command_stack.append((args, options))
        return self

    def immediate_execute_command(self, *args, **options):
        """Runs a command immediately on this pipeline's connection."""
        connection = self._own_connection()

        def attempt():
            connection.send_command(*args)
            return self.parse_response(connection, args[0], **options)

        def fail(error):
            connection.disconnect()
            if self.watching:
                self.reset()
                raise _changed_connection(error)

        return connection.retry.call_with_retry(attempt, fail)

    def _own_connection(self):
        if self.connection is None:
            self.connection = self.connection_pool.get_connection()
        return self.connection

    def parse_response(self, connection, command_name, **options):
        """Reads the reply to a command from a connection, and converts it."""
        reply = Redis.parse_response(self, connection, command_name, **options)
        if command_name in self.UNWATCH_COMMANDS:
            self.watching = False
        elif command_name == "WATCH":
            self.watching = True
        return reply

    # --- executing commands ---

    def execute(self, raise_on_error=True):
        """Sends the collected commands. Returns the list of their replies.

        Raises the first error among the replies, or with `raise_on_error=False` includes all errors in the list.
        """
        commands = self.command_stack
        if not commands and not self.watching:
            return []
        run = self._execute_transaction if self.transaction or self.explicit_transaction else self._execute_pipeline
        connection = self._own_connection()

        def fail(error):
            connection.disconnect()
            if self.watching:
                raise _changed_connection(error)

        try:
            return connection.retry.call_with_retry(lambda: run(connection, commands, raise_on_error), fail)
        finally:
            self.reset()

    def _execute_transaction(self, connection, commands, raise_on_error):
        sent = [args for args, options in commands if EMPTY_RESPONSE not in options]
        connection.send_packed_command(connection.pack_commands([("MULTI",), *sent, ("EXEC",)]))
        refused = self._read_queue_replies(connection, commands)
        try:
            replies = self._convert_reply(connection.read_response(), "EXEC", {})
        except ExecAbortError:
            if refused:
                raise refused[0][1] from None
            raise
        self.watching = False
        if replies is None:
            raise WatchError("Watched variable changed.")
        for index, error in refused:
            replies.insert(index, error)
        if len(replies) != len(commands):
            connection.disconnect()
            raise ResponseError("Wrong number of response items from pipeline execution")
        if raise_on_error:
            self.raise_first_error(commands, replies)
        return [
            reply if isinstance(reply, Exception) else self._convert_reply(reply, args[0], options)
            for reply, (args, options) in zip(replies, commands)
        ]

    def _read_queue_replies(self, connection, commands):
        """Reads the replies to MULTI and the queued commands. Returns the errors, each with its index in the result."""
        refused = []
        try:
            connection.read_response()
        except ResponseError as error:
            refused.append((0, error))
        for index, (args, options) in enumerate(commands):
            if EMPTY_RESPONSE in options:
                refused.append((index, options[EMPTY_RESPONSE]))
                continue
            try:
                connection.read_response()
            except ResponseError as error:
                self.annotate_exception(error, index + 1, args)
                refused.append((index, error))
        return refused

    def _execute_pipeline(self, connection, commands, raise_on_error):
        connection.send_packed_command(connection.pack_commands([args for args, _ in commands]))
        replies = []
        for args, options in commands:
            try:
                replies.append(self.parse_response(connection, args[0], **options))
            except ResponseError as error:
                replies.append(error)
        if raise_on_error:
            self.raise_first_error(commands, replies)
        return replies

    def raise_first_error(self, commands, response):
        """Raises the first error among the replies. Its message names the command."""
        for index, reply in enumerate(response):
            if isinstance(reply, ResponseError):
                self.annotate_exception(reply, index + 1, commands[index][0])
                raise reply

    def annotate_exception(self, exception, number, command):
        """Adds to an error's message which command of the pipeline caused it."""
        exception.args = (_annotated(number, command, exception.args[0]), *exception.args[1:])

    def load_scripts(self):
        """Does nothing, because there are no scripts."""


def _changed_connection(error):
    return WatchError(f"A {type(error).__name__} occurred while watching one or more keys")


def _annotated(number, command, cause):
    """Returns the message of an error with the number and the words of the command that caused it."""
    words = " ".join(_as_text(word) for word in command)
    return f"Command # {number} ({_shorten(words)}) of pipeline caused error: {cause}"


def _as_text(word):
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def _shorten(text, width=100):
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    from textwrap import shorten

    return shorten(text, width=width, placeholder="...", break_long_words=True)
