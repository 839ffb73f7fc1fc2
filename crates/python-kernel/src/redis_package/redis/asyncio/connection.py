"""The classes of connections of asyncio clients, and the connection pools.

While a connection is open, the event loop receives its bytes and keeps them until a reply is read, as it does for a
stream over a socket.
"""

import asyncio
import builtins
import math
import weakref

import _wire

# redis-py has all of these names in this module, so some are imported without being used here.
from redis import abstract_connection, connection, exceptions
from redis.abstract_connection import DEFAULT_SOCKET_READ_SIZE, DEFAULT_SOCKET_TIMEOUT, _refusal
from redis.asyncio.retry import Retry
from redis.driver_info import SENTINEL
from redis.encoder import Encoder
from redis.exceptions import ConnectionError, DataError, MaxConnectionsError, RedisError, ResponseError, TimeoutError

# Placeholder for a reply that has not arrived yet.
_NOTHING = object()


class AbstractConnection(abstract_connection.AbstractConnection):
    """The base class of all connections."""

    _retry_class = Retry
    _loop = None
    _waiter = None
    _is_closed_by_server = False

    def _host_error(self):
        return f"{self._host()}:{self._port()}"

    # --- connecting and disconnecting ---

    async def connect(self):
        """Opens the connection, unless it is open."""
        await self.retry.call_with_retry(
            lambda: self.connect_check_health(check_health=True, retry_socket_connect=False),
            lambda error, failures: self.disconnect(error=error, failure_count=failures),
            with_failure_count=True,
        )

    async def connect_check_health(self, check_health=True, retry_socket_connect=True):
        """Opens the connection, unless it is open."""
        if self._handle is not None:
            return
        if not self._native:
            "a".encode(self.encoder.encoding)  # raises an error for an unknown encoding before anything is sent
        commands = [] if self.redis_connect_func else self._set_up()
        await asyncio.sleep(0)  # as when a socket is opened, other tasks run in the meantime
        try:
            self._handle, replies = _wire.open(self._host(), self._port(), [command for command, _ in commands])
        except ConnectionRefusedError as refusal:
            failure = self._refused(*refusal.args)
        else:
            failure = None
        if failure is not None:
            raise failure
        self._watch()
        try:
            if self.redis_connect_func:
                done = self.redis_connect_func(self)
                if hasattr(done, "__await__"):
                    await done
            for (_, check), reply in zip(commands, replies):
                check(reply)
        except RedisError:
            await self.disconnect()
            raise
        self._schedule_health_check()
        for owner, function in list(self._connect_callbacks):
            if owner() is not None:
                done = function(owner(), self)
                if hasattr(done, "__await__"):
                    await done

    def _refused(self, reason):
        if reason.startswith("Error 111"):
            address = "127.0.0.1" if self._host() == "localhost" else self._host()
            reason = f"Error 111 connecting to {self._host_error()}. Connect call failed {(address, self._port())}."
        return _refusal(reason)

    async def on_connect(self):
        """Sends the setup commands of a new connection, for use by a `redis_connect_func`."""
        for command, check in self._set_up():
            _wire.send(self._handle, _wire.pack(command))
            reply = await self._reply(None, False)
            check(reply)

    def _watch(self):
        """Makes the event loop receive the bytes of this connection."""
        connection = weakref.ref(self)

        def arrived(is_closed):
            if connection() is not None:
                connection()._arrived(is_closed)

        self._is_closed_by_server = False
        self._loop = asyncio.get_running_loop()
        self._loop.watch_connection(self._handle, arrived)

    def _arrived(self, is_closed):
        self._is_closed_by_server |= is_closed
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def disconnect(self, nowait=False, error=None, failure_count=None, health_check_failed=False):
        """Closes the connection. The next command opens it again."""
        self._close()

    def _close(self):
        if self._handle is not None and self._loop is not None:
            self._loop.unwatch_connection(self._handle)
        super()._close()

    # --- commands and replies ---

    async def send_packed_command(self, command, check_health=True):
        """Sends bytes. Connects first if the connection is closed."""
        if self._handle is None:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()
        if self._loop.is_closed():
            # The connection was opened by an earlier call to `asyncio.run`, whose event loop no longer exists.
            self._close()
            raise RuntimeError("Event loop is closed")
        if isinstance(command, str):
            command = command.encode()
        self._through(_wire.send, self._handle, command if isinstance(command, bytes) else b"".join(command))
        self._loop.note_sent()

    async def send_command(self, *args, **kwargs):
        """Sends a command."""
        await self.send_packed_command(self.pack_command(*args), check_health=kwargs.get("check_health", True))

    async def can_read(self):
        """Returns whether bytes have arrived that were not read, or the server has closed the connection."""
        if self._handle is None:
            return False
        return bool(self._ahead) or self._is_closed_by_server or _wire.pending(self._handle)

    can_read_destructive = can_read

    def _parsed(self, encoding):
        """Returns the next reply that has arrived, the exception that occurred instead, or `_NOTHING`."""
        if self._ahead:
            return self._ahead.pop()
        if self._handle is None:
            return _wire.Closed()
        try:
            return _wire.take(self._handle, encoding)
        except _wire.TimedOut:
            pass
        except BaseException as error:
            return error
        return _wire.Closed() if self._is_closed_by_server else _NOTHING

    async def _reply(self, encoding, push_request, limit=None):
        """Returns the next reply, or the exception that occurred instead: after `limit` seconds, `_wire.TimedOut`."""
        timer = None
        try:
            while True:
                reply = self._parsed(encoding)
                if reply is not _NOTHING:
                    if type(reply) is not _wire.Push or push_request:
                        return reply
                    continue
                if self._waiter is not None:
                    raise RuntimeError("read() called while another coroutine is already waiting for incoming data")
                loop = asyncio.get_running_loop()
                self._waiter = loop.create_future()
                if limit is not None and timer is None:
                    # With no time, other callbacks that are ready run first, as with `asyncio.timeout`.
                    timer = loop.call_later(limit, self._time_out) if limit > 0 else loop.call_soon(self._time_out)
                try:
                    if await self._waiter is _NOTHING:
                        return _wire.TimedOut()
                finally:
                    self._waiter = None
        finally:
            if timer is not None:
                timer.cancel()

    def _time_out(self):
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(_NOTHING)

    async def read_response(
        self, disable_decoding=False, timeout=None, *, disconnect_on_error=True, push_request=False
    ):
        """Returns the next reply. Raises an exception for an error reply. A timeout of math.inf is no limit."""
        limit = self.socket_timeout if timeout is None else None if timeout == math.inf else timeout
        encoding = None if disable_decoding else self._encoding
        try:
            reply = await self._reply(encoding, push_request, limit)
        except BaseException:
            # The reply to a command would otherwise be taken for the reply to the next one.
            if disconnect_on_error:
                self._close()
            raise
        if isinstance(reply, BaseException):
            if type(reply) is _wire.TimedOut:
                if timeout is not None:
                    return None
                if disconnect_on_error:
                    self._close()
                raise TimeoutError(f"Timeout reading from {self._host_error()}")
            if isinstance(reply, UnicodeError) and not disconnect_on_error:
                self._ahead.append(reply)
                raise reply.with_traceback(None)
            raise self.failure(reply)
        self._schedule_health_check()
        if self.encoder.decode_responses and not self._native and not disable_decoding:
            reply = self.encoder.decode_all(reply)
        return reply

    def _schedule_health_check(self):
        if self.health_check_interval:
            self.next_health_check = asyncio.get_running_loop().time() + self.health_check_interval

    async def check_health(self):
        """Sends a PING if the last reply is older than the interval of the health check."""
        if self.health_check_interval and asyncio.get_running_loop().time() > self.next_health_check:
            await self.retry.call_with_retry(
                self._ping,
                lambda error, failures: self.disconnect(error=error, failure_count=failures),
                with_failure_count=True,
            )

    async def _ping(self):
        await self.send_command("PING", check_health=False)
        if await self.read_response(disable_decoding=True) != b"PONG":
            raise ConnectionError("Bad response from PING health check")


