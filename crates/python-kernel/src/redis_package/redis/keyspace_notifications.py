"""Keyspace notifications, as `Redis.keyspace_notifications` reads them.

The server publishes changes on channels. A channel's name determines what its messages contain. The channel classes
here build such names, and `KeyNotification` parses a channel name and a message. Channels for subkeys (such as hash
fields) exist since Redis 8.8.
"""

import re
from enum import Enum

from redis.exceptions import RedisError
from redis.pubsub_thread import KeyspaceWorkerThread
from redis.utils import safe_str


class EventType:
    """Names of common events. The server's name of any other event can be used as a str."""


for _event in (
    "set setex setnx setrange incr incrby incrbyfloat decr decrby append "
    "del unlink rename rename_from rename_to copy_to move restore "
    "expire expireat pexpire pexpireat expired persist evicted "
    "lpush rpush lpop rpop linsert lset ltrim lmove blpop brpop blmove "
    "sadd srem spop smove sinterstore sunionstore sdiffstore "
    "zadd zincrby zrem zremrangebyrank zremrangebyscore zremrangebylex zpopmin zpopmax bzpopmin bzpopmax "
    "zinterstore zunionstore zdiffstore zrangestore hset hsetnx hdel hincrby hincrbyfloat "
    "xadd xtrim xdel xgroup-create xgroup-createconsumer xgroup-delconsumer xgroup-destroy xgroup-setid xsetid xclaim "
    "xautoclaim xreadgroup new sortstore getex getdel setifgt setiflt setifeq setifne"
).split():
    setattr(EventType, _event.upper().replace("-", "_"), _event)


class ChannelType(Enum):
    """The kinds of channels, by what their messages contain."""

    KEYSPACE = "keyspace"
    KEYEVENT = "keyevent"
    SUBKEYSPACE = "subkeyspace"
    SUBKEYEVENT = "subkeyevent"
    SUBKEYSPACEITEM = "subkeyspaceitem"
    SUBKEYSPACEEVENT = "subkeyspaceevent"


def get_channel_type(channel):
    """Returns the kind of a channel, or None if it is not a keyspace notification channel."""
    channel = safe_str(channel)
    for kind in ChannelType:
        if channel.startswith(f"__{kind.value}@"):
            return kind
    return None


# `_GLOB` matches up to the first glob character that is not escaped by a backslash. A bracket counts only if it is
# closed.
_BRACKETS = r"\[(?:[^\\\]]|\\.)*\]"
_GLOB = re.compile(rf"(?:[^\\*?\[]|\\.|(?!{_BRACKETS})\[)*(?:[*?]|{_BRACKETS})", re.DOTALL)


def _is_pattern(channel):
    return _GLOB.match(_name(channel)) is not None


def _name(channel):
    return channel._channel_str if isinstance(channel, _Channel) else safe_str(channel)


class _Channel:
    """A channel name, built from a database and the parts in `_PARTS`. If a part is a glob, the name is a pattern."""

    PREFIX = ""
    _PARTS = ()
    _BETWEEN = ""

    def _make(self, db, *parts):
        for name, part in zip(self._PARTS, parts):
            setattr(self, name, part)
        self.db = db
        self._channel_str = f"{self.PREFIX}{db}__:{self._BETWEEN.join(map(str, parts))}"

    def _parts(self):
        return [getattr(self, name) for name in self._PARTS]

    @property
    def is_pattern(self):
        """Whether subscribing needs PSUBSCRIBE."""
        return any(map(_is_pattern, self._parts()))

    def __str__(self):
        return self._channel_str

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(map(repr, self._parts()))}, db={self.db})"

    def __eq__(self, other):
        if isinstance(other, (type(self), str)):
            return self._channel_str == str(other)
        return NotImplemented

    def __hash__(self):
        return hash(self._channel_str)


class _KeyChannel(_Channel):
    _PARTS = ("key_or_pattern",)

    def __init__(self, key_or_pattern, db=0):
        self._make(db, key_or_pattern)


class _EventChannel(_Channel):
    _PARTS = ("event",)

    def __init__(self, event, db=0):
        self._make(db, event)

    @classmethod
    def all_events(cls, db=0):
        """Returns the channel for all events."""
        return cls("*", db=db)


class KeyspaceChannel(_KeyChannel):
    """The events of a key, or of all keys that match a pattern. Messages contain the event."""

    PREFIX = "__keyspace@"


class KeyeventChannel(_EventChannel):
    """The keys of an event. Messages contain the key."""

    PREFIX = "__keyevent@"


class SubkeyspaceChannel(_KeyChannel):
    """The events of a key with the affected fields."""

    PREFIX = "__subkeyspace@"


class SubkeyeventChannel(_EventChannel):
    """The keys of an event with the affected fields."""

    PREFIX = "__subkeyevent@"


