"""Keys of any type: existence, expiry, names."""

from redis.commands.arguments import conditions, milliseconds, seconds, unix_milliseconds, unix_seconds
from redis.commands.strings import BasicKeyCommands as StringCommands
from redis.exceptions import DataError

_NO_DECODING = {"NEVER_DECODE": []}


class BasicKeyCommands(StringCommands):
    """The commands on keys of any type, and those on strings."""

    def delete(self, *names):
        """Deletes keys. Returns how many of them existed."""
        return self.execute_command("DEL", *names)

    def __delitem__(self, name):
        self.delete(name)

    def unlink(self, *names):
        """Deletes keys and frees their memory in the background. Returns how many of them existed."""
        return self.execute_command("UNLINK", *names)

    def exists(self, *names):
        """Returns how many of these keys exist. A key given twice counts twice."""
        return self.execute_command("EXISTS", *names, keys=names)

    __contains__ = exists

    def type(self, name):
        """Returns the type of a key: b'string', b'hash', b'list', b'set', b'zset', b'stream' or b'none'."""
        return self.execute_command("TYPE", name, keys=[name])

    def keys(self, pattern="*", **kwargs):
        """Returns all keys that match a pattern, in one reply. For large data use scan_iter."""
        return self.execute_command("KEYS", pattern, **kwargs)

    def randomkey(self, **kwargs):
        """Returns a random key, or None."""
        return self.execute_command("RANDOMKEY", **kwargs)

    def rename(self, src, dst):
        """Renames a key and overwrites a key that has the new name."""
        return self.execute_command("RENAME", src, dst)

    def renamenx(self, src, dst):
        """Renames a key if no key has the new name. Returns whether it was renamed."""
        return self.execute_command("RENAMENX", src, dst)

    def copy(self, source, destination, destination_db=None, replace=False):
        """Copies a key, with `destination_db` into another database. Returns whether it was copied."""
        words = [source, destination]
        if destination_db is not None:
            words += ("DB", destination_db)
        if replace:
            words.append("REPLACE")
        return self.execute_command("COPY", *words)

    def move(self, name, db):
        """Moves a key to another database. Returns whether it was moved."""
        return self.execute_command("MOVE", name, db)

    def touch(self, *args):
        """Marks keys as used. Returns how many of them exist."""
        return self.execute_command("TOUCH", *args)

    # --- time to live ---

    def ttl(self, name):
        """Returns the time to live of a key in seconds: -1 no expiry, -2 no such key."""
        return self.execute_command("TTL", name)

    def pttl(self, name):
        """Returns the time to live of a key in milliseconds: -1 no expiry, -2 no such key."""
        return self.execute_command("PTTL", name)

    def expire(self, name, time, nx=False, xx=False, gt=False, lt=False):
        """Sets the time to live of a key in seconds or as a timedelta. Returns whether it was set.

        `nx` requires that there is no expiry, `xx` that there is one, `gt` and `lt` that it becomes later or earlier.
        """
        return self.execute_command("EXPIRE", name, seconds(time), *conditions(nx, xx, gt, lt))

    def expireat(self, name, when, nx=False, xx=False, gt=False, lt=False):
        """Sets the expiry of a key to a unix time or datetime. The conditions are those of expire."""
        return self.execute_command("EXPIREAT", name, unix_seconds(when), *conditions(nx, xx, gt, lt))

    def pexpire(self, name, time, nx=False, xx=False, gt=False, lt=False):
        """Sets the time to live of a key in milliseconds or as a timedelta. The conditions are those of expire."""
        return self.execute_command("PEXPIRE", name, milliseconds(time), *conditions(nx, xx, gt, lt))

    def pexpireat(self, name, when, nx=False, xx=False, gt=False, lt=False):
        """Sets the expiry of a key to a unix time in milliseconds or a datetime. The conditions are those of expire."""
        return self.execute_command("PEXPIREAT", name, unix_milliseconds(when), *conditions(nx, xx, gt, lt))

    def expiretime(self, key):
        """Returns the unix time at which a key expires: -1 no expiry, -2 no such key."""
        return self.execute_command("EXPIRETIME", key)

    def pexpiretime(self, key):
        """Returns the unix time in milliseconds at which a key expires: -1 no expiry, -2 no such key."""
        return self.execute_command("PEXPIRETIME", key)

    def persist(self, name):
        """Removes the expiry of a key. Returns whether it had one."""
        return self.execute_command("PERSIST", name)

    # --- serialized values ---

    def dump(self, name):
        """Returns a key's value as bytes for restore."""
        return self.execute_command("DUMP", name, **_NO_DECODING)

    def restore(self, name, ttl, value, replace=False, absttl=False, idletime=None, frequency=None):
        """Creates a key from the result of dump."""
        words = [name, ttl, value]
        if replace:
            words.append("REPLACE")
        if absttl:
            words.append("ABSTTL")
        if idletime is not None:
            words += ("IDLETIME", _whole(idletime, "idletimemust be an integer"))
        if frequency is not None:
            words += ("FREQ", _whole(frequency, "frequency must be an integer"))
        return self.execute_command("RESTORE", *words)

    # --- methods of other families that redis-py also defines here ---

    def hrandfield(self, key, count=None, withvalues=False):
        """Returns a random field of a hash, or several with `count`, with their values if `withvalues`."""
        words = [key]
        if count is not None:
            words.append(count)
        if withvalues:
            words.append("WITHVALUES")
        return self.execute_command("HRANDFIELD", *words, withvalues=withvalues)

    def lmove(self, first_list, second_list, src="LEFT", dest="RIGHT"):
        """Moves an element from one end of a list to an end of another. Returns the element, or None."""
        return self.execute_command("LMOVE", first_list, second_list, src, dest)

    def blmove(self, first_list, second_list, timeout, src="LEFT", dest="RIGHT"):
        """Like lmove, but waits up to `timeout` seconds for an element. 0 waits without a limit."""
        return self.execute_command("BLMOVE", first_list, second_list, src, dest, timeout)

    def lmovem(self, first_list, second_list, src="LEFT", dest="RIGHT", count=None, mode=None, ordering=None):
        """Like lmove, for several elements (from Redis 8.8 on)."""
        words = _how_many(count, mode, ordering)
        return self.execute_command("LMOVEM", first_list, second_list, src, dest, *words)

    def blmovem(
        self, first_list, second_list, timeout, src="LEFT", dest="RIGHT", count=None, mode=None, ordering=None
    ):
        """Like blmove, for several elements (from Redis 8.8 on)."""
        words = _how_many(count, mode, ordering)
        return self.execute_command("BLMOVEM", first_list, second_list, src, dest, timeout, *words)

    def watch(self, *names):
        """Issues a warning and does nothing, because only a pipeline can watch keys."""
        import warnings

        warnings.warn(DeprecationWarning("Call WATCH from a Pipeline object"))

    def unwatch(self):
        """Issues a warning and does nothing, because only a pipeline can watch keys."""
        import warnings

        warnings.warn(DeprecationWarning("Call UNWATCH from a Pipeline object"))


def _whole(value, message):
    try:
        return int(value)
    except ValueError:
        raise DataError(message) from None


def _how_many(count, mode, ordering):
    if count is None:
        if mode is not None or ordering is not None:
            raise DataError("``count`` is required when ``mode`` or ``ordering`` is set")
        return []
    if ordering is None:
        raise DataError("``ordering`` (OBO or BULK) is required when ``count`` is set")
    return [mode or "COUNT", count, ordering]