# redis-py defines this class here, but its synchronous counterpart in another module.
AbstractConnection.__module__ = "redis.asyncio.connection"


class Connection(AbstractConnection):
    """A connection to a host and port."""

    def __init__(
        self,
        *,
        host="localhost",
        port=6379,
        socket_keepalive=True,
        socket_keepalive_options=SENTINEL,
        socket_type=0,
        **kwargs,
    ):
        self.host = host
        self.port = int(port)
        self.socket_keepalive = socket_keepalive
        super().__init__(**kwargs)

    repr_pieces = connection.Connection.repr_pieces
    _host = connection.Connection._host
    _port = connection.Connection._port


class SSLConnection(Connection):
    """A connection over TLS, which redis-tutor's Redis does not support."""

    def __init__(self, **kwargs):
        super().__init__(**{name: value for name, value in kwargs.items() if not name.startswith("ssl_")})

    async def connect_check_health(self, check_health=True, retry_socket_connect=True):
        """Raises an error."""
        connection.SSLConnection._connect(self)


class UnixDomainSocketConnection(AbstractConnection):
    """A connection to a Unix socket, which redis-tutor's Redis does not have."""

    def __init__(self, *, path="", **kwargs):
        super().__init__(**kwargs)
        self.path = path

    repr_pieces = connection.UnixDomainSocketConnection.repr_pieces

    async def connect_check_health(self, check_health=True, retry_socket_connect=True):
        """Raises an error."""
        connection.UnixDomainSocketConnection._connect(self)


