"""redis-py's reply parsers. Replies are parsed by a native module, so only the encoder exists here."""

from redis.encoder import Encoder


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
