"""The module in which redis-py has its encoder."""

from redis.encoder import Encoder
