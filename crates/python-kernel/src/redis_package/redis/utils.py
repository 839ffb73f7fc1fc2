"""Helper functions that programs import from this module."""

from redis.driver_info import SENTINEL, VERSION
from redis.replies import text as str_if_bytes

CRYPTOGRAPHY_AVAILABLE = HIREDIS_AVAILABLE = False
SSL_AVAILABLE = True
DEFAULT_RESP_VERSION = 3


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


def dict_merge(*dicts):
    """Returns a dict with the entries of all dicts."""
    merged = {}
    for mapping in dicts:
        merged.update(mapping)
    return merged


def list_keys_to_dict(key_list, callback):
    """Returns a dict with the same value for all keys."""
    return dict.fromkeys(key_list, callback)


def merge_result(command, res):
    """Returns the different items of all lists in a dict."""
    return list({item for items in res.values() for item in items})


def compare_versions(version1, version2):
    """Returns -1 if the first version is newer, 1 if the second is, and 0 if they are the same."""
    first, second = [[int(part) for part in version.split(".")] for version in (version1, version2)]
    length = max(len(first), len(second))
    first, second = [parts + [0] * (length - len(parts)) for parts in (first, second)]
    return (second > first) - (first > second)


def ensure_string(key):
    """Decodes a key."""
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if isinstance(key, str):
        return key
    raise TypeError("Key must be either a string or bytes")


def extract_expire_flags(ex=None, px=None, exat=None, pxat=None):
    """Returns the words for a time to live or a time of expiry."""
    from redis.commands.arguments import expiry

    return expiry(ex, px, exat, pxat)


def check_protocol_version(protocol, expected_version=3):
    """Returns whether this setting means the expected protocol."""
    if protocol is None or protocol is SENTINEL:
        protocol = DEFAULT_RESP_VERSION
    return str(protocol) == str(expected_version)


def format_error_message(host_error, exception):
    """Returns the message for an address that cannot be reached."""
    if not exception.args:
        return f"Error connecting to {host_error}."
    reason = f" {exception.args[1]}." if len(exception.args) > 1 else ""
    return f"Error {exception.args[0]} connecting to {host_error}.{reason}"


def truncate_text(txt, max_length=100):
    """Shortens a text."""
    from textwrap import shorten

    return shorten(txt, width=max_length, placeholder="...", break_long_words=True)


def dummy_fail():
    """Does nothing, for a Retry without a function for failures."""


async def dummy_fail_async():
    """Does nothing, for a Retry without a function for failures."""


def warn_deprecated(name, reason="", version="", stacklevel=2):
    """Warns of a name that will be removed."""
    import warnings

    message = f"Call to deprecated {name}."
    message += f" ({reason})" if reason else ""
    message += f" -- Deprecated since version {version}." if version else ""
    warnings.warn(message, category=DeprecationWarning, stacklevel=stacklevel)


def deprecated_function(reason="", version="", name=None):
    """Returns a decorator of functions that warns when they are called."""
    from functools import wraps

    def decorator(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            warn_deprecated(name or function.__name__, reason, version, stacklevel=3)
            return function(*args, **kwargs)

        return wrapper

    return decorator


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
