"""Small things that programs import from here."""

from redis.driver_info import SENTINEL, VERSION
from redis.replies import text as str_if_bytes


def from_url(url, **kwargs):
    """A client for redis://user:password@host:port/db?option=value."""
    from redis.client import Redis

    return Redis.from_url(url, **kwargs)


def safe_str(value):
    """Anything as a str, bytes decoded."""
    return str(str_if_bytes(value))


def get_lib_version():
    """The version of this library, which servers are told."""
    return VERSION


class pipeline:
    """A pipeline for a with block, executed at its end."""

    def __init__(self, redis_obj):
        self._pipeline = redis_obj.pipeline()

    def __enter__(self):
        return self._pipeline

    def __exit__(self, exc_type, exc_value, traceback):
        if exc_type is None:
            self._pipeline.execute()
