"""What needs a module, a cluster or several users: the tutor has none of them, and each method says so."""


def _refuse(method, what):
    raise NotImplementedError(f"redis-tutor has Redis's core data types only: {method}() needs {what}.")


class RedisModuleCommands:
    """Access to the data types of modules."""

    def json(self, encoder=None, decoder=None):
        """JSON documents; not in redis-tutor."""
        _refuse("json", "the JSON module")

    def ft(self, index_name="idx"):
        """Search; not in redis-tutor."""
        _refuse("ft", "the search module")

    def ts(self):
        """Time series; not in redis-tutor."""
        _refuse("ts", "the time series module")

    def bf(self):
        """Bloom filters; not in redis-tutor."""
        _refuse("bf", "the Bloom module")

    def cf(self):
        """Cuckoo filters; not in redis-tutor."""
        _refuse("cf", "the Bloom module")

    def cms(self):
        """Count-min sketches; not in redis-tutor."""
        _refuse("cms", "the Bloom module")

    def topk(self):
        """Top-k lists; not in redis-tutor."""
        _refuse("topk", "the Bloom module")

    def tdigest(self):
        """t-digests; not in redis-tutor."""
        _refuse("tdigest", "the Bloom module")

    def vset(self):
        """Vector sets; not in redis-tutor."""
        _refuse("vset", "vector sets")

    def cluster(self, cluster_arg, *args, **kwargs):
        """Commands on a cluster; not in redis-tutor."""
        _refuse("cluster", "a cluster of servers")
