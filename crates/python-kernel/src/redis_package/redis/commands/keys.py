"""Keys of any type: whether they exist, how long they live, what they are called."""

from redis.commands import strings
from redis.commands.arguments import conditions, milliseconds, seconds, unix_milliseconds, unix_seconds
from redis.exceptions import DataError

_NO_DECODING = {"NEVER_DECODE": []}


class BasicKeyCommands(strings.BasicKeyCommands):
    """The commands on any key, and those on strings."""

    def delete(self, *names):
        """Deletes keys; how many existed."""
        return self.execute_command("DEL", *names)

    def __delitem__(self, name):
        self.delete(name)

    def unlink(self, *names):
        """Deletes keys, freeing their memory in the background; how many existed."""
        return self.execute_command("UNLINK", *names)

    def exists(self, *names):
        """How many of these keys exist; one named twice counts twice."""
        return self.execute_command("EXISTS", *names)

    __contains__ = exists

    def type(self, name):
        """What a key holds: b'string', b'hash', b'list', b'set', b'zset', b'stream' or b'none'."""
        return self.execute_command("TYPE", name)

    def keys(self, pattern="*", **kwargs):
        """The keys that match a pattern, all of them at once; see scan_iter for large data."""
        return self.execute_command("KEYS", pattern, **kwargs)

    def randomkey(self, **kwargs):
        """A key at random, or None."""
        return self.execute_command("RANDOMKEY", **kwargs)

    def rename(self, src, dst):
        """Gives a key another name, deleting what is there."""
        return self.execute_command("RENAME", src, dst)

    def renamenx(self, src, dst):
        """Gives a key another name if nothing is there; whether it did."""
        return self.execute_command("RENAMENX", src, dst)

    def copy(self, source, destination, destination_db=None, replace=False):
        """Copies a key, into another database with `destination_db`; whether it did."""
        words = [source, destination]
        if destination_db is not None:
            words += ("DB", destination_db)
        if replace:
            words.append("REPLACE")
        return self.execute_command("COPY", *words)

    def move(self, name, db):
        """Moves a key to another database; whether it did."""
        return self.execute_command("MOVE", name, db)

    def touch(self, *args):
        """Marks keys as used; how many exist."""
        return self.execute_command("TOUCH", *args)

    # --- time to live ---

    def ttl(self, name):
        """The seconds a key has left; -1 if it stays, -2 if there is none."""
        return self.execute_command("TTL", name)

    def pttl(self, name):
        """The milliseconds a key has left; -1 if it stays, -2 if there is none."""
        return self.execute_command("PTTL", name)

    def expire(self, name, time, nx=False, xx=False, gt=False, lt=False):
        """Lets a key live `time` seconds (or a timedelta); whether it did.

        `nx` only if it has no expiry yet, `xx` only if it has, `gt` only if it lives longer then, `lt` only shorter.
        """
        return self.execute_command("EXPIRE", name, seconds(time), *conditions(nx, xx, gt, lt))

    def expireat(self, name, when, nx=False, xx=False, gt=False, lt=False):
        """Lets a key live until a unix time or datetime; the conditions are those of expire."""
        return self.execute_command("EXPIREAT", name, unix_seconds(when), *conditions(nx, xx, gt, lt))

    def pexpire(self, name, time, nx=False, xx=False, gt=False, lt=False):
        """Lets a key live `time` milliseconds (or a timedelta); the conditions are those of expire."""
        return self.execute_command("PEXPIRE", name, milliseconds(time), *conditions(nx, xx, gt, lt))

    def pexpireat(self, name, when, nx=False, xx=False, gt=False, lt=False):
        """Lets a key live until a unix time in milliseconds or a datetime; the conditions are those of expire."""
        return self.execute_command("PEXPIREAT", name, unix_milliseconds(when), *conditions(nx, xx, gt, lt))

    def expiretime(self, key):
        """The unix time at which a key ends; -1 if it stays, -2 if there is none."""
        return self.execute_command("EXPIRETIME", key)

    def pexpiretime(self, key):
        """The unix time in milliseconds at which a key ends; -1 if it stays, -2 if there is none."""
        return self.execute_command("PEXPIRETIME", key)

    def persist(self, name):
        """Takes away a key's expiry; whether it had one."""
        return self.execute_command("PERSIST", name)

    # --- serialised values ---

    def dump(self, name):
        """A key's value as bytes for restore, which the tutor's engine does not make."""
        return self.execute_command("DUMP", name, **_NO_DECODING)

    def restore(self, name, ttl, value, replace=False, absttl=False, idletime=None, frequency=None):
        """Makes a key from what dump gave, which the tutor's engine does not do."""
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

    # --- what redis-py has in this class besides ---

    def hrandfield(self, key, count=None, withvalues=False):
        """A field of a hash at random, or several with `count`; their values, too, with `withvalues`."""
        words = [key]
        if count is not None:
            words.append(count)
        if withvalues:
            words.append("WITHVALUES")
        return self.execute_command("HRANDFIELD", *words, withvalues=withvalues)

    def lmove(self, first_list, second_list, src="LEFT", dest="RIGHT"):
        """Takes an element from one end of a list and puts it at an end of another; the element, or None."""
        return self.execute_command("LMOVE", first_list, second_list, src, dest)

    def blmove(self, first_list, second_list, timeout, src="LEFT", dest="RIGHT"):
        """lmove that waits up to `timeout` seconds for an element; 0 waits for ever."""
        return self.execute_command("BLMOVE", first_list, second_list, src, dest, timeout)

    def lmovem(self, first_list, second_list, src="LEFT", dest="RIGHT", count=None, mode=None, ordering=None):
        """lmove for several elements (from Redis 8.8 on)."""
        words = _how_many(count, mode, ordering)
        return self.execute_command("LMOVEM", first_list, second_list, src, dest, *words)

    def blmovem(
        self, first_list, second_list, timeout, src="LEFT", dest="RIGHT", count=None, mode=None, ordering=None
    ):
        """blmove for several elements (from Redis 8.8 on)."""
        words = _how_many(count, mode, ordering)
        return self.execute_command("BLMOVEM", first_list, second_list, src, dest, timeout, *words)

    def watch(self, *names):
        """Only a pipeline can watch: this warns and does nothing."""
        import warnings

        warnings.warn(DeprecationWarning("Call WATCH from a Pipeline object"))

    def unwatch(self):
        """Only a pipeline can watch: this warns and does nothing."""
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
