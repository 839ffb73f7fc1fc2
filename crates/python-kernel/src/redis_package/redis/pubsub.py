"""Subscribers and the monitor: connections on which the server sends messages without being asked."""

import _wire

from redis.commands.arguments import words_of
from redis.commands.helpers import parse_pubsub_subscriptions, pubsub_subscription_args
from redis.exceptions import PubSubError, RedisError
from redis.replies import text


class PubSub:
    """Subscribes to channels and patterns, and reads the messages published there.

        p = r.pubsub()
        p.subscribe('news')
        p.get_message(timeout=1)
    """

    __module__ = "redis.client"

    PUBLISH_MESSAGE_TYPES = ("message", "pmessage", "smessage")
    UNSUBSCRIBE_MESSAGE_TYPES = ("unsubscribe", "punsubscribe", "sunsubscribe")
    HEALTH_CHECK_MESSAGE = "redis-py-health-check"

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
        self.health_check_response_b = self.encoder.encode(self.HEALTH_CHECK_MESSAGE)
        if self.encoder.decode_responses:
            self.health_check_response = ["pong", self.HEALTH_CHECK_MESSAGE]
        else:
            self.health_check_response = [b"pong", self.health_check_response_b]
        self.reset()

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.reset()

    def __del__(self):
        try:
            self.reset()
        except Exception:
            pass

    def reset(self):
        """Ends all subscriptions and releases the connection."""
        connection, self.connection = self.connection, None
        if connection:
            connection.disconnect()
            connection.deregister_connect_callback(self.on_connect)
            self.connection_pool.release(connection)
        self.health_check_response_counter = 0
        self.channels = {}
        self.pending_unsubscribe_channels = set()
        self.shard_channels = {}
        self.pending_unsubscribe_shard_channels = set()
        self.patterns = {}
        self.pending_unsubscribe_patterns = set()
        self._subscribed = False

    def close(self):
        """Ends all subscriptions and releases the connection."""
        self.reset()

    @property
    def subscribed(self):
        """Whether there is a subscription."""
        return self._subscribed

    def on_connect(self, connection):
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
                subscribe(*pubsub_subscription_args(subscriptions))

    # --- sending commands ---

    def execute_command(self, *args):
        """Sends a command on this subscriber's connection. The reply arrives as a message."""
        if not args:
            raise IndexError("tuple index out of range")
        if self.connection is None:
            self.connection = self.connection_pool.get_connection()
            self.connection.register_connect_callback(self.on_connect)
        connection = self.connection
        if not self.subscribed:
            self.clean_health_check_responses()
        self._execute(connection, connection.send_command, *args, check_health=not self.subscribed)

    def _execute(self, connection, command, *args, **kwargs):
        def reconnect(error):
            connection.disconnect()
            connection.connect()

        return connection.retry.call_with_retry(lambda: command(*args, **kwargs), reconnect)

    def subscribe(self, *args, **kwargs):
        """Subscribes to channels. A keyword names a channel and the function to call with each of its messages."""
        self._subscribe("SUBSCRIBE", self.channels, self.pending_unsubscribe_channels, args, kwargs)

    def psubscribe(self, *args, **kwargs):
        """Subscribes to all channels that match a pattern. A keyword names a pattern and its function."""
        self._subscribe("PSUBSCRIBE", self.patterns, self.pending_unsubscribe_patterns, args, kwargs)

    def ssubscribe(self, *args, target_node=None, **kwargs):
        """Subscribes to sharded channels."""
        self._subscribe("SSUBSCRIBE", self.shard_channels, self.pending_unsubscribe_shard_channels, args, kwargs)

    def _subscribe(self, command, subscriptions, pending, args, handlers):
        new = parse_pubsub_subscriptions(args, handlers)
        self.execute_command(command, *new)
        new = self._normalize_keys(new)
        subscriptions.update(new)
        if not self._subscribed:
            self._subscribed = True
            self.health_check_response_counter = 0
        pending.difference_update(new)

    def unsubscribe(self, *args):
        """Ends the subscription to these channels, or to all."""
        self._unsubscribe("UNSUBSCRIBE", self.channels, self.pending_unsubscribe_channels, args)

    def punsubscribe(self, *args):
        """Ends the subscription to these patterns, or to all."""
        self._unsubscribe("PUNSUBSCRIBE", self.patterns, self.pending_unsubscribe_patterns, args)

    def sunsubscribe(self, *args, target_node=None):
        """Ends the subscription to these sharded channels, or to all."""
        self._unsubscribe("SUNSUBSCRIBE", self.shard_channels, self.pending_unsubscribe_shard_channels, args)

    def _unsubscribe(self, command, subscriptions, pending, args):
        names = words_of(args[0], args[1:]) if args else []
        pending.update(self._normalize_keys(dict.fromkeys(names)) if args else subscriptions)
        self.execute_command(command, *names)

    def _normalize_keys(self, names):
        encoder = self.encoder
        return {encoder.decode(encoder.encode(name)): handler for name, handler in names.items()}

    def ping(self, message=None):
        """Sends a PING. The reply arrives as a message of type 'pong'."""
        self.execute_command(*(["PING"] if message is None else ["PING", message]))

    # --- health checks ---

    def check_health(self):
        """Sends a PING if the last reply is older than the interval of the health check."""
        connection = self._must_be_connected()
        if connection.health_check_interval and _wire.now() > connection.next_health_check:
            connection.send_command("PING", self.HEALTH_CHECK_MESSAGE, check_health=False)
            self.health_check_response_counter += 1

    def clean_health_check_responses(self):
        """Reads the remaining replies to health checks."""
        connection = self.connection
        for _ in range(10):
            if not connection or self.health_check_response_counter <= 0:
                break
            reply = self._execute(connection, connection.read_response)
            if not self.is_health_check_response(reply):
                raise PubSubError(f"A non health check response was cleaned by execute_command: {reply}")
            self.health_check_response_counter -= 1

    def is_health_check_response(self, response):
        """Whether this is the reply to a health check."""
        if self.encoder.decode_responses:
            return response in (self.health_check_response, self.HEALTH_CHECK_MESSAGE)
        return response in (self.health_check_response, self.health_check_response_b)

    def _must_be_connected(self):
        if self.connection is None:
            raise RuntimeError("pubsub connection not set: did you forget to call subscribe() or psubscribe()?")
        return self.connection

    # --- reading messages ---

    def parse_response(self, block=True, timeout=0):
        """Returns the next message as it arrived. With `block=False`, waits at most `timeout` seconds."""
        connection = self._must_be_connected()
        self.check_health()

        def read():
            if block:
                connection.connect()
            elif not connection.can_read(timeout):
                return None
            return connection.read_response(
                disconnect_on_error=False, push_request=True, timeout=None if block else timeout
            )

        reply = self._execute(connection, read)
        if self.is_health_check_response(reply):
            self.health_check_response_counter -= 1
            return None
        if self.push_handler_func is not None and type(reply) is _wire.Push:
            return self.push_handler_func(reply)
        return reply

    def get_message(self, ignore_subscribe_messages=False, timeout=0.0):
        """Returns the next message as a dict, or None after `timeout` seconds. With None, waits without a limit."""
        if not self._subscribed:
            timeout = self._wait_for_subscription(timeout)
            if timeout is False:
                return None
        reply = self.parse_response(block=timeout is None, timeout=timeout)
        return self.handle_message(reply, ignore_subscribe_messages) if reply else None

    get_sharded_message = get_message

    def _wait_for_subscription(self, timeout):
        """Waits until another thread subscribes. Returns the remaining time, or False after the timeout."""
        give_up = None if timeout is None else _wire.now() + timeout
        while not self._subscribed:
            left = 0.1 if give_up is None else give_up - _wire.now()
            if left <= 0:
                return False
            _wire.sleep(min(0.1, left))
        return None if give_up is None else max(0.0, give_up - _wire.now())

    def listen(self):
        """Iterates over all messages, waiting for each, as long as there is a subscription."""
        while self._subscribed:
            message = self.handle_message(self.parse_response(block=True))
            if message is not None:
                yield message

    def handle_message(self, response, ignore_subscribe_messages=False):
        """Converts a message to a dict. If its channel or pattern has a function, calls it and returns None."""
        if response is None:
            return None
        message = message_of(response)
        kind = message["type"]
        if kind in self.UNSUBSCRIBE_MESSAGE_TYPES:
            self._ended(kind, response[1])
        if kind in self.PUBLISH_MESSAGE_TYPES:
            handler = self._subscriptions(kind)[0].get(message["pattern" if kind == "pmessage" else "channel"])
            if handler:
                handler(message)
                return None
        elif kind != "pong" and (ignore_subscribe_messages or self.ignore_subscribe_messages):
            return None
        return message

    def _subscriptions(self, kind):
        """Returns the subscriptions for a kind of message, and those about to end."""
        if kind.startswith("p"):
            return self.patterns, self.pending_unsubscribe_patterns
        if kind.startswith("s"):
            return self.shard_channels, self.pending_unsubscribe_shard_channels
        return self.channels, self.pending_unsubscribe_channels

    def _ended(self, kind, name):
        subscriptions, pending = self._subscriptions(kind)
        if name in pending:
            pending.remove(name)
            subscriptions.pop(name, None)
        if not self.channels and not self.patterns and not self.shard_channels:
            self._subscribed = False

    def run_in_thread(
        self, sleep_time=0.0, daemon=False, exception_handler=None, pubsub=None, sharded_pubsub=False
    ):
        """Starts a thread that calls the subscriptions' functions. Each subscription needs one. See its `stop`."""
        kinds = {"Channel": self.channels, "Pattern": self.patterns, "Shard Channel": self.shard_channels}
        must_have_handlers(kinds)
        from redis.pubsub_thread import PubSubWorkerThread

        thread = PubSubWorkerThread(
            self if pubsub is None else pubsub,
            sleep_time,
            daemon=daemon,
            exception_handler=exception_handler,
            sharded_pubsub=sharded_pubsub,
        )
        thread.start()
        return thread


