"""The client, `redis.Redis`.

The methods of the command families build commands. `execute_command` sends a command and converts the reply. The
fast path is a single native call, which takes an idle connection from the pool's list and looks up the converter in
a table. Any other case (a new connection, an error, a timeout, another encoding) is handled by
`_execute_with_retries`, which repeats failed attempts according to the connection's `retry` policy.
"""

import _wire
from _wire import execute

from redis.abstract_connection import _copy
from redis.backoff import ExponentialWithJitterBackoff
from redis.commands.core import CoreCommands
from redis.connection import BlockingConnectionPool, ConnectionPool, SSLConnection
from redis.connection import UnixDomainSocketConnection, can_use_fast_path, is_resp3
from redis.driver_info import SENTINEL, resolve_driver_info
from redis.exceptions import RedisError, ResponseError, WatchError
from redis.replies import callbacks_for
from redis.retry import Retry

EMPTY_RESPONSE = "EMPTY_RESPONSE"
NEVER_DECODE = "NEVER_DECODE"


class Redis(CoreCommands):
    """A client of a Redis server. It connects when the first command is sent.

    Replies are bytes unless `decode_responses=True`. `socket_timeout` is the maximum wait for a reply, in seconds.
    """

    # Every command reads these attributes. As slots, they are found without a search through all command classes.
    __slots__ = ("_known", "_idle")

    connection = None
    _single_connection_client = False

    def __init__(
        self,
        host="localhost",
        port=6379,
        db=0,
        password=None,
        socket_timeout=5,
        socket_connect_timeout=5,
        socket_read_size=32768,
        socket_keepalive=True,
        socket_keepalive_options=SENTINEL,
        connection_pool=None,
        unix_socket_path=None,
        encoding="utf-8",
        encoding_errors="strict",
        decode_responses=False,
        retry_on_timeout=False,
        retry=Retry(backoff=ExponentialWithJitterBackoff(base=0.01, cap=1), retries=10),
        retry_on_error=None,
        ssl=False,
        ssl_keyfile=None,
        ssl_certfile=None,
        ssl_cert_reqs="required",
        ssl_include_verify_flags=None,
        ssl_exclude_verify_flags=None,
        ssl_ca_certs=None,
        ssl_ca_path=None,
        ssl_ca_data=None,
        ssl_check_hostname=True,
        ssl_password=None,
        ssl_validate_ocsp=False,
        ssl_validate_ocsp_stapled=False,
        ssl_ocsp_context=None,
        ssl_ocsp_expected_cert=None,
        ssl_min_version=None,
        ssl_ciphers=None,
        max_connections=None,
        single_connection_client=False,
        health_check_interval=0,
        client_name=None,
        lib_name=SENTINEL,
        lib_version=SENTINEL,
        driver_info=SENTINEL,
        username=None,
        redis_connect_func=None,
        credential_provider=None,
        protocol=None,
        legacy_responses=True,
        cache=None,
        cache_config=None,
        event_dispatcher=None,
        maint_notifications_config=None,
        oss_cluster_maint_notifications_handler=None,
    ):
        if cache or cache_config:
            raise NotImplementedError("redis-tutor has no client-side cache: leave out cache and cache_config.")
        if connection_pool:
            self.auto_close_connection_pool = False
        else:
            _warn_about_deprecated(retry_on_timeout, lib_name, lib_version)
            kwargs = {
                "db": db,
                "username": username,
                "password": password,
                "socket_timeout": socket_timeout,
                "socket_read_size": socket_read_size,
                "encoding": encoding,
                "encoding_errors": encoding_errors,
                "decode_responses": decode_responses,
                "retry_on_error": retry_on_error or [],
                "retry": _copy(retry),
                "max_connections": max_connections,
                "health_check_interval": health_check_interval,
                "client_name": client_name,
                "driver_info": resolve_driver_info(driver_info, lib_name, lib_version),
                "redis_connect_func": redis_connect_func,
                "credential_provider": credential_provider,
                "protocol": protocol,
                "legacy_responses": legacy_responses,
            }
            if unix_socket_path is not None:
                kwargs["path"] = unix_socket_path
                kwargs["connection_class"] = UnixDomainSocketConnection
            else:
                kwargs["host"] = host
                kwargs["port"] = port
                kwargs["socket_connect_timeout"] = socket_connect_timeout
                kwargs["socket_keepalive"] = socket_keepalive
                kwargs["socket_keepalive_options"] = socket_keepalive_options
                if ssl:
                    kwargs["connection_class"] = SSLConnection
                kwargs.update(_maintenance_setting(maint_notifications_config, protocol))
            connection_pool = ConnectionPool(**kwargs)
            self.auto_close_connection_pool = True
        self.connection_pool = connection_pool
        settings = connection_pool.connection_kwargs
        self.response_callbacks = callbacks_for(settings.get("protocol"), settings.get("legacy_responses", True))
        self._single_connection_client = single_connection_client
        if single_connection_client:
            self.connection = connection_pool.get_connection()
        self._choose_path()

    def _choose_path(self):
        """Sets the list of idle connections and the table of converters that `execute_command` uses."""
        self._known = self.response_callbacks.known
        pool = self.connection_pool
        # A pool class that the program defines itself must be asked for each connection, so the fast path cannot be
        # used.
        is_own_pool = type(pool) in (ConnectionPool, BlockingConnectionPool)
        self._uses_fast_path = is_own_pool and can_use_fast_path(pool.connection_kwargs)
        if self._uses_fast_path:
            self._idle = pool._available_connections if self.connection is None else [self.connection]
        else:
            self._idle = []

    @classmethod
    def from_url(cls, url, **kwargs):
        """Returns a client for redis://user:password@host:port/db?option=value."""
        single = kwargs.pop("single_connection_client", False)
        client = cls(connection_pool=ConnectionPool.from_url(url, **kwargs), single_connection_client=single)
        client.auto_close_connection_pool = True
        return client

    @classmethod
    def from_pool(cls, connection_pool):
        """Returns a client that uses this pool, and closes it when the client is closed."""
        client = cls(connection_pool=connection_pool)
        client.auto_close_connection_pool = True
        return client

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__name__}({self.connection_pool!r})>"

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()

    def __del__(self):
        try:
            self.close()
        except Exception:
            pass

    def close(self):
        """Closes the client's connections. A later command connects again."""
        connection, self.connection = self.connection, None
        if connection is not None:
            self._choose_path()
            self.connection_pool.release(connection)
        if self.auto_close_connection_pool:
            self.connection_pool.close()

    # --- commands ---

    def execute_command(self, *args, **options):
        """Sends a command and returns the converted reply: `r.execute_command('CONFIG GET', 'maxmemory')`."""
        return execute(self, self._known, self._idle, args, options)

    def _execute_with_retries(self, args, options, connection=None, cause=None):
        """Sends a command, with retries. `cause` is the error of an attempt that was already made."""
        if not args:
            raise IndexError("tuple index out of range")
        if connection is None:
            connection = self._take_connection()
        failed = None
        if cause is not None and connection._handle is not None:
            failed = connection.failure(cause)
            if type(failed) is _wire.Unencodable or type(cause) is _wire.Closed:
                failed = None  # try again with the encoder, or on a new connection, as if this were the first attempt
        return self._execute_on(connection, args, options, failed)

    def _execute_on(self, connection, args, options, failed):
        command = args[0]

        def attempt():
            nonlocal failed
            if failed is not None:
                error, failed = failed, None
                if EMPTY_RESPONSE in options and isinstance(error, ResponseError):
                    return options[EMPTY_RESPONSE]
                raise error
            connection.send_command(*args)
            return self.parse_response(connection, command, **options)

        try:
            return connection.retry.call_with_retry(attempt, connection.disconnect)
        finally:
            self._return_connection(connection)

    def _take_connection(self):
        if self.connection is None:
            return self.connection_pool.get_connection()
        while self._uses_fast_path:
            try:
                return self._idle.pop()
            except IndexError:
                _wire.sleep(0.001)  # another thread is using the only connection
        return self.connection

    def _return_connection(self, connection):
        if connection is not self.connection:
            self.connection_pool.release(connection)
        elif self._uses_fast_path:
            self._idle.append(connection)

    def parse_response(self, connection, command_name, **options):
        """Reads the reply to a command from a connection, and converts it."""
        try:
            if NEVER_DECODE in options:
                del options[NEVER_DECODE]
                reply = connection.read_response(disable_decoding=True)
            else:
                reply = connection.read_response()
                if command_name.__class__ is str and command_name not in self._known:
                    self.response_callbacks.converter(command_name)
        except ResponseError:
            if EMPTY_RESPONSE in options:
                return options[EMPTY_RESPONSE]
            raise
        return self._convert_reply(reply, command_name, options)

    def _convert_reply(self, reply, command_name, options):
        options.pop(EMPTY_RESPONSE, None)
        options.pop("keys", None)
        convert = self.response_callbacks.get(command_name)
        return reply if convert is None else convert(reply, **options)

    def set_response_callback(self, command, callback):
        """Sets the function that converts the replies to a command."""
        self.response_callbacks[command] = callback

    def load_external_module(self, funcname, func):
        """Adds a function to this client under a name."""
        setattr(self, funcname, func)

    # --- settings, and objects that use this client ---

    def get_encoder(self):
        """Returns the encoder for arguments and replies, with this client's settings."""
        return self.connection_pool.get_encoder()

    def get_connection_kwargs(self):
        """Returns the settings of this client's connections."""
        return self.connection_pool.connection_kwargs

    def get_retry(self):
        """Returns the retry policy."""
        return self.get_connection_kwargs().get("retry")

    def set_retry(self, retry):
        """Sets the retry policy."""
        self.get_connection_kwargs()["retry"] = retry
        self.connection_pool.set_retry(retry)

    def get_cache(self):
        """Returns the client-side cache, which is always None."""
        return self.connection_pool.cache

    def client(self):
        """Returns a client that keeps one connection of this client's pool for itself."""
        return type(self)(connection_pool=self.connection_pool, single_connection_client=True)

    def pipeline(self, transaction=True, shard_hint=None):
        """Returns a pipeline, which collects commands and sends them together, as a transaction by default."""
        from redis.pipeline import Pipeline

        return Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)

    def transaction(self, func, *watches, **kwargs):
        """Calls `func` with a pipeline that watches these keys, and executes it. Repeats both if a key was changed.

        Returns the replies, or with `value_from_callable=True` the result of `func`. `watch_delay`: seconds in between.
        """
        shard_hint = kwargs.pop("shard_hint", None)
        from_func = kwargs.pop("value_from_callable", False)
        watch_delay = kwargs.pop("watch_delay", None)
        with self.pipeline(True, shard_hint) as pipe:
            while True:
                try:
                    if watches:
                        pipe.watch(*watches)
                    value = func(pipe)
                    replies = pipe.execute()
                    return value if from_func else replies
                except WatchError:
                    if watch_delay is not None and watch_delay > 0:
                        _wire.sleep(watch_delay)

    def lock(
        self,
        name,
        timeout=None,
        sleep=0.1,
        blocking=True,
        blocking_timeout=None,
        lock_class=None,
        thread_local=True,
        raise_on_release_error=True,
    ):
        """Returns a lock that all clients share, stored in the key `name`. See redis.lock.Lock."""
        if lock_class is None:
            lock_class = self._lock_class()
        return lock_class(
            self,
            name,
            timeout=timeout,
            sleep=sleep,
            blocking=blocking,
            blocking_timeout=blocking_timeout,
            thread_local=thread_local,
            raise_on_release_error=raise_on_release_error,
        )

    def _lock_class(self):
        from redis.lock import Lock

        return Lock

    def pubsub(self, **kwargs):
        """Returns a subscriber, with a connection of its own."""
        from redis.pubsub import PubSub

        return PubSub(self.connection_pool, **kwargs)

    def monitor(self):
        """Returns a monitor of all commands that the server receives, with a connection of its own."""
        from redis.pubsub import Monitor

        return Monitor(self.connection_pool)

    def keyspace_notifications(self, key_prefix=None, ignore_subscribe_messages=True):
        """Returns a reader of keyspace notifications, with a connection of its own."""
        from redis.keyspace_notifications import KeyspaceNotifications

        return KeyspaceNotifications(self, key_prefix, ignore_subscribe_messages)

    # --- prepared field sets (Redis 8.8) ---

    def himport_prepare(self, fieldset_name, fields):
        """Defines a named set of fields for himport_set."""
        return self.himport_prepare_internal(fieldset_name, fields)

    def himport_discard(self, fieldset_name):
        """Deletes a prepared field set."""
        return self.himport_discard_internal(fieldset_name)

    def himport_discard_all(self):
        """Deletes all prepared field sets."""
        return self.himport_discard_all_internal()


