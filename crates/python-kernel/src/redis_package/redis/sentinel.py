"""A placeholder for Redis Sentinel, which redis-tutor does not have, because its single server has no replica."""

from redis.connection import Connection, ConnectionPool, SSLConnection

from redis.exceptions import ConnectionError


class _Refused:
    """The base of classes that exist only so that programs can import them."""

    _instead = "redis.Redis()"

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(f"redis-tutor is one Redis server without Sentinel: use {self._instead} instead.")


class MasterNotFoundError(ConnectionError):
    """No master has the name."""


class SlaveNotFoundError(ConnectionError):
    """No replica has the name."""


ReplicaNotFoundError = SlaveNotFoundError


class Sentinel(_Refused):
    """Finds the current master. redis-tutor has only one server."""


class SentinelConnectionPool(_Refused, ConnectionPool):
    """A pool of connections to the master."""


class SentinelManagedConnection(_Refused, Connection):
    """A connection to the master."""


class SentinelManagedSSLConnection(_Refused, SSLConnection):
    """A connection over TLS to the master."""


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
