"""Helper functions that programs import from this module."""


def from_url(url, **kwargs):
    """Returns a client for redis://user:password@host:port/db?option=value."""
    from redis.asyncio.client import Redis

    return Redis.from_url(url, **kwargs)


class pipeline:
    """A pipeline for an async with statement, executed at the end of its block."""

    def __init__(self, redis_obj):
        self.p = redis_obj.pipeline()

    async def __aenter__(self):
        return self.p

    async def __aexit__(self, exc_type, exc_value, traceback):
        await self.p.execute()
        del self.p
