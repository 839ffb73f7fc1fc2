"""Connection classes and connection pools."""

import _wire

# redis-py exposes all of these names in this module, so some are imported without being used here.
from redis import exceptions
from redis.abstract_connection import DEFAULT_SOCKET_READ_SIZE, DEFAULT_SOCKET_TIMEOUT, AbstractConnection, _refusal
from redis.backoff import NoBackoff
from redis.driver_info import SENTINEL
from redis.encoder import Encoder
from redis.exceptions import ConnectionError, DataError, MaxConnectionsError, RedisError, TimeoutError
from redis.retry import Retry


def is_resp3(protocol):
    """Returns whether the setting `protocol` means RESP3, which is the default."""
    return protocol is None or protocol is SENTINEL or str(protocol) == "3"


def can_use_fast_path(settings):
    """Returns whether connections can use the native fast path, which supports only UTF-8 and no health checks."""
    encoder = Encoder(settings.get("encoding", "utf-8"), settings.get("encoding_errors", "strict"), False)
    return encoder.is_plain_utf8() and not settings.get("health_check_interval", 0)


class Connection(AbstractConnection):
    """A connection to a host and port."""

    def __init__(
        self,
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

    def repr_pieces(self):
        """Returns the names and values that the repr shows."""
        pieces = [("host", self.host), ("port", self.port), ("db", self.db)]
        return pieces + [("client_name", self.client_name)] if self.client_name else pieces

    def _host(self):
        return self.host

    def _port(self):
        return self.port


class SSLConnection(Connection):
    """A connection over TLS, which redis-tutor's Redis does not support."""

    def __init__(self, **kwargs):
        super().__init__(**{name: value for name, value in kwargs.items() if not name.startswith("ssl_")})

    def _connect(self):
        raise _refusal(
            "redis-tutor's Redis does not support TLS: leave out ssl=True, or write redis:// instead of rediss://."
        )


class UnixDomainSocketConnection(AbstractConnection):
    """A connection to a Unix socket, which redis-tutor's Redis does not have."""

    def __init__(self, path="", socket_timeout=DEFAULT_SOCKET_TIMEOUT, **kwargs):
        super().__init__(socket_timeout=socket_timeout, **kwargs)
        self.path = path

    def repr_pieces(self):
        """Returns the names and values that the repr shows."""
        pieces = [("path", self.path), ("db", self.db)]
        return pieces + [("client_name", self.client_name)] if self.client_name else pieces

    def _connect(self):
        raise _refusal("redis-tutor's Redis has no Unix socket: connect to localhost and its port instead.")


class PoolSettings:
    """The settings of a pool's connections."""

    _maintenance_handler = "MaintNotificationsPoolHandler"
    SENSITIVE_REPR_KEYS = frozenset({"password", "username", "ssl_password", "credential_provider"})

    def _add_maintenance_settings(self, config):
        # These settings have no effect. They are set because redis-py's pool shows them in its `repr`.
        kwargs = self.connection_kwargs
        wanted = is_resp3(kwargs.get("protocol")) and self.connection_class is not UnixDomainSocketConnection
        if not wanted or (config is not None and not config.enabled):
            return
        from redis import maint_notifications

        config = config or maint_notifications.MaintNotificationsConfig()
        handler = getattr(maint_notifications, self._maintenance_handler)
        kwargs["maint_notifications_pool_handler"] = handler(config)
        kwargs["maint_notifications_config"] = config
        kwargs["orig_host_address"] = kwargs.get("host")
        kwargs["orig_socket_timeout"] = kwargs.get("socket_timeout", DEFAULT_SOCKET_TIMEOUT)
        kwargs["orig_socket_connect_timeout"] = kwargs.get("socket_connect_timeout", DEFAULT_SOCKET_TIMEOUT)

    @classmethod
    def from_url(cls, url, **kwargs):
        """Returns a pool for redis://user:password@host:port/db?option=value. The URL overrides `kwargs`."""
        from redis.url import parse_url

        options = parse_url(url)
        if "connection_class" in kwargs:
            options["connection_class"] = kwargs["connection_class"]
        return cls(**{**kwargs, **options})

    def __repr__(self):
        pieces = ",".join(
            f"{name}={'<REDACTED>' if name in self.SENSITIVE_REPR_KEYS else value}"
            for name, value in self.connection_kwargs.items()
        )
        connection, own = self.connection_class, type(self)
        inner = f"<{connection.__module__}.{connection.__name__}({pieces})>"
        return f"<{own.__module__}.{own.__name__}({inner})>"

    def get_protocol(self):
        """Returns the requested protocol version, or None."""
        return self.connection_kwargs.get("protocol", None)

    def get_encoder(self):
        """Returns the encoder for arguments and replies, with the pool's settings."""
        kwargs = self.connection_kwargs
        return Encoder(
            kwargs.get("encoding", "utf-8"),
            kwargs.get("encoding_errors", "strict"),
            kwargs.get("decode_responses", False),
        )


class ConnectionPool(PoolSettings):
    """Creates connections with the same settings, lends them, and takes them back.

    The connection used last is lent first, so a program without threads uses a single connection.
    """

    pid = 1

    def __init__(
        self,
        connection_class=Connection,
        max_connections=None,
        cache_factory=None,
        maint_notifications_config=None,
        **connection_kwargs,
    ):
        max_connections = max_connections or 100
        if not isinstance(max_connections, int) or max_connections < 0:
            raise ValueError('"max_connections" must be a positive integer')
        if connection_kwargs.pop("cache", None) or connection_kwargs.pop("cache_config", None) or cache_factory:
            raise NotImplementedError("redis-tutor has no client-side cache: leave out cache and cache_config.")
        self.connection_class = connection_class
        self.connection_kwargs = connection_kwargs
        self.max_connections = max_connections
        self.cache = None
        self._available_connections = []
        self._connections = []
        self._add_maintenance_settings(maint_notifications_config)

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()

    def get_connection(self, command_name=None, *keys, **options):
        """Returns a connection that is not lent to anybody else until it is released."""
        if command_name is not None or keys or options:
            _warn_of_arguments(command_name, options)
        connection = self._take()
        try:
            connection.connect()
        except BaseException:
            self.release(connection)
            raise
        return connection

    def _take(self):
        try:
            return self._available_connections.pop()
        except IndexError:
            return self.make_connection()

    def make_connection(self):
        """Creates a connection."""
        if len(self._connections) >= self.max_connections:
            raise MaxConnectionsError("Too many connections")
        connection = self.connection_class(**self.connection_kwargs)
        self._connections.append(connection)
        return connection

    def release(self, connection):
        """Takes a connection back."""
        if connection in self._connections and connection not in self._available_connections:
            self._available_connections.append(connection)

    def owns_connection(self, connection):
        """Whether this process created the connection. As in redis-py, it may belong to another pool."""
        return connection.pid == self.pid

    def reset(self):
        """Removes all connections from the pool."""
        self._available_connections.clear()
        self._connections.clear()

    def disconnect(self, inuse_connections=True):
        """Closes all connections, or with `inuse_connections=False` only the idle ones."""
        for connection in self._connections if inuse_connections else list(self._available_connections):
            connection.disconnect()

    def close(self):
        """Closes all connections."""
        self.disconnect()

    def set_retry(self, retry):
        """Sets the retry policy of all current and later connections."""
        self.connection_kwargs["retry"] = retry
        for connection in self._connections:
            connection.retry = retry


def _warn_of_arguments(command_name, options):
    from redis.commands.arguments import warn_of_argument

    names = (["command_name"] if command_name is not None else []) + list(options)
    warn_of_argument(names, "get_connection", "Use get_connection() without args instead", "5.3.0", stacklevel=4)


class BlockingConnectionPool(ConnectionPool):
    """A pool that waits up to `timeout` seconds for a connection if all are lent."""

    def __init__(
        self, max_connections=50, timeout=20, connection_class=Connection, queue_class=None, **connection_kwargs
    ):
        self.queue_class = queue_class
        self.timeout = timeout
        super().__init__(connection_class=connection_class, max_connections=max_connections, **connection_kwargs)
        self._capacity_left = self.max_connections

    def _take(self):
        give_up = None if self.timeout is None else _wire.now() + self.timeout
        while True:
            try:
                return self._available_connections.pop()
            except IndexError:
                if self._capacity_left > 0:
                    self._capacity_left -= 1
                    return self.make_connection()
            if give_up is not None and _wire.now() >= give_up:
                break
            _wire.sleep(0.01)
        raise ConnectionError("No connection available.")

    def make_connection(self):
        """Creates a connection."""
        connection = self.connection_class(**self.connection_kwargs)
        self._connections.append(connection)
        return connection

    def release(self, connection):
        """Takes a connection back."""
        full = len(self._available_connections) + self._capacity_left >= self.max_connections
        if not full and connection not in self._available_connections:
            self._available_connections.append(connection)

    def reset(self):
        """Removes all connections from the pool."""
        super().reset()
        self._capacity_left = self.max_connections


def __getattr__(name):
    # redis-py exposes these names in this module. They are loaded on first use.
    if name in ("FALSE_STRINGS", "URL_QUERY_ARGUMENT_PARSERS", "parse_ssl_verify_flags", "parse_url", "to_bool"):
        from redis import url

        return getattr(url, name)
    if name in ("CRYPTOGRAPHY_AVAILABLE", "HIREDIS_AVAILABLE", "SSL_AVAILABLE"):
        from redis import utils

        return getattr(utils, name)
    from redis.absent import find

    return find(__name__, name)
