"""Subscribers and the monitor of asyncio clients."""

import asyncio
import math

import _wire

from redis import pubsub
from redis.commands.arguments import words_of
from redis.commands.helpers import parse_pubsub_subscriptions, pubsub_subscription_args
from redis.exceptions import PubSubError, RedisError
from redis.pubsub import message_of, monitored_command, must_have_handlers
from redis.replies import text
from redis.utils import warn_deprecated


class PubSub:
    """Subscribes to channels and patterns, and reads the messages published there.

        async with r.pubsub() as p:
            await p.subscribe('news')
            async for message in p.listen():
                print(message)
    """

    __module__ = "redis.asyncio.client"

    PUBLISH_MESSAGE_TYPES = ("message", "pmessage", "smessage")
    UNSUBSCRIBE_MESSAGE_TYPES = ("unsubscribe", "punsubscribe", "sunsubscribe")
    HEALTH_CHECK_MESSAGE = "redis-py-health-check"

    # These methods wait for nothing, so both kinds of subscribers have the same.
    _must_be_connected = pubsub.PubSub._must_be_connected
    _normalize_keys = pubsub.PubSub._normalize_keys
    _subscriptions = pubsub.PubSub._subscriptions

    def __init__(
        self,
        connection_pool,
        shard_hint=None,
        ignore_subscribe_messages=False,
        encoder=None,
        push_handler_func=None,
        event_dispatcher=None,
    ):
        self.connection_pool = connection_pool
        self.shard_hint = shard_hint
        self.ignore_subscribe_messages = ignore_subscribe_messages
        self.connection = None
        self.encoder = encoder or connection_pool.get_encoder()
        self.push_handler_func = push_handler_func
        health_check = self.encoder.encode(self.HEALTH_CHECK_MESSAGE)
        if self.encoder.decode_responses:
            self.health_check_response = [["pong", self.HEALTH_CHECK_MESSAGE], self.HEALTH_CHECK_MESSAGE]
        else:
            self.health_check_response = [[b"pong", health_check], health_check]
        self._forget()
        self._lock = asyncio.Lock()

    def _forget(self):
        self.channels = {}
        self.pending_unsubscribe_channels = set()
        self.patterns = {}
        self.pending_unsubscribe_patterns = set()
        self.shard_channels = {}
        self.pending_unsubscribe_shard_channels = set()

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc_value, traceback):
        await self.aclose()

    async def aclose(self):
        """Ends all subscriptions and releases the connection."""
        async with self._lock:
            if self.connection:
                await self.connection.disconnect(nowait=True)
                self.connection.deregister_connect_callback(self.on_connect)
                await self.connection_pool.release(self.connection)
                self.connection = None
            self._forget()

    async def close(self):
        """Ends all subscriptions. The deprecated name of aclose."""
        warn_deprecated("close", "Use aclose() instead", "5.0.1", stacklevel=3)
        await self.aclose()

    async def reset(self):
        """Ends all subscriptions. The deprecated name of aclose."""
        warn_deprecated("reset", "Use aclose() instead", "5.0.1", stacklevel=3)
        await self.aclose()

    @property
    def subscribed(self):
        """Whether there is a subscription."""
        return bool(self.channels or self.patterns or self.shard_channels)

    async def on_connect(self, connection):
        """Subscribes again, after the connection was lost."""
        self.pending_unsubscribe_channels.clear()
        self.pending_unsubscribe_patterns.clear()
        self.pending_unsubscribe_shard_channels.clear()
        for subscriptions, subscribe in (
            (self.channels, self.subscribe),
            (self.patterns, self.psubscribe),
            (self.shard_channels, self.ssubscribe),
        ):
            if subscriptions:
                await subscribe(*pubsub_subscription_args(subscriptions))

    # --- sending commands ---

    async def execute_command(self, *args):
        """Sends a command on this subscriber's connection. The reply arrives as a message."""
        await self.connect()
        await self._execute(
            self.connection, self.connection.send_command, *args, check_health=not self.subscribed
        )

    async def connect(self):
        """Opens the connection, unless it is open."""
        if self.connection is None:
            self.connection = await self.connection_pool.get_connection()
            self.connection.register_connect_callback(self.on_connect)
        else:
            await self.connection.connect()

    async def _execute(self, connection, command, *args, **kwargs):
        async def reconnect(error, failures):
            await connection.disconnect(error=error, failure_count=failures)
            await connection.connect()

        return await connection.retry.call_with_retry(
            lambda: command(*args, **kwargs), reconnect, with_failure_count=True
        )

    async def subscribe(self, *args, **kwargs):
        """Subscribes to channels. A keyword names a channel and the function to call with each of its messages."""
        await self._subscribe("SUBSCRIBE", self.channels, self.pending_unsubscribe_channels, args, kwargs)

    async def psubscribe(self, *args, **kwargs):
        """Subscribes to all channels that match a pattern. A keyword names a pattern and its function."""
        await self._subscribe("PSUBSCRIBE", self.patterns, self.pending_unsubscribe_patterns, args, kwargs)

    async def ssubscribe(self, *args, target_node=None, **kwargs):
        """Subscribes to sharded channels."""
        pending = self.pending_unsubscribe_shard_channels
        await self._subscribe("SSUBSCRIBE", self.shard_channels, pending, args, kwargs)

    async def _subscribe(self, command, subscriptions, pending, args, handlers):
        new = parse_pubsub_subscriptions(args, handlers)
        await self.execute_command(command, *new)
        new = self._normalize_keys(new)
        subscriptions.update(new)
        pending.difference_update(new)

    def unsubscribe(self, *args):
        """Ends the subscription to these channels, or to all."""
        return self._unsubscribe("UNSUBSCRIBE", self.channels, self.pending_unsubscribe_channels, args)

    def punsubscribe(self, *args):
        """Ends the subscription to these patterns, or to all."""
        return self._unsubscribe("PUNSUBSCRIBE", self.patterns, self.pending_unsubscribe_patterns, args)

    def sunsubscribe(self, *args, target_node=None):
        """Ends the subscription to these sharded channels, or to all."""
        return self._unsubscribe(
            "SUNSUBSCRIBE", self.shard_channels, self.pending_unsubscribe_shard_channels, args
        )

    def _unsubscribe(self, command, subscriptions, pending, args):
        names = words_of(args[0], args[1:]) if args else []
        pending.update(self._normalize_keys(dict.fromkeys(names)) if args else subscriptions)
        return self.execute_command(command, *names)

    def ping(self, message=None):
        """Sends a PING. The reply arrives as a message of type 'pong'."""
        return self.execute_command(*(["PING"] if message is None else ["PING", message]))

    # --- reading messages ---

    async def check_health(self):
        """Sends a PING if the last reply is older than the interval of the health check."""
        connection = self._must_be_connected()
        if connection.health_check_interval and asyncio.get_running_loop().time() > connection.next_health_check:
            await connection.send_command("PING", self.HEALTH_CHECK_MESSAGE, check_health=False)

    async def parse_response(self, block=True, timeout=0):
        """Returns the next message as it arrived. With `block=False`, waits at most `timeout` seconds."""
        connection = self._must_be_connected()
        await self.check_health()
        if not connection.is_connected:
            await connection.connect()
        reply = await self._execute(
            connection,
            connection.read_response,
            timeout=math.inf if block else timeout,
            disconnect_on_error=False,
            push_request=True,
        )
        if connection.health_check_interval and reply in self.health_check_response:
            return None
        if self.push_handler_func is not None and type(reply) is _wire.Push:
            reply = self.push_handler_func(reply)
            return await reply if hasattr(reply, "__await__") else reply
        return reply

    async def get_message(self, ignore_subscribe_messages=False, timeout=0.0):
        """Returns the next message as a dict, or None after `timeout` seconds. With None, waits without a limit."""
        reply = await self.parse_response(block=timeout is None, timeout=timeout)
        return await self.handle_message(reply, ignore_subscribe_messages) if reply else None

    async def listen(self):
        """Iterates over all messages, waiting for each, as long as there is a subscription."""
        while self.subscribed:
            message = await self.handle_message(await self.parse_response(block=True))
            if message is not None:
                yield message

    async def handle_message(self, response, ignore_subscribe_messages=False):
        """Converts a message to a dict. If its channel or pattern has a function, calls it and returns None."""
        if response is None:
            return None
        message = message_of(response)
        kind = message["type"]
        subscriptions, pending = self._subscriptions(kind)
        if kind in self.UNSUBSCRIBE_MESSAGE_TYPES and response[1] in pending:
            pending.remove(response[1])
            subscriptions.pop(response[1], None)
        if kind in self.PUBLISH_MESSAGE_TYPES:
            handler = subscriptions.get(message["pattern" if kind == "pmessage" else "channel"])
            if handler:
                done = handler(message)
                if hasattr(done, "__await__"):
                    await done
                return None
        elif kind != "pong" and (ignore_subscribe_messages or self.ignore_subscribe_messages):
            return None
        return message

    async def run(self, *, exception_handler=None, poll_timeout=1.0, pubsub=None):
        """Calls the subscriptions' functions until the task is cancelled. Each subscription needs one."""
        must_have_handlers({"Channel": self.channels, "Pattern": self.patterns})
        await self.connect()
        reader = self if pubsub is None else pubsub
        while True:
            try:
                await reader.get_message(ignore_subscribe_messages=True, timeout=poll_timeout)
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                if exception_handler is None:
                    raise
                done = exception_handler(error, self)
                if hasattr(done, "__await__"):
                    await done
            await asyncio.sleep(0)


class Monitor:
    """Reads all commands that the server receives: `async with r.monitor() as m: await m.next_command()`."""

    __module__ = "redis.asyncio.client"

    def __init__(self, connection_pool):
        self.connection_pool = connection_pool
        self.connection = None

    async def connect(self):
        """Takes a connection."""
        if self.connection is None:
            self.connection = await self.connection_pool.get_connection()

    async def __aenter__(self):
        await self.connect()
        await self.connection.send_command("MONITOR")
        reply = await self.connection.read_response()
        if text(reply) != "OK":
            raise RedisError(f"MONITOR failed: {reply}")
        return self

    async def __aexit__(self, *args):
        await self.connection.disconnect()
        await self.connection_pool.release(self.connection)

    async def next_command(self):
        """Waits for the next command and returns it as a dict."""
        await self.connect()
        return monitored_command(await self.connection.read_response())

    async def listen(self):
        """Iterates over all commands without end."""
        while True:
            yield await self.next_command()
