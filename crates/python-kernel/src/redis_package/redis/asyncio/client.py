"""The client for asyncio, `redis.asyncio.Redis`.

Methods of the command families build a command, and return what `execute_command` returns: a coroutine, which sends the
command and converts the reply.
"""

import asyncio

from redis import client as synchronous
from redis.abstract_connection import _copy
from redis.asyncio.connection import ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.client import EMPTY_RESPONSE, NEVER_DECODE, _maintenance_setting, _warn_about_deprecated
from redis.commands.asynchronous import AsyncCoreCommands
from redis.driver_info import SENTINEL, resolve_driver_info
from redis.exceptions import ResponseError, WatchError
from redis.replies import callbacks_for
from redis.utils import warn_deprecated


class Redis(AsyncCoreCommands):
    """A client of a Redis server, for asyncio. It connects when the first command is awaited.

    async with redis.asyncio.Redis(decode_responses=True) as r:
        await r.set('name', 'Ann')
    """

    connection = None

    def __init__(
        self,
        *,
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
        ssl_ca_data=None,
        ssl_ca_path=None,
        ssl_check_hostname=True,
        ssl_min_version=None,
        ssl_ciphers=None,
        ssl_password=None,
        max_connections=None,
        single_connection_client=False,
        health_check_interval=0,
        client_name=None,
        lib_name=SENTINEL,
        lib_version=SENTINEL,
        driver_info=SENTINEL,
        username=None,
        auto_close_connection_pool=None,
        redis_connect_func=None,
        credential_provider=None,
        protocol=None,
        legacy_responses=True,
        event_dispatcher=None,
        maint_notifications_config=None,
    ):
        _warn_about_deprecated(retry_on_timeout, lib_name, lib_version)
        if auto_close_connection_pool is not None:
            _warn_of_auto_close()
        else:
            auto_close_connection_pool = True
        if connection_pool:
            auto_close_connection_pool = False
        else:
            kwargs = {
                "db": db,
                "username": username,
                "password": password,
                "credential_provider": credential_provider,
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
                "protocol": protocol,
                "legacy_responses": legacy_responses,
            }
            if unix_socket_path is not None:
                kwargs.update(path=unix_socket_path, connection_class=UnixDomainSocketConnection)
            else:
                kwargs.update(
                    host=host,
                    port=port,
                    socket_connect_timeout=socket_connect_timeout,
                    socket_keepalive=socket_keepalive,
                    socket_keepalive_options=socket_keepalive_options,
                )
                if ssl:
                    kwargs["connection_class"] = SSLConnection
            kwargs.update(_maintenance_setting(maint_notifications_config, protocol))
            connection_pool = ConnectionPool(**kwargs)
        self.auto_close_connection_pool = auto_close_connection_pool
        self.connection_pool = connection_pool
        self.single_connection_client = single_connection_client
        settings = connection_pool.connection_kwargs
        self.response_callbacks = callbacks_for(settings.get("protocol"), settings.get("legacy_responses", True))
        self._single_conn_lock = asyncio.Lock()
        self._usage_counter = 0

    @classmethod
    def from_url(cls, url, single_connection_client=False, auto_close_connection_pool=None, **kwargs):
        """Returns a client for redis://user:password@host:port/db?option=value."""
        pool = ConnectionPool.from_url(url, **kwargs)
        client = cls(connection_pool=pool, single_connection_client=single_connection_client)
        if auto_close_connection_pool is not None:
            _warn_of_auto_close()
        client.auto_close_connection_pool = auto_close_connection_pool is None or auto_close_connection_pool
        return client

    # These methods wait for nothing, so both kinds of clients have the same.
    from_pool = synchronous.Redis.__dict__["from_pool"]
    __repr__ = synchronous.Redis.__repr__
    set_response_callback = synchronous.Redis.set_response_callback
    load_external_module = synchronous.Redis.load_external_module
    get_encoder = synchronous.Redis.get_encoder
    get_connection_kwargs = synchronous.Redis.get_connection_kwargs
    get_retry = synchronous.Redis.get_retry
    set_retry = synchronous.Redis.set_retry
    client = synchronous.Redis.client
    lock = synchronous.Redis.lock

    def __await__(self):
        return self.initialize().__await__()

    async def initialize(self):
        """Takes a connection, if the client keeps one for itself. Returns the client."""
        if self.single_connection_client:
            async with self._single_conn_lock:
                if self.connection is None:
                    self.connection = await self.connection_pool.get_connection()
        return self

    async def __aenter__(self):
        self._usage_counter += 1
        try:
            return await self.initialize()
        except Exception:
            self._usage_counter -= 1
            raise

    async def __aexit__(self, exc_type, exc_value, traceback):
        self._usage_counter -= 1
        if self._usage_counter == 0:
            await asyncio.shield(self.aclose())

    async def aclose(self, close_connection_pool=None):
        """Closes the client's connections. A later command connects again."""
        connection, self.connection = self.connection, None
        if connection:
            await self.connection_pool.release(connection)
        if close_connection_pool or (close_connection_pool is None and self.auto_close_connection_pool):
            await self.connection_pool.aclose()

    async def close(self, close_connection_pool=None):
        """Closes the client's connections. The deprecated name of aclose."""
        warn_deprecated("close", "Use aclose() instead", "5.0.1", stacklevel=3)
        await self.aclose(close_connection_pool)

    # --- commands ---

    async def execute_command(self, *args, **options):
        """Sends a command and returns the converted reply: `await r.execute_command('CONFIG GET', 'maxmemory')`."""
        await self.initialize()
        command = args[0]
        connection = self.connection or await self.connection_pool.get_connection()
        if self.single_connection_client:
            await self._single_conn_lock.acquire()
        try:
            return await connection.retry.call_with_retry(
                lambda: self._send_command_parse_response(connection, command, *args, **options),
                lambda error, failures: connection.disconnect(error=error, failure_count=failures),
                with_failure_count=True,
            )
        finally:
            if self.single_connection_client:
                self._single_conn_lock.release()
            if not self.connection:
                await self.connection_pool.release(connection)

    async def _send_command_parse_response(self, conn, command_name, *args, **options):
        await conn.send_command(*args)
        return await self.parse_response(conn, command_name, **options)

    async def parse_response(self, connection, command_name, **options):
        """Reads the reply to a command from a connection, and converts it."""
        try:
            if NEVER_DECODE in options:
                options.pop(NEVER_DECODE)
                reply = await connection.read_response(disable_decoding=True)
            else:
                reply = await connection.read_response()
        except ResponseError:
            if EMPTY_RESPONSE in options:
                return options[EMPTY_RESPONSE]
            raise
        return await self._convert_reply(reply, command_name, options)

    async def _convert_reply(self, reply, command_name, options):
        options.pop(EMPTY_RESPONSE, None)
        options.pop("keys", None)
        convert = self.response_callbacks.get(command_name)
        if convert is None:
            return reply
        converted = convert(reply, **options)
        return await converted if hasattr(converted, "__await__") else converted

    # --- objects that use this client ---

    def pipeline(self, transaction=True, shard_hint=None):
        """Returns a pipeline, which collects commands and sends them together, as a transaction by default."""
        from redis.asyncio.pipeline import Pipeline

        return Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)

    async def transaction(self, func, *watches, shard_hint=None, value_from_callable=False, watch_delay=None):
        """Calls `func` with a pipeline that watches these keys, and executes it. Repeats both if a key was changed.

        Returns the replies, or with `value_from_callable=True` the result of `func`. `watch_delay`: seconds in between.
        """
        async with self.pipeline(True, shard_hint) as pipe:
            while True:
                try:
                    if watches:
                        await pipe.watch(*watches)
                    value = func(pipe)
                    if hasattr(value, "__await__"):
                        value = await value
                    replies = await pipe.execute()
                    return value if value_from_callable else replies
                except WatchError:
                    if watch_delay is not None and watch_delay > 0:
                        await asyncio.sleep(watch_delay)

    def _lock_class(self):
        from redis.asyncio.lock import Lock

        return Lock

    def pubsub(self, **kwargs):
        """Returns a subscriber, with a connection of its own."""
        from redis.asyncio.pubsub import PubSub

        return PubSub(self.connection_pool, **kwargs)

    def monitor(self):
        """Returns a monitor of all commands that the server receives, with a connection of its own."""
        from redis.asyncio.pubsub import Monitor

        return Monitor(self.connection_pool)

    def keyspace_notifications(self, key_prefix=None, ignore_subscribe_messages=True):
        """Returns a reader of keyspace notifications. redis-tutor has it only for `redis.Redis`."""
        raise NotImplementedError(
            "redis-tutor has no keyspace_notifications() of redis.asyncio: use pubsub() and psubscribe('__key*__:*')."
        )

    # --- prepared field sets (Redis 8.8) ---

    async def himport_prepare(self, fieldset_name, fields):
        """Defines a named set of fields for himport_set."""
        return await self.himport_prepare_internal(fieldset_name, fields)

    async def himport_discard(self, fieldset_name):
        """Deletes a prepared field set."""
        return await self.himport_discard_internal(fieldset_name)

    async def himport_discard_all(self):
        """Deletes all prepared field sets."""
        return await self.himport_discard_all_internal()


StrictRedis = Redis


def _warn_of_auto_close():
    import warnings

    warnings.warn(
        DeprecationWarning(
            '"auto_close_connection_pool" is deprecated since version 5.0.1. Please create a ConnectionPool explicitly '
            "and provide to the Redis() constructor instead."
        ),
        stacklevel=3,
    )


_LOADED_ON_USE = {"Lock": "lock", "Monitor": "pubsub", "Pipeline": "pipeline", "PubSub": "pubsub"}


def __getattr__(name):
    # redis-py has these classes in this module as well. They are loaded on first use.
    from importlib import import_module

    if name in _LOADED_ON_USE:
        return getattr(import_module("redis.asyncio." + _LOADED_ON_USE[name]), name)
    return import_module("redis.absent").find(__name__, name)