class SubkeyspaceitemChannel(_Channel):
    """The events of one field of one key."""

    PREFIX = "__subkeyspaceitem@"
    _PARTS = ("key_or_pattern", "subkey_or_pattern")
    _BETWEEN = "\n"

    def __init__(self, key_or_pattern, subkey_or_pattern, db=0):
        self._make(db, key_or_pattern, subkey_or_pattern)


class SubkeyspaceeventChannel(_Channel):
    """The affected fields of a key for one event."""

    PREFIX = "__subkeyspaceevent@"
    _PARTS = ("event", "key_or_pattern")
    _BETWEEN = "|"

    def __init__(self, event, key_or_pattern, db=0):
        self._make(db, event, key_or_pattern)


# As in redis-py, a key must not contain a line feed, except in channels where a line feed separates the key from its
# field.
_CHANNEL = re.compile(r"__(keyspace|keyevent|subkeyspace|subkeyevent|subkeyspaceevent)@(\d+|\*)__:(.+)$")
_ITEM_CHANNEL = re.compile(r"__(subkeyspaceitem)@(\d+|\*)__:(.+)$", re.DOTALL)


class KeyNotification:
    """A change of a key. In redis-py a dataclass; written out here, because importing dataclasses is slow."""

    __hash__ = None

    def __init__(self, key, event_type, database, channel, is_keyspace, data, subkeys=None):
        self.key = key
        self.event_type = event_type
        self.database = database
        self.channel = channel
        self.is_keyspace = is_keyspace
        self.data = data
        self.subkeys = [] if subkeys is None else subkeys

    def __repr__(self):
        return f"KeyNotification({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __eq__(self, other):
        if type(other) is not KeyNotification:
            return NotImplemented
        return vars(self) == vars(other)

    @classmethod
    def from_message(cls, message, key_prefix=None):
        """Returns the notification in a subscriber's message, or None. `key_prefix` is as in `try_parse`."""
        if message is None or message.get("type") not in ("message", "pmessage"):
            return None
        channel, data = message.get("channel"), message.get("data")
        if channel is None or data is None:
            return None
        return cls.try_parse(channel, data, key_prefix)

    @classmethod
    def try_parse(cls, channel, data, key_prefix=None):
        """Parses a message of a channel, or returns None. Only keys with the prefix count, which is then removed."""
        channel, data = safe_str(channel), safe_str(data)
        match = _CHANNEL.match(channel) or _ITEM_CHANNEL.match(channel)
        if match is None:
            return None
        kind, database, rest = match.groups()
        key, event, subkeys = _parse_message(kind, rest, data)
        prefix = safe_str(key_prefix) if key_prefix else ""
        if not key.startswith(prefix):
            return None
        return cls(
            key=key[len(prefix) :],
            event_type=event,
            database=-1 if database == "*" else int(database),
            channel=channel,
            is_keyspace=kind in ("keyspace", "subkeyspace", "subkeyspaceitem"),
            data=data,
            subkeys=subkeys,
        )

    def key_starts_with(self, prefix):
        """Whether the key starts with a prefix."""
        return self.key.startswith(safe_str(prefix))


def _parse_message(kind, rest, data):
    """Returns key, event and fields. Depending on the kind, they are in the channel's name or in the message."""
    if kind == "keyspace":
        return rest, data, []
    if kind == "keyevent":
        return data, rest, []
    if kind == "subkeyspace":
        event, subkeys = _split_once(data, "|")
        return rest, event, _parse_length_prefixed_subkeys(subkeys)
    if kind == "subkeyevent":
        length, rest_of_data = _split_once(data, ":")
        end = int(length)
        return rest_of_data[:end], rest, _parse_length_prefixed_subkeys(rest_of_data[end + 1 :])
    if kind == "subkeyspaceitem":
        key, subkey = _split_once(rest, "\n")
        return key, data, [subkey]
    event, key = _split_once(rest, "|")
    return key, event, _parse_length_prefixed_subkeys(data)


def _split_once(text, separator):
    """Splits a text at the first separator. Raises ValueError if there is none."""
    place = text.index(separator)
    return text[:place], text[place + 1 :]


def _parse_length_prefixed_subkeys(rest):
    """Parses the fields of `2:ab,1:c`."""
    subkeys = []
    while rest:
        length, rest = _split_once(rest, ":")
        end = int(length)
        subkeys.append(rest[:end])
        rest = rest[end:].removeprefix(",")
    return subkeys


class KeyspaceNotificationsInterface:
    """The base class of readers of notifications."""