def must_have_handlers(kinds):
    """Raises an error if a subscription has no function. `kinds` maps the name of a kind to its subscriptions."""
    for kind, subscriptions in kinds.items():
        for name, handler in subscriptions.items():
            if handler is None:
                raise PubSubError(f"{kind}: '{name}' has no handler registered")


def message_of(response):
    """Returns a message as a dict."""
    if isinstance(response, bytes):
        response = [b"pong", b"" if response == b"PONG" else response]
    kind = text(response[0])
    if kind == "pmessage":
        return {"type": kind, "pattern": response[1], "channel": response[2], "data": response[3]}
    if kind == "pong":
        return {"type": kind, "pattern": None, "channel": None, "data": response[1]}
    return {"type": kind, "pattern": None, "channel": response[1], "data": response[2]}


def monitored_command(line):
    """Returns a line of MONITOR as a dict."""
    time, _, rest = text(line).partition(" ")
    origin, _, words = rest.partition("] ")
    db, _, address = origin[1:].partition(" ")
    host, port, kind = _client(address)
    return {
        "time": float(time),
        "db": int(db),
        "client_address": host,
        "client_port": port,
        "client_type": kind,
        "command": words[1:-1].replace('" "', " ").replace('\\"', '"'),
    }


class Monitor:
    """Reads all commands that the server receives: `with r.monitor() as m: m.next_command()`."""

    __module__ = "redis.client"

    def __init__(self, connection_pool):
        self.connection_pool = connection_pool
        self.connection = connection_pool.get_connection()

    def __enter__(self):
        self.connection.send_command("MONITOR")
        reply = self.connection.read_response()
        if text(reply) != "OK":
            raise RedisError(f"MONITOR failed: {reply}")
        return self

    def __exit__(self, *args):
        self.connection.disconnect()
        self.connection_pool.release(self.connection)

    def next_command(self):
        """Waits for the next command and returns it as a dict."""
        line = self.connection.read_response()
        return None if line is None else monitored_command(line)

    def listen(self):
        """Iterates over all commands without end."""
        while True:
            yield self.next_command()


def _client(address):
    if address == "lua":
        return "lua", "", "lua"
    if address.startswith("unix"):
        return "unix", address[5:], "unix"
    if not address:
        return "", "", "unknown"
    host, _, port = address.rpartition(":")
    return host, port, "tcp"
