"""A connection, and the pools that hand connections out.

A connection's bytes go through the native module `_wire`, which parses the replies; here are the set-up that redis-py
sends first, the errors a reply or a failure becomes, and who may use which connection when.
"""

import builtins

import _wire

from redis import exceptions
from redis.backoff import NoBackoff
from redis.driver_info import SENTINEL, resolve_driver_info
from redis.encoder import Encoder
from redis.exceptions import ConnectionError, DataError, MaxConnectionsError, RedisError, TimeoutError
from redis.retry import Retry

DEFAULT_SOCKET_TIMEOUT = 5
DEFAULT_SOCKET_READ_SIZE = 32768


def is_resp3(protocol):
    """Whether this setting means RESP3, which is what no setting means."""
    return protocol is None or protocol is SENTINEL or str(protocol) == "3"


def is_quick(settings):
    """Whether commands may go the short way: packed, sent and parsed natively, without a health check."""
    encoder = Encoder(settings.get("encoding", "utf-8"), settings.get("encoding_errors", "strict"), False)
    return encoder.is_plain_utf8() and not settings.get("health_check_interval", 0)


class AbstractConnection:
    """What connections have in common, wherever they lead."""

    pid = 1

    def __init__(
        self,
        db=0,
        password=None,
        socket_timeout=DEFAULT_SOCKET_TIMEOUT,
        socket_connect_timeout=DEFAULT_SOCKET_TIMEOUT,
        retry_on_timeout=False,
        retry_on_error=SENTINEL,
        encoding="utf-8",
        encoding_errors="strict",
        decode_responses=False,
        parser_class=None,
        socket_read_size=DEFAULT_SOCKET_READ_SIZE,
        health_check_interval=0,
        client_name=None,
        lib_name=SENTINEL,
        lib_version=SENTINEL,
        driver_info=SENTINEL,
        username=None,
        retry=None,
        redis_connect_func=None,
        credential_provider=None,
        protocol=None,
        legacy_responses=True,
        command_packer=None,
        event_dispatcher=None,
        maint_notifications_config=None,
        maint_notifications_pool_handler=None,
        orig_host_address=None,
        orig_socket_timeout=None,
        orig_socket_connect_timeout=None,
    ):
        if (username or password) and credential_provider is not None:
            raise DataError(
                "'username' and 'password' cannot be passed along with 'credential_provider'. Please provide only one "
                "of the following arguments: \n1. 'password' and (optional) 'username'\n2. 'credential_provider'"
            )
        self._handle = None
        self._ahead = []
        self.db = db
        self.client_name = client_name
        self.driver_info = resolve_driver_info(driver_info, lib_name, lib_version)
        self.credential_provider = credential_provider
        self.username = username
        self.password = password
        self.socket_timeout = socket_timeout
        self.socket_connect_timeout = socket_timeout if socket_connect_timeout is None else socket_connect_timeout
        self.retry_on_timeout = retry_on_timeout
        self.retry_on_error = [] if retry_on_error is SENTINEL else list(retry_on_error)
        if retry_on_timeout:
            self.retry_on_error.append(TimeoutError)
        self.retry = _own_retry(retry, self.retry_on_error)
        self.health_check_interval = health_check_interval
        self.next_health_check = 0
        self.redis_connect_func = redis_connect_func
        self.encoder = Encoder(encoding, encoding_errors, decode_responses)
        self.handshake_metadata = None
        self._connect_callbacks = []
        self.protocol = _protocol(protocol)
        self.legacy_responses = legacy_responses
        # Text in another encoding than UTF-8 is coded here and not by the native module.
        self._native = self.encoder.is_plain_utf8()
        self._encoding = "utf-8" if decode_responses and self._native else None

    def __repr__(self):
        pieces = ",".join(f"{name}={value}" for name, value in self.repr_pieces())
        return f"<{type(self).__module__}.{type(self).__name__}({pieces})>"

    def __del__(self):
        try:
            self.disconnect()
        except Exception:
            pass

    @property
    def is_connected(self):
        """Whether the connection stands."""
        return self._handle is not None

    def get_protocol(self):
        """2 or 3."""
        return self.protocol

    # --- making and ending it ---

    def connect(self):
        """Connects, unless the connection stands already."""
        if self._handle is None:
            self.retry.call_with_retry(self._connect, self.disconnect)

    def _connect(self):
        if self._handle is not None:
            return
        if not self._native:
            "a".encode(self.encoder.encoding)  # an unknown encoding is refused before anything is sent
        commands = [] if self.redis_connect_func else self._set_up()
        try:
            self._handle, replies = _wire.open(self._host(), self._port(), [command for command, _ in commands])
        except ConnectionRefusedError as refusal:
            failure = _refusal(*refusal.args)
        else:
            failure = None
        if failure is not None:
            raise failure
        try:
            if self.redis_connect_func:
                self.redis_connect_func(self)
            for (_, check), reply in zip(commands, replies):
                check(reply)
        except RedisError:
            self.disconnect()
            raise
        if self.health_check_interval:
            self.next_health_check = _wire.now() + self.health_check_interval
        for owner, function in list(self._connect_callbacks):
            if owner() is not None:
                function(owner(), self)

    def on_connect(self):
        """Sends what is sent first on a new connection; for a `redis_connect_func`."""
        for command, check in self._set_up():
            _wire.send(self._handle, _wire.pack(command))
            check(_wire.read(self._handle, self.socket_timeout, None))

    def _set_up(self):
        """The commands that come first, each with the function that looks at its reply."""
        commands = []
        credentials = None
        provider = self.credential_provider
        if provider or self.username or self.password:
            from redis.credentials import UsernamePasswordCredentialProvider

            provider = provider or UsernamePasswordCredentialProvider(self.username, self.password)
            credentials = provider.get_credentials()
        if self.protocol == 3:
            words = ()
            if credentials:
                words = ("AUTH", *(credentials if len(credentials) > 1 else ("default", credentials[0])))
            commands.append((("HELLO", 3, *words), self._greeted))
            commands.append((("CLIENT", "MAINT_NOTIFICATIONS", "ON", "moving-endpoint-type", "internal-ip"), _whatever))
        elif credentials:
            commands.append((("AUTH", *credentials), _must_be_ok))
        if self.client_name:
            commands.append((("CLIENT", "SETNAME", self.client_name), _must_be_ok))
        if self.driver_info:
            if self.driver_info.formatted_name:
                commands.append((("CLIENT", "SETINFO", "LIB-NAME", self.driver_info.formatted_name), _whatever))
            if self.driver_info.lib_version:
                commands.append((("CLIENT", "SETINFO", "LIB-VER", self.driver_info.lib_version), _whatever))
        if self.db:
            commands.append((("SELECT", self.db), _must_be_ok))
        return commands

    def _greeted(self, reply):
        _must_be_no_error(reply)
        self.handshake_metadata = reply

    def disconnect(self, *args, **kwargs):
        """Ends the connection; the next command makes it anew."""
        handle, self._handle = self._handle, None
        self._ahead.clear()
        if handle is not None:
            _wire.close(handle)

    def register_connect_callback(self, callback):
        """Calls a method each time the connection is made, for as long as its object lives."""
        from _weakref import ref

        self._connect_callbacks.append((ref(callback.__self__), callback.__func__))

    def deregister_connect_callback(self, callback):
        """Calls that method no longer."""
        self._connect_callbacks = [
            (owner, function)
            for owner, function in self._connect_callbacks
            if owner() is not callback.__self__ or function is not callback.__func__
        ]

    # --- commands and replies ---

    def failure(self, cause):
        """What to raise for what the native module raised or answered; disconnects where the connection is no good."""
        kind = type(cause)
        if kind is _wire.ErrorReply:
            error = exceptions.of_reply(cause.args[0])
            if isinstance(error, ConnectionError):
                self.disconnect()
            return error
        if kind is _wire.Unencodable:
            return cause
        self.disconnect()
        if kind is _wire.TimedOut:
            return _timeout()
        if kind is _wire.Closed:
            return ConnectionError("Connection closed by server.")
        return cause

    def _through(self, function, *args):
        """Calls a function of the native module; what it raises becomes redis-py's error."""
        try:
            return function(*args)
        except BaseException as error:
            cause = error
        raise self.failure(cause)

    def pack_command(self, *args):
        """A command's bytes, as a list of pieces."""
        try:
            if self._native:
                return [_wire.pack(args)]
        except _wire.Unencodable:
            pass  # perhaps a subclass of str or int; the encoder decides
        encode = self.encoder.encode
        first = args[0].encode().split() if isinstance(args[0], str) else args[0].split()
        return [_wire.pack((*first, *[encode(arg) for arg in args[1:]]))]

    def pack_commands(self, commands):
        """The bytes of several commands, as a list of pieces."""
        return [b"".join([piece for command in commands for piece in self.pack_command(*command)])]

    def send_packed_command(self, command, check_health=True):
        """Sends bytes, connecting first where need be."""
        if self._handle is None:
            self.connect()
        if check_health:
            self.check_health()
        self._through(_wire.send, self._handle, command if isinstance(command, bytes) else b"".join(command))

    def send_command(self, *args, **kwargs):
        """Sends one command."""
        self.send_packed_command(self.pack_command(*args), check_health=kwargs.get("check_health", True))

    def can_read(self, timeout=0):
        """Whether a reply is there, or comes within `timeout` seconds; it is kept for read_response."""
        if self._handle is None:
            self.connect()
        if not self._ahead:
            try:
                self._ahead.append(_wire.read(self._handle, timeout, self._encoding))
            except _wire.TimedOut:
                return False
            except (_wire.ErrorReply, _wire.Closed) as error:
                self._ahead.append(error)
        return True

    def _next(self, timeout, encoding):
        """The next reply, or what went wrong instead of one, as a value."""
        if self._ahead:
            return self._ahead.pop()
        if self._handle is None:
            return _wire.Closed()
        try:
            return _wire.read(self._handle, timeout, encoding)
        except BaseException as error:
            return error

    def read_response(
        self, disable_decoding=False, *, timeout=SENTINEL, disconnect_on_error=True, push_request=False
    ):
        """The next reply; an error reply is raised."""
        if timeout is SENTINEL:
            timeout = self.socket_timeout
        encoding = None if disable_decoding else self._encoding
        reply = self._next(timeout, encoding)
        while type(reply) is _wire.Push and not push_request:
            reply = self._next(timeout, encoding)
        if isinstance(reply, BaseException):
            if type(reply) is _wire.TimedOut and not disconnect_on_error:
                raise _timeout()
            raise self.failure(reply)
        if self.health_check_interval:
            self.next_health_check = _wire.now() + self.health_check_interval
        if self.encoder.decode_responses and not self._native and not disable_decoding:
            reply = self.encoder.decode_all(reply)
        return reply

    def check_health(self):
        """Sends a PING where the last reply is longer ago than the health check's interval."""
        if self.health_check_interval and _wire.now() > self.next_health_check:
            self.retry.call_with_retry(self._ping, self.disconnect)

    def _ping(self):
        self.send_command("PING", check_health=False)
        if self.read_response(disable_decoding=True) != b"PONG":
            raise ConnectionError("Bad response from PING health check")


