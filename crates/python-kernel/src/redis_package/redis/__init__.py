"""The package `redis`, which has the same names, defaults, argument checks and return values as redis-py 8.1.

It connects to the Redis inside redis-tutor. See `help(redis.Redis)`.
"""

from redis.backoff import default_backoff
from redis.client import Redis, StrictRedis
from redis.connection import (
    BlockingConnectionPool,
    Connection,
    ConnectionPool,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.driver_info import DriverInfo
from redis.exceptions import (
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    BusyLoadingError,
    ChildDeadlockedError,
    ConnectionError,
    CrossSlotTransactionError,
    DataError,
    InvalidPipelineStack,
    InvalidResponse,
    MaxConnectionsError,
    OutOfMemoryError,
    PubSubError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TimeoutError,
    WatchError,
)

__version__ = "8.1.0"
VERSION = (8, 1, 0)

# Names that few programs use, with their modules. They are loaded on first use, so that importing redis stays fast.
_LOADED_ON_USE = {
    "ChannelType": "keyspace_notifications",
    "ClusterKeyspaceNotifications": "keyspace_notifications",
    "CredentialProvider": "credentials",
    "EventType": "keyspace_notifications",
    "KeyNotification": "keyspace_notifications",
    "KeyeventChannel": "keyspace_notifications",
    "KeyspaceChannel": "keyspace_notifications",
    "KeyspaceNotifications": "keyspace_notifications",
    "KeyspaceNotificationsInterface": "keyspace_notifications",
    "KeyspaceWorkerThread": "keyspace_notifications",
    "RedisCluster": "cluster",
    "Sentinel": "sentinel",
    "SentinelConnectionPool": "sentinel",
    "SentinelManagedConnection": "sentinel",
    "SentinelManagedSSLConnection": "sentinel",
    "SubkeyeventChannel": "keyspace_notifications",
    "SubkeyspaceChannel": "keyspace_notifications",
    "SubkeyspaceeventChannel": "keyspace_notifications",
    "SubkeyspaceitemChannel": "keyspace_notifications",
    "Subscription": "typing",
    "UsernamePasswordCredentialProvider": "credentials",
    "from_url": "utils",
    "get_channel_type": "keyspace_notifications",
}
_MODULES = (
    "asyncio",
    "cluster",
    "crc",
    "credentials",
    "keyspace_notifications",
    "lock",
    "sentinel",
    "typing",
    "utils",
)

__all__ = [
    "AuthenticationError",
    "AuthenticationWrongNumberOfArgsError",
    "BlockingConnectionPool",
    "BusyLoadingError",
    "ChannelType",
    "ChildDeadlockedError",
    "ClusterKeyspaceNotifications",
    "Connection",
    "ConnectionError",
    "ConnectionPool",
    "CredentialProvider",
    "CrossSlotTransactionError",
    "DataError",
    "DriverInfo",
    "EventType",
    "InvalidPipelineStack",
    "InvalidResponse",
    "KeyNotification",
    "KeyeventChannel",
    "KeyspaceChannel",
    "KeyspaceNotifications",
    "KeyspaceNotificationsInterface",
    "KeyspaceWorkerThread",
    "MaxConnectionsError",
    "OutOfMemoryError",
    "PubSubError",
    "ReadOnlyError",
    "Redis",
    "RedisCluster",
    "RedisClusterException",
    "RedisError",
    "ResponseError",
    "SSLConnection",
    "Sentinel",
    "SentinelConnectionPool",
    "SentinelManagedConnection",
    "SentinelManagedSSLConnection",
    "StrictRedis",
    "SubkeyeventChannel",
    "SubkeyspaceChannel",
    "SubkeyspaceeventChannel",
    "SubkeyspaceitemChannel",
    "Subscription",
    "TimeoutError",
    "UnixDomainSocketConnection",
    "UsernamePasswordCredentialProvider",
    "WatchError",
    "default_backoff",
    "from_url",
    "get_channel_type",
]


def int_or_str(value):
    """Converts text to an int if it is one."""
    try:
        return int(value)
    except ValueError:
        return value


def __getattr__(name):
    from importlib import import_module

    if name in _LOADED_ON_USE:
        return getattr(import_module("redis." + _LOADED_ON_USE[name]), name)
    if name in _MODULES:
        return import_module("redis." + name)
    raise AttributeError(f"module 'redis' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_LOADED_ON_USE, *_MODULES})
