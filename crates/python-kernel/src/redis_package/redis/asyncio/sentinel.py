"""Redis Sentinel, which redis-tutor does not have: its single server has no replica to fail over to."""

from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection
from redis.exceptions import ConnectionError

_REFUSED = "redis-tutor is one Redis server without Sentinel: use redis.asyncio.Redis() instead."


class MasterNotFoundError(ConnectionError):
    """No master has the name."""


class SlaveNotFoundError(ConnectionError):
    """No replica has the name."""


ReplicaNotFoundError = SlaveNotFoundError


class Sentinel:
    """Finds the current master. redis-tutor has only one server."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


class SentinelConnectionPool(ConnectionPool):
    """A pool of connections to the master."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


class SentinelManagedConnection(Connection):
    """A connection to the master."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


class SentinelManagedSSLConnection(SSLConnection):
    """A connection over TLS to the master."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