def _timeout():
    """What redis-py makes of a socket's own timeout, which shows in the traceback."""
    error = TimeoutError("Timeout reading from socket")
    error.__context__ = builtins.TimeoutError("timed out")
    return error


def _refusal(reason):
    """The error for a place that the tutor does not connect to; trying again is of no use, and Retry sees that."""
    error = ConnectionError(reason)
    error.refused = True
    if reason.startswith("Error 111"):
        error.__context__ = ConnectionRefusedError(111, "Connection refused")
    return error


def _own_retry(retry, errors):
    if not retry and not errors:
        return Retry(NoBackoff(), 0)
    own = Retry(NoBackoff(), 1) if retry is None else _copy(retry)
    if errors:
        own.update_supported_errors(errors)
    return own


def _copy(retry):
    if hasattr(retry, "copied"):
        return retry.copied()
    from copy import deepcopy

    return deepcopy(retry)


def _protocol(protocol):
    if protocol is None or protocol is SENTINEL:
        return 3
    try:
        protocol = int(protocol)
    except TypeError:
        return 3
    except ValueError:
        raise ConnectionError("protocol must be an integer") from None
    if protocol < 2 or protocol > 3:
        raise ConnectionError("protocol must be either 2 or 3")
    return protocol


def _whatever(reply):
    """Old servers refuse this command, and no harm is done."""