_ASYNC_CLASSES = {
    connection.SSLConnection: SSLConnection,
    connection.UnixDomainSocketConnection: UnixDomainSocketConnection,
}


class ConnectionPool(connection.PoolSettings):
    """Creates connections with the same settings, lends them, and takes them back."""

    _maintenance_handler = "AsyncMaintNotificationsPoolHandler"

    def __init__(
        self,
        connection_class=Connection,
        max_connections=None,
        maint_notifications_config=None,
        **connection_kwargs,
    ):
        max_connections = max_connections or 100
        if not isinstance(max_connections, int) or max_connections < 0:
            raise ValueError('"max_connections" must be a positive integer')
        connection_class = _ASYNC_CLASSES.get(connection_class, connection_class)
        self.connection_class = connection_class
        self.connection_kwargs = connection_kwargs
        self.max_connections = max_connections
        self._available_connections = []
        self._in_use_connections = set()
        if not issubclass(connection_class, UnixDomainSocketConnection):
            self._add_maintenance_settings(maint_notifications_config)

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc_value, traceback):
        await self.aclose()

    def reset(self):
        """Removes all connections from the pool."""
        self._available_connections = []
        self._in_use_connections = set()

    def can_get_connection(self):
        """Returns whether a connection can be lent."""
        return self._available_connections or len(self._in_use_connections) < self.max_connections

    async def get_connection(self, command_name=None, *keys, **options):
        """Returns an open connection that is not lent to anybody else until it is released."""
        if command_name is not None or keys or options:
            connection._warn_of_arguments(command_name, options)
        return await self._opened(self.get_available_connection())

    async def _opened(self, lent):
        if lent._handle is not None and not lent._is_closed_by_server:
            return lent
        try:
            await self.ensure_connection(lent)
        except BaseException:
            await self.release(lent)
            raise
        return lent

    def get_available_connection(self):
        """Lends a connection, which may be closed."""
        try:
            lent = self._available_connections.pop()
        except IndexError:
            if len(self._in_use_connections) >= self.max_connections:
                raise MaxConnectionsError("Too many connections") from None
            lent = self.make_connection()
        self._in_use_connections.add(lent)
        return lent

    def make_connection(self):
        """Creates a connection."""
        return self.connection_class(**self.connection_kwargs)

    async def ensure_connection(self, connection):
        """Opens a connection, and opens it again if the server has closed it."""
        await connection.connect()
        if connection._is_closed_by_server:
            await connection.disconnect()
            await connection.connect()

    async def release(self, connection):
        """Takes a connection back."""
        self._in_use_connections.remove(connection)
        self._available_connections.append(connection)

    async def disconnect(self, inuse_connections=True):
        """Closes all connections, or with `inuse_connections=False` only the idle ones."""
        lent = self._in_use_connections if inuse_connections else ()
        for connection in [*self._available_connections, *lent]:
            await connection.disconnect()

    async def aclose(self):
        """Closes all connections."""
        await self.disconnect()

    def set_retry(self, retry):
        """Sets the retry policy of all current connections."""
        for connection in [*self._available_connections, *self._in_use_connections]:
            connection.retry = retry


class BlockingConnectionPool(ConnectionPool):
    """A pool that waits up to `timeout` seconds for a connection if all are lent."""

    def __init__(
        self,
        max_connections=50,
        timeout=20,
        connection_class=Connection,
        queue_class=asyncio.LifoQueue,
        **connection_kwargs,
    ):
        super().__init__(connection_class=connection_class, max_connections=max_connections, **connection_kwargs)
        self._condition = asyncio.Condition()
        self.timeout = timeout

    async def get_connection(self, command_name=None, *keys, **options):
        """Returns an open connection that is not lent to anybody else until it is released."""
        if command_name is not None or keys or options:
            connection._warn_of_arguments(command_name, options)
        try:
            async with self._condition:
                async with asyncio.timeout(self.timeout):
                    await self._condition.wait_for(self.can_get_connection)
                    lent = self.get_available_connection()
        except builtins.TimeoutError as error:
            raise ConnectionError("No connection available.") from error
        return await self._opened(lent)

    async def release(self, connection):
        """Takes a connection back."""
        async with self._condition:
            await super().release(connection)
            self._condition.notify()


def __getattr__(name):
    # redis-py has these functions in this module as well.
    if name in ("parse_url", "to_bool", "URL_QUERY_ARGUMENT_PARSERS"):
        return getattr(connection, name)
    from redis.absent import find

    return find(__name__, name)