StrictRedis = Redis


def _warn_about_deprecated(retry_on_timeout, lib_name, lib_version):
    from redis.commands.arguments import warn_of_argument

    if retry_on_timeout:
        warn_of_argument("retry_on_timeout", "__init__", "TimeoutError is included by default.", "6.0.0", stacklevel=4)
    reason = "Use 'driver_info' parameter instead. lib_name and lib_version will be removed in a future version."
    for name, value in (("lib_name", lib_name), ("lib_version", lib_version)):
        if value is not SENTINEL:
            warn_of_argument(name, "__init__", reason, "", stacklevel=4)


def _maintenance_setting(config, protocol):
    """Returns the setting of a pool for a configuration of maintenance notifications, as a dict."""
    if not config:
        return {}
    if config.enabled and not is_resp3(protocol):
        raise RedisError("Maintenance notifications handlers on connection are only supported with RESP version 3")
    return {"maint_notifications_config": config}


_LOADED_ON_USE = {
    "CaseInsensitiveDict": "replies",
    "Lock": "lock",
    "Monitor": "pubsub",
    "Pipeline": "pipeline",
    "PubSub": "pubsub",
    "PubSubWorkerThread": "pubsub_thread",
}


def __getattr__(name):
    # redis-py also has these classes in this module. They derive from Redis, and are loaded on first use.
    from importlib import import_module

    if name not in _LOADED_ON_USE:
        return import_module("redis.absent").find(__name__, name)
    return getattr(import_module("redis." + _LOADED_ON_USE[name]), name)