def _must_be_no_error(reply):
    if isinstance(reply, _wire.ErrorReply):
        raise exceptions.of_reply(reply.args[0])


def _must_be_ok(reply):
    _must_be_no_error(reply)
    if reply not in (b"OK", "OK"):
        raise ConnectionError("Error setting up the connection")


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
        """What the repr shows: names and values."""
        pieces = [("host", self.host), ("port", self.port), ("db", self.db)]
        return pieces + [("client_name", self.client_name)] if self.client_name else pieces

    def _host(self):
        return self.host

    def _port(self):
        return self.port


class SSLConnection(Connection):
    """A connection over TLS, which the tutor's own Redis does not speak."""

    def __init__(self, **kwargs):
        super().__init__(**{name: value for name, value in kwargs.items() if not name.startswith("ssl_")})

    def _connect(self):
        raise _refusal("redis-tutor's own Redis speaks no TLS: leave out ssl=True, or write redis:// for rediss://.")


class UnixDomainSocketConnection(AbstractConnection):
    """A connection to a socket file, which the tutor's own Redis does not have."""

    def __init__(self, path="", socket_timeout=DEFAULT_SOCKET_TIMEOUT, **kwargs):
        super().__init__(socket_timeout=socket_timeout, **kwargs)
        self.path = path

    def repr_pieces(self):
        """What the repr shows: names and values."""
        pieces = [("path", self.path), ("db", self.db)]
        return pieces + [("client_name", self.client_name)] if self.client_name else pieces

    def _connect(self):
        raise _refusal("redis-tutor's own Redis has no socket file: connect to localhost and its port instead.")


