"""Pipelines and transactions of asyncio clients."""

import asyncio

from redis import pipeline
from redis.asyncio.client import Redis
from redis.client import EMPTY_RESPONSE
from redis.exceptions import ConnectionError, ExecAbortError, RedisError, ResponseError, WatchError
from redis.pipeline import _annotated, _changed_connection


class Pipeline(Redis):
    """Collects commands, and sends them together.

        async with r.pipeline(transaction=True) as pipe:
            replies = await pipe.set('a', 1).incr('a').execute()
    """

    __module__ = "redis.asyncio.client"

    UNWATCH_COMMANDS = {"DISCARD", "EXEC", "UNWATCH"}

    def __init__(self, connection_pool, response_callbacks, transaction, shard_hint):
        self.connection_pool = connection_pool
        self.connection = None
        self.response_callbacks = response_callbacks
        self.is_transaction = transaction
        self.shard_hint = shard_hint
        self.watching = False
        self.command_stack = []
        self.scripts = set()
        self.explicit_transaction = False

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc_value, traceback):
        await self.reset()

    def __await__(self):
        return self._async_self().__await__()

    async def _async_self(self):
        return self

    # These methods wait for nothing, so both kinds of pipelines have the same.
    __len__ = pipeline.Pipeline.__len__
    __bool__ = pipeline.Pipeline.__bool__
    multi = pipeline.Pipeline.multi
    execute_command = pipeline.Pipeline.execute_command
    pipeline_execute_command = pipeline.Pipeline.pipeline_execute_command
    raise_first_error = pipeline.Pipeline.raise_first_error

    async def reset(self):
        """Removes the commands, stops watching, and releases the connection."""
        self.command_stack = []
        self.scripts = set()
        try:
            if self.watching and self.connection:
                try:
                    await self.connection.send_command("UNWATCH")
                    await self.connection.read_response()
                except (ConnectionError, asyncio.CancelledError) as error:
                    await self.connection.disconnect()
                    if not isinstance(error, ConnectionError):
                        raise
        finally:
            self.watching = False
            self.explicit_transaction = False
            connection, self.connection = self.connection, None
            if connection:
                await asyncio.shield(self.connection_pool.release(connection))

    async def aclose(self):
        """Removes the commands and releases the connection."""
        await self.reset()

    # --- collecting commands ---

    async def watch(self, *names):
        """Watches keys: the transaction runs only if none of them changes. Commands run at once until multi."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        return await self.execute_command("WATCH", *names)

    async def unwatch(self):
        """Stops watching keys."""
        return self.watching and await self.execute_command("UNWATCH") or True

    async def discard(self):
        """Sends DISCARD, or collects it."""
        await self.execute_command("DISCARD")

    async def immediate_execute_command(self, *args, **options):
        """Runs a command at once on this pipeline's connection."""
        connection = await self._own_connection()

        async def fail(error, failures):
            await connection.disconnect(error=error, failure_count=failures)
            if self.watching:
                await self.reset()
                raise _changed_connection(error)

        return await connection.retry.call_with_retry(
            lambda: self._send_command_parse_response(connection, args[0], *args, **options),
            fail,
            with_failure_count=True,
        )

    async def _own_connection(self):
        if not self.connection:
            self.connection = await self.connection_pool.get_connection()
        return self.connection

    async def parse_response(self, connection, command_name, **options):
        """Reads the reply to a command from a connection, and converts it."""
        reply = await super().parse_response(connection, command_name, **options)
        if command_name in self.UNWATCH_COMMANDS:
            self.watching = False
        elif command_name == "WATCH":
            self.watching = True
        return reply

    # --- executing commands ---

    async def execute(self, raise_on_error=True):
        """Sends the collected commands. Returns the list of their replies.

        Raises the first error among the replies, or with `raise_on_error=False` includes all errors in the list.
        """
        commands = self.command_stack
        if not commands and not self.watching:
            return []
        is_transaction = self.is_transaction or self.explicit_transaction
        run = self._execute_transaction if is_transaction else self._execute_pipeline
        connection = await self._own_connection()

        async def fail(error, failures):
            await connection.disconnect(error=error, failure_count=failures)
            if self.watching:
                raise _changed_connection(error)

        try:
            return await connection.retry.call_with_retry(
                lambda: run(connection, commands, raise_on_error), fail, with_failure_count=True
            )
        finally:
            await self.reset()

    async def _execute_transaction(self, connection, commands, raise_on_error):
        sent = [args for args, options in commands if EMPTY_RESPONSE not in options]
        await connection.send_packed_command(connection.pack_commands([("MULTI",), *sent, ("EXEC",)]))
        refused = await self._read_queue_replies(connection, commands)
        try:
            replies = await self._convert_reply(await connection.read_response(), "EXEC", {})
        except ExecAbortError as error:
            if refused:
                raise refused[0][1] from error
            raise
        self.watching = False
        if replies is None:
            raise WatchError("Watched variable changed.") from None
        for index, error in refused:
            replies.insert(index, error)
        if len(replies) != len(commands):
            await connection.disconnect()
            raise ResponseError("Wrong number of response items from pipeline execution") from None
        if raise_on_error:
            self.raise_first_error(commands, replies)
        return [
            reply if isinstance(reply, Exception) else await self._convert_reply(reply, args[0], options)
            for reply, (args, options) in zip(replies, commands)
        ]

    async def _read_queue_replies(self, connection, commands):
        """Reads the replies to MULTI and the queued commands. Returns the errors, each with its index in the result."""
        refused = []
        try:
            await self.parse_response(connection, "_")
        except ResponseError as error:
            refused.append((0, error))
        for index, (args, options) in enumerate(commands):
            if EMPTY_RESPONSE in options:
                refused.append((index, options[EMPTY_RESPONSE]))
                continue
            try:
                await self.parse_response(connection, "_")
            except ResponseError as error:
                self.annotate_exception(error, index + 1, args)
                refused.append((index, error))
        return refused

    async def _execute_pipeline(self, connection, commands, raise_on_error):
        await connection.send_packed_command(connection.pack_commands([args for args, _ in commands]))
        replies = []
        for args, options in commands:
            try:
                replies.append(await self.parse_response(connection, args[0], **options))
            except ResponseError as error:
                replies.append(error)
        if raise_on_error:
            self.raise_first_error(commands, replies)
        return replies

    def annotate_exception(self, exception, number, command):
        """Adds to an error's message which command of the pipeline caused it."""
        exception.args = (_annotated(number, command, exception.args), *exception.args[1:])

    async def load_scripts(self):
        """Does nothing, because there are no scripts."""
