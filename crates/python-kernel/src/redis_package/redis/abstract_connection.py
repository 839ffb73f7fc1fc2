"""The base class of all connections: setup commands, sending commands, reading replies, and errors.

The native module `_wire` transfers the bytes and parses the replies.
"""

import builtins

import _wire

from redis import exceptions
from redis.backoff import NoBackoff
from redis.driver_info import SENTINEL, resolve_driver_info
from redis.encoder import Encoder
from redis.exceptions import ConnectionError, DataError, RedisError, TimeoutError
from redis.retry import Retry

DEFAULT_SOCKET_TIMEOUT = 5
DEFAULT_SOCKET_READ_SIZE = 32768


class AbstractConnection:
    """The base class of all connections."""

    __module__ = "redis.connection"  # redis-py defines it in this module

    pid = 1
    _retry_class = Retry

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
        self.retry = _own_retry(self._retry_class, retry, self.retry_on_error)
        self.health_check_interval = health_check_interval
        self.next_health_check = 0
        self.redis_connect_func = redis_connect_func
        self.encoder = Encoder(encoding, encoding_errors, decode_responses)
        self.handshake_metadata = None
        self._connect_callbacks = []
        self.protocol = _protocol(protocol)
        self.legacy_responses = legacy_responses
        # Replies in an encoding other than UTF-8 are decoded here, because the native module supports only UTF-8.
        self._native = self.encoder.is_plain_utf8()
        self._encoding = "utf-8" if decode_responses and self._native else None

    def __repr__(self):
        pieces = ",".join(f"{name}={value}" for name, value in self.repr_pieces())
        return f"<{type(self).__module__}.{type(self).__name__}({pieces})>"

    def __del__(self):
        try:
            self._close()
        except Exception:
            pass

    @property
    def is_connected(self):
        """Whether the connection is open."""
        return self._handle is not None

    def get_protocol(self):
        """Returns the protocol version, 2 or 3."""
        return self.protocol

    # --- connecting and disconnecting ---

    def connect(self):
        """Connects, unless the connection is open already."""
        if self._handle is None:
            self.retry.call_with_retry(self._connect, self.disconnect)

    def _connect(self):
        if self._handle is not None:
            return
        if not self._native:
            "a".encode(self.encoder.encoding)  # raises an error for an unknown encoding before anything is sent
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
        """Sends the setup commands of a new connection, for use by a `redis_connect_func`."""
        for command, check in self._set_up():
            _wire.send(self._handle, _wire.pack(command))
            check(_wire.read(self._handle, self.socket_timeout, None))

    def _set_up(self):
        """Returns the setup commands, each with the function that checks its reply."""
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
        """Closes the connection. The next command opens it again."""
        self._close()

    def _close(self):
        handle, self._handle = self._handle, None
        self._ahead.clear()
        if handle is not None:
            _wire.close(handle)

    def register_connect_callback(self, callback):
        """Registers a method to be called after each connect, until its object is deleted."""
        from _weakref import ref

        self._connect_callbacks.append((ref(callback.__self__), callback.__func__))

    def deregister_connect_callback(self, callback):
        """Removes a method that register_connect_callback has registered."""
        self._connect_callbacks = [
            (owner, function)
            for owner, function in self._connect_callbacks
            if owner() is not callback.__self__ or function is not callback.__func__
        ]

    # --- commands and replies ---

    def failure(self, cause):
        """Returns the error to raise for an exception or error reply of the native module. Disconnects if necessary."""
        kind = type(cause)
        if kind is _wire.ErrorReply:
            error = exceptions.of_reply(cause.args[0])
            if isinstance(error, ConnectionError):
                self._close()
            return error
        if kind is _wire.Unencodable:
            return cause
        self._close()
        if kind is _wire.TimedOut:
            return _timeout()
        if kind is _wire.Closed:
            return ConnectionError("Connection closed by server.")
        return cause

    def _through(self, function, *args):
        """Calls a function of the native module, and raises redis-py's error for an exception."""
        try:
            return function(*args)
        except BaseException as error:
            cause = error
        raise self.failure(cause)

    def pack_command(self, *args):
        """Returns the bytes of a command, as a list of pieces."""
        try:
            if self._native:
                return [_wire.pack(args)]
        except _wire.Unencodable:
            pass  # possibly a subclass of str or int, which the encoder may accept
        encode = self.encoder.encode
        first = args[0].encode().split() if isinstance(args[0], str) else args[0].split()
        return [_wire.pack((*first, *[encode(arg) for arg in args[1:]]))]

    def pack_commands(self, commands):
        """Returns the bytes of several commands, as a list of pieces."""
        return [b"".join([piece for command in commands for piece in self.pack_command(*command)])]

    def send_packed_command(self, command, check_health=True):
        """Sends bytes. Connects first if the connection is closed."""
        if self._handle is None:
            self.connect()
        if check_health:
            self.check_health()
        self._through(_wire.send, self._handle, command if isinstance(command, bytes) else b"".join(command))

    def send_command(self, *args, **kwargs):
        """Sends a command."""
        self.send_packed_command(self.pack_command(*args), check_health=kwargs.get("check_health", True))

    def can_read(self, timeout=0):
        """Returns whether a reply arrives within `timeout` seconds. The reply is kept for read_response."""
        if self._handle is None:
            self.connect()
        if not self._ahead:
            try:
                self._ahead.append(_wire.read(self._handle, timeout, self._encoding))
            except _wire.TimedOut:
                return False
            except (_wire.ErrorReply, _wire.Closed, UnicodeError) as error:
                self._ahead.append(error)
        return True

    def _next(self, timeout, encoding):
        """Returns the next reply, or the exception that occurred instead."""
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
        """Returns the next reply. Raises an exception for an error reply."""
        if timeout is SENTINEL:
            timeout = self.socket_timeout
        encoding = None if disable_decoding else self._encoding
        reply = self._next(timeout, encoding)
        while type(reply) is _wire.Push and not push_request:
            reply = self._next(timeout, encoding)
        if isinstance(reply, BaseException):
            if not disconnect_on_error:
                if type(reply) is _wire.TimedOut:
                    raise _timeout()
                if isinstance(reply, UnicodeError):
                    # Like redis-py, keep a reply that cannot be decoded, and return it again on the next read.
                    self._ahead.append(reply)
                    raise reply.with_traceback(None)
            raise self.failure(reply)
        if self.health_check_interval:
            self.next_health_check = _wire.now() + self.health_check_interval
        if self.encoder.decode_responses and not self._native and not disable_decoding:
            reply = self.encoder.decode_all(reply)
        return reply

    def check_health(self):
        """Sends a PING if the last reply is older than the interval of the health check."""
        if self.health_check_interval and _wire.now() > self.next_health_check:
            self.retry.call_with_retry(self._ping, self.disconnect)

    def _ping(self):
        self.send_command("PING", check_health=False)
        if self.read_response(disable_decoding=True) != b"PONG":
            raise ConnectionError("Bad response from PING health check")


def _timeout():
    """Returns redis-py's timeout error, whose traceback shows the socket's timeout as its context."""
    error = TimeoutError("Timeout reading from socket")
    error.__context__ = builtins.TimeoutError("timed out")
    return error


def _refusal(reason):
    """Returns the error for an address that cannot be reached. `refused` tells Retry not to try again."""
    error = ConnectionError(reason)
    error.refused = True
    if reason.startswith("Error 111"):
        error.__context__ = ConnectionRefusedError(111, "Connection refused")
    return error


def _own_retry(retry_class, retry, errors):
    if not retry and not errors:
        return retry_class(NoBackoff(), 0)
    own = retry_class(NoBackoff(), 1) if retry is None else _copy(retry)
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
    """Ignores the reply, because older servers do not have this command."""


def _must_be_no_error(reply):
    if isinstance(reply, _wire.ErrorReply):
        raise exceptions.of_reply(reply.args[0])


def _must_be_ok(reply):
    _must_be_no_error(reply)
    if reply not in (b"OK", "OK"):
        raise ConnectionError("Error setting up the connection")