class KeyspaceNotifications(KeyspaceNotificationsInterface):
    """Reads notifications, with a connection of its own. The server sends them if `notify-keyspace-events` is set.

    n = r.keyspace_notifications()
    n.subscribe_keyspace('user:*')
    n.get_message(timeout=1)
    """

    def __init__(self, redis_client, key_prefix=None, ignore_subscribe_messages=True):
        self.redis = redis_client
        self.key_prefix = key_prefix
        self.ignore_subscribe_messages = ignore_subscribe_messages
        self._closed = False
        self._pubsub = redis_client.pubsub(ignore_subscribe_messages=False)

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()
        return False

    def subscribe(self, *channels, handler=None):
        """Subscribes to channels, or to patterns for names with globs. `handler` is called with each notification."""
        heard = None if handler is None else _hearing(handler, self.key_prefix)
        patterns, names = _sorted_out(channels)
        if patterns:
            self._pubsub.psubscribe(**dict.fromkeys(patterns, heard))
        if names:
            self._pubsub.subscribe(**dict.fromkeys(names, heard))

    def unsubscribe(self, *channels):
        """Ends subscriptions."""
        patterns, names = _sorted_out(channels)
        if patterns:
            self._pubsub.punsubscribe(*patterns)
        if names:
            self._pubsub.unsubscribe(*names)

    def subscribe_keyspace(self, key_or_pattern, db=0, handler=None):
        """Subscribes to the events of keys."""
        self.subscribe(KeyspaceChannel(key_or_pattern, db=db), handler=handler)

    def subscribe_keyevent(self, event, db=0, handler=None):
        """Subscribes to an event of any key."""
        self.subscribe(KeyeventChannel(event, db=db), handler=handler)

    def subscribe_subkeyspace(self, key_or_pattern, db=0, handler=None):
        """Subscribes to the events of keys with the affected fields (Redis 8.8)."""
        self.subscribe(SubkeyspaceChannel(key_or_pattern, db=db), handler=handler)

    def subscribe_subkeyevent(self, event, db=0, handler=None):
        """Subscribes to an event of any key with the affected fields (Redis 8.8)."""
        self.subscribe(SubkeyeventChannel(event, db=db), handler=handler)

    def subscribe_subkeyspaceitem(self, key_or_pattern, subkey_or_pattern, db=0, handler=None):
        """Subscribes to the events of one field of a key (Redis 8.8)."""
        self.subscribe(SubkeyspaceitemChannel(key_or_pattern, subkey_or_pattern, db=db), handler=handler)

    def subscribe_subkeyspaceevent(self, event, key_or_pattern, db=0, handler=None):
        """Subscribes to an event of a key's fields (Redis 8.8)."""
        self.subscribe(SubkeyspaceeventChannel(event, key_or_pattern, db=db), handler=handler)

    @property
    def subscribed(self):
        """Whether there is a subscription, and the reader is not closed."""
        return not self._closed and self._pubsub.subscribed

    def get_message(self, ignore_subscribe_messages=None, timeout=0.0):
        """Returns the next notification, or None after the timeout or for a message that is not a notification."""
        if ignore_subscribe_messages is None:
            ignore_subscribe_messages = self.ignore_subscribe_messages
        if self._closed:
            return None
        message = self._pubsub.get_message(ignore_subscribe_messages=ignore_subscribe_messages, timeout=timeout)
        return KeyNotification.from_message(message, key_prefix=self.key_prefix)

    def listen(self):
        """Iterates over notifications, waiting for each, as long as there is a subscription."""
        while self.subscribed:
            notification = self.get_message(timeout=1.0)
            if notification is not None:
                yield notification

    def run_in_thread(self, poll_timeout=0.0, daemon=False, exception_handler=None):
        """Starts a thread that calls the subscriptions' functions. Each subscription needs one. See its `stop`."""
        for what, subscriptions in (("Channel", self._pubsub.channels), ("Pattern", self._pubsub.patterns)):
            for name, handler in subscriptions.items():
                if handler is None:
                    raise RedisError(f"{what} '{name}' has no handler registered")
        thread = KeyspaceWorkerThread(self, poll_timeout, daemon=daemon, exception_handler=exception_handler)
        thread.start()
        return thread

    def close(self):
        """Ends all subscriptions."""
        self._closed = True
        self._pubsub.close()


def _hearing(handler, key_prefix):
    """Returns the function for a subscriber's messages that calls `handler` with notifications."""

    def hear(message):
        notification = KeyNotification.from_message(message, key_prefix=key_prefix)
        if notification is not None:
            handler(notification)

    return hear


def _sorted_out(channels):
    """Returns the names that are patterns, and the other names."""
    patterns = [_name(channel) for channel in channels if _is_pattern(channel)]
    return patterns, [_name(channel) for channel in channels if not _is_pattern(channel)]


class ClusterKeyspaceNotifications(KeyspaceNotificationsInterface):
    """Reads the notifications of a cluster, which redis-tutor does not have."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("redis-tutor is one Redis server, not a cluster: use KeyspaceNotifications instead.")


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
