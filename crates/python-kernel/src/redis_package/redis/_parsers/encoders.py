"""The module in which redis-py defines its encoder."""

from redis.encoder import Encoder
