"""Iterating over keys, or over the members of one key, in steps."""

from redis.commands.arguments import found


class ScanCommands:
    """SCAN, SSCAN, HSCAN and ZSCAN, as single steps and as iterators."""

    def scan(self, cursor=0, match=None, count=None, _type=None, **kwargs):
        """Returns the next step over the keys: (next cursor, keys). A next cursor of 0 ends the iteration."""
        words = [cursor, *found(match, count)]
        if _type is not None:
            words += (b"TYPE", _type)
        return self.execute_command("SCAN", *words, **kwargs)

    def scan_iter(self, match=None, count=None, _type=None, **kwargs):
        """Iterates over all keys that match."""
        cursor = "0"
        while cursor != 0:
            cursor, keys = self.scan(cursor=cursor, match=match, count=count, _type=_type, **kwargs)
            yield from keys

    def sscan(self, name, cursor=0, match=None, count=None):
        """Returns the next step over a set: (next cursor, members)."""
        return self.execute_command("SSCAN", name, cursor, *found(match, count))

    def sscan_iter(self, name, match=None, count=None):
        """Iterates over the members of a set."""
        cursor = "0"
        while cursor != 0:
            cursor, members = self.sscan(name, cursor=cursor, match=match, count=count)
            yield from members

    def hscan(self, name, cursor=0, match=None, count=None, no_values=None):
        """Returns the next step over a hash: (next cursor, dict), or only the fields with `no_values`."""
        words = [name, cursor, *found(match, count)]
        if no_values is not None:
            words.append(b"NOVALUES")
        return self.execute_command("HSCAN", *words, no_values=no_values)

    def hscan_iter(self, name, match=None, count=None, no_values=None):
        """Iterates over the fields and values of a hash."""
        cursor = "0"
        while cursor != 0:
            cursor, fields = self.hscan(name, cursor=cursor, match=match, count=count, no_values=no_values)
            yield from fields if no_values else fields.items()

    def zscan(self, name, cursor=0, match=None, count=None, score_cast_func=float):
        """Returns the next step over a sorted set: (next cursor, pairs)."""
        return self.execute_command("ZSCAN", name, cursor, *found(match, count), score_cast_func=score_cast_func)

    def zscan_iter(self, name, match=None, count=None, score_cast_func=float):
        """Iterates over the members and scores of a sorted set."""
        cursor = "0"
        while cursor != 0:
            cursor, scored = self.zscan(
                name, cursor=cursor, match=match, count=count, score_cast_func=score_cast_func
            )
            yield from scored
