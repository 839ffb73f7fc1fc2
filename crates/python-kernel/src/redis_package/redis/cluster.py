"""A placeholder for Redis Cluster, which redis-tutor does not have, because it is a single server."""

PRIMARY = "primary"
REPLICA = "replica"
SLOT_ID = "slot-id"


def get_node_name(host, port):
    """Returns the name of a node: host:port."""
    return f"{host}:{port}"


class ClusterNode:
    """The address of a server of a cluster."""

    def __init__(self, host, port, server_type=None, redis_connection=None):
        self.host = "127.0.0.1" if host == "localhost" else host
        self.port = port
        self.name = get_node_name(self.host, port)
        self.server_type = server_type
        self.redis_connection = redis_connection

    def __repr__(self):
        return (
            f"[host={self.host},port={self.port},name={self.name},server_type={self.server_type},"
            f"redis_connection={self.redis_connection}]"
        )

    def __eq__(self, other):
        return isinstance(other, ClusterNode) and other.name == self.name

    def __hash__(self):
        return hash(self.name)


class RedisCluster:
    """A client of several servers that share the keys. redis-tutor has only one server."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("redis-tutor is one Redis server, not a cluster: use redis.Redis() instead.")

    @classmethod
    def from_url(cls, url, **kwargs):
        """Returns a client of the cluster at a URL."""
        return cls()


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
