"""Reply conversions that programs import from this module."""

from redis.replies import is_ok as bool_ok
from redis.replies import text as str_if_bytes


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