class ConnectionPool:
    """Makes connections with the same settings, hands them out, and takes them back.

    The one used last is handed out first, so that a program that does one thing after another has one connection.
    """

    pid = 1
    SENSITIVE_REPR_KEYS = frozenset({"password", "username", "ssl_password", "credential_provider"})

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
        self._expect_maintenance(maint_notifications_config)

    def _expect_maintenance(self, config):
        # Nothing comes of it here, but the settings show in the pool's repr as they do in redis-py.
        kwargs = self.connection_kwargs
        wanted = is_resp3(kwargs.get("protocol")) and self.connection_class is not UnixDomainSocketConnection
        if not wanted or (config is not None and not config.enabled):
            return
        from redis.maint_notifications import MaintNotificationsConfig, MaintNotificationsPoolHandler

        config = config or MaintNotificationsConfig()
        kwargs["maint_notifications_pool_handler"] = MaintNotificationsPoolHandler(config)
        kwargs["maint_notifications_config"] = config
        kwargs["orig_host_address"] = kwargs.get("host")
        kwargs["orig_socket_timeout"] = kwargs.get("socket_timeout", DEFAULT_SOCKET_TIMEOUT)
        kwargs["orig_socket_connect_timeout"] = kwargs.get("socket_connect_timeout", DEFAULT_SOCKET_TIMEOUT)

    @classmethod
    def from_url(cls, url, **kwargs):
        """A pool for redis://user:password@host:port/db?option=value; what the URL says goes before `kwargs`."""
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

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()

    def get_protocol(self):
        """The protocol that was asked for, or None."""
        return self.connection_kwargs.get("protocol", None)

    def get_encoder(self):
        """What turns text into bytes and back, with the pool's settings."""
        kwargs = self.connection_kwargs
        return Encoder(
            kwargs.get("encoding", "utf-8"),
            kwargs.get("encoding_errors", "strict"),
            kwargs.get("decode_responses", False),
        )

    def get_connection(self, command_name=None, *keys, **options):
        """A connection that nobody else uses until it is released."""
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
        """A new connection of the pool's."""
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
        """Whether this process made it, as redis-py sees it: then any pool may take it."""
        return connection.pid == self.pid

    def reset(self):
        """Forgets all connections."""
        self._available_connections.clear()
        self._connections.clear()

    def disconnect(self, inuse_connections=True):
        """Ends the connections; those in use as well, unless told not to."""
        for connection in self._connections if inuse_connections else list(self._available_connections):
            connection.disconnect()

    def close(self):
        """Ends all connections."""
        self.disconnect()

    def set_retry(self, retry):
        """Gives all connections, and those to come, another retry."""
        self.connection_kwargs["retry"] = retry
        for connection in self._connections:
            connection.retry = retry


def _warn_of_arguments(command_name, options):
    from redis.commands.arguments import warn_of_argument

    names = (["command_name"] if command_name is not None else []) + list(options)
    warn_of_argument(names, "get_connection", "Use get_connection() without args instead", "5.3.0", stacklevel=4)


class BlockingConnectionPool(ConnectionPool):
    """A pool that waits for a connection to come back, up to `timeout` seconds, when all are handed out."""

    def __init__(
        self, max_connections=50, timeout=20, connection_class=Connection, queue_class=None, **connection_kwargs
    ):
        self.queue_class = queue_class
        self.timeout = timeout
        super().__init__(connection_class=connection_class, max_connections=max_connections, **connection_kwargs)
        self._not_made_yet = self.max_connections

    def _take(self):
        give_up = None if self.timeout is None else _wire.now() + self.timeout
        while True:
            try:
                return self._available_connections.pop()
            except IndexError:
                if self._not_made_yet > 0:
                    self._not_made_yet -= 1
                    return self.make_connection()
            if give_up is not None and _wire.now() >= give_up:
                break
            _wire.sleep(0.01)
        raise ConnectionError("No connection available.")

    def make_connection(self):
        """A new connection of the pool's."""
        connection = self.connection_class(**self.connection_kwargs)
        self._connections.append(connection)
        return connection

    def release(self, connection):
        """Takes a connection back."""
        full = len(self._available_connections) + self._not_made_yet >= self.max_connections
        if not full and connection not in self._available_connections:
            self._available_connections.append(connection)

    def reset(self):
        """Forgets all connections."""
        super().reset()
        self._not_made_yet = self.max_connections


def __getattr__(name):
    if name == "parse_url":  # redis-py has it here; it is loaded when it is asked for
        from redis.url import parse_url

        return parse_url
    raise AttributeError(f"module 'redis.connection' has no attribute {name!r}")
