"""Redis Sentinel, which the tutor does not have: nothing watches over its one server."""

from redis.connection import Connection, ConnectionPool, SSLConnection

_REFUSED = "redis-tutor is one Redis server without Sentinel: use redis.Redis() instead."


class Sentinel:
    """Finds the server that is in charge at the moment. The tutor has only one."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


class SentinelConnectionPool(ConnectionPool):
    """A pool of connections to the server in charge."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


class SentinelManagedConnection(Connection):
    """A connection to the server in charge."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)


class SentinelManagedSSLConnection(SSLConnection):
    """A connection over TLS to the server in charge."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(_REFUSED)
