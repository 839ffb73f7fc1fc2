"""Redis Cluster, which redis-tutor does not have: it is a single server."""


class RedisCluster:
    """A client of several servers that share the keys. redis-tutor has only one server."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("redis-tutor is one Redis server, not a cluster: use redis.asyncio.Redis() instead.")

    @classmethod
    def from_url(cls, url, **kwargs):
        """Returns a client of the cluster at a URL."""
        return cls()


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
