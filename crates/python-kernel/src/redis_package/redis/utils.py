"""Helper functions that programs import from this module."""

from redis.driver_info import SENTINEL, VERSION
from redis.replies import text as str_if_bytes


def from_url(url, **kwargs):
    """Returns a client for redis://user:password@host:port/db?option=value."""
    from redis.client import Redis

    return Redis.from_url(url, **kwargs)


def safe_str(value):
    """Converts a value to str, decoding bytes."""
    return str(str_if_bytes(value))


def get_lib_version():
    """Returns the version of this library."""
    return VERSION


class pipeline:
    """A pipeline for a with statement, executed at the end of its block."""

    def __init__(self, redis_obj):
        self._pipeline = redis_obj.pipeline()

    def __enter__(self):
        return self._pipeline

    def __exit__(self, exc_type, exc_value, traceback):
        if exc_type is None:
            self._pipeline.execute()
