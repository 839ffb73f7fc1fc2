"""Helper functions that programs import from this module."""

from redis.commands.arguments import words_of as list_or_args


def at_most_one_value_set(iterable):
    """Returns whether at most one of the values is true."""
    return sum(map(bool, iterable)) <= 1


def nativestr(x):
    """Decodes bytes. Returns None for the text null."""
    text = x.decode("utf-8", "replace") if isinstance(x, bytes) else x
    return None if text == "null" else text


def delist(x):
    """Decodes a list of bytes."""
    return None if x is None else [nativestr(item) for item in x]


def _number_or_text(item):
    if item is None or isinstance(item, float):
        return item
    try:
        text = nativestr(item)
    except TypeError:
        return None
    if isinstance(text, str) and text.lower() in ("infinity", "nan", "-infinity"):
        return text
    for convert in (int, float):
        try:
            return convert(item)
        except (ValueError, OverflowError, TypeError):
            pass
    return text


def parse_to_list(response):
    """Converts the items of a list to numbers where possible, and to text otherwise."""
    return [] if response is None else [_number_or_text(item) for item in response]


def random_string(length=10):
    """Returns random small letters."""
    import random
    import string

    return "".join(random.choice(string.ascii_lowercase) for _ in range(length))


def decode_dict_keys(obj):
    """Returns a copy of a dict with decoded keys."""
    from copy import copy

    found = copy(obj)
    for key in obj:
        if isinstance(key, bytes):
            found[key.decode("utf-8")] = found.pop(key)
    return found


def get_protocol_version(client):
    """Returns the protocol that a client was asked to use, or None."""
    return client.connection_pool.connection_kwargs.get("protocol")


def get_legacy_responses(client):
    """Returns whether a client converts replies as older versions did."""
    return client.connection_pool.connection_kwargs.get("legacy_responses", True)


def parse_pubsub_subscriptions(args, kwargs):
    """Returns the handlers of channels, or None, by the channels' names."""
    from redis.typing import Subscription

    found = {}
    for channel in list_or_args(args[0], args[1:]) if args else []:
        if isinstance(channel, Subscription):
            found[channel.name] = channel.handler
        else:
            found[channel] = None
    found.update(kwargs)
    return found


def pubsub_subscription_args(subscriptions):
    """Returns the arguments of `subscribe` for a dict of channels and handlers."""
    from redis.typing import Subscription

    return [
        channel if handler is None else Subscription(channel, handler) for channel, handler in subscriptions.items()
    ]


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
