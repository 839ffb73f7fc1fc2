"""redis-py's parsers of replies. Replies are parsed by a native module, so only the encoder is here."""

from redis.encoder import Encoder


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
