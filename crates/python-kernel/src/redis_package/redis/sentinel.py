"""Redis Sentinel, which redis-tutor does not have: its single server has no replica to fail over to."""

from redis.connection import Connection, ConnectionPool, SSLConnection

_REFUSED = "redis-tutor is one Redis server without Sentinel: use redis.Redis() instead."


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
