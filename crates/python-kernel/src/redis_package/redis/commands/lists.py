"""Lists: ordered elements, fast to add and remove at both ends."""

from redis.commands.arguments import both_or_none, words_of
from redis.exceptions import DataError

_BOTH = "``start`` and ``num`` must both be specified"


class ListCommands:
    """The commands on lists. lmove and blmove are in keys.py."""

    def lpush(self, name, *values):
        """Adds values at the left end, one after another. Returns the new length."""
        return self.execute_command("LPUSH", name, *values)

    def rpush(self, name, *values):
        """Adds values at the right end, one after another. Returns the new length."""
        return self.execute_command("RPUSH", name, *values)

    def lpushx(self, name, *values):
        """Like lpush, but only if the list exists."""
        return self.execute_command("LPUSHX", name, *values)

    def rpushx(self, name, *values):
        """Like rpush, but only if the list exists."""
        return self.execute_command("RPUSHX", name, *values)

    def lpop(self, name, count=None):
        """Removes and returns the leftmost element, or a list of `count` elements. Returns None for an empty list."""
        return self.execute_command("LPOP", name) if count is None else self.execute_command("LPOP", name, count)

    def rpop(self, name, count=None):
        """Removes and returns the rightmost element, or a list of `count` elements. Returns None for an empty list."""
        return self.execute_command("RPOP", name) if count is None else self.execute_command("RPOP", name, count)

    def blpop(self, keys, timeout=0):
        """Waits for an element at the left end of one of the lists. Returns (key, element), or None after `timeout`.

        A timeout of 0 waits without a limit, but the client's socket_timeout (5 seconds by default) still applies.
        """
        return self.execute_command("BLPOP", *words_of(keys), 0 if timeout is None else timeout)

    def brpop(self, keys, timeout=0):
        """Like blpop, at the right end."""
        return self.execute_command("BRPOP", *words_of(keys), 0 if timeout is None else timeout)

    def brpoplpush(self, src, dst, timeout=0):
        """Waits for an element at the right end of a list and moves it to the left end of another."""
        return self.execute_command("BRPOPLPUSH", src, dst, 0 if timeout is None else timeout)

    def rpoplpush(self, src, dst):
        """Moves the rightmost element of a list to the left end of another. Returns the element, or None."""
        return self.execute_command("RPOPLPUSH", src, dst)

    def lmpop(self, num_keys, *args, direction, count=1):
        """Removes elements from the first list that has any: [key, elements], or None. `direction` is LEFT or RIGHT."""
        words = [num_keys, *args, direction]
        if count != 1:
            words += ("COUNT", count)
        return self.execute_command("LMPOP", *words)

    def blmpop(self, timeout, numkeys, *args, direction, count=1):
        """Like lmpop, but waits up to `timeout` seconds for an element. 0 waits without a limit."""
        return self.execute_command("BLMPOP", timeout, numkeys, *args, direction, "COUNT", count)

    def lrange(self, name, start, end):
        """Returns the elements from index `start` to `end`, both included. -1 is the last element."""
        return self.execute_command("LRANGE", name, start, end, keys=[name])

    def llen(self, name):
        """Returns the number of elements."""
        return self.execute_command("LLEN", name, keys=[name])

    def lindex(self, name, index):
        """Returns the element at an index, or None. -1 is the last element."""
        return self.execute_command("LINDEX", name, index, keys=[name])

    def lset(self, name, index, value):
        """Replaces the element at an index."""
        return self.execute_command("LSET", name, index, value)

    def linsert(self, name, where, refvalue, value):
        """Inserts a value BEFORE or AFTER the first `refvalue`. Returns the new length, or -1 without a match."""
        return self.execute_command("LINSERT", name, where, refvalue, value)

    def lrem(self, name, count, value):
        """Removes elements equal to `value`: the first `count`, the last -count, or all for 0. Returns how many."""
        return self.execute_command("LREM", name, count, value)

    def ltrim(self, name, start, end):
        """Keeps the elements from index `start` to `end`, both included, and removes all others."""
        return self.execute_command("LTRIM", name, start, end)

    def lpos(self, name, value, rank=None, count=None, maxlen=None):
        """Returns the index of the first element equal to `value`, or None. `count` returns several (0: all)."""
        words = [name, value]
        if rank is not None:
            words += ("RANK", rank)
        if count is not None:
            words += ("COUNT", count)
        if maxlen is not None:
            words += ("MAXLEN", maxlen)
        return self.execute_command("LPOS", *words, keys=[name])

    def sort(
        self, name, start=None, num=None, by=None, get=None, desc=False, alpha=False, store=None, groups=False
    ):
        """Returns the elements of a list, set or sorted set in order, as numbers or with `alpha` as text.

        `by` and `get` are patterns of keys: their values are sorted by, or returned instead. `store` stores the result
        under a key. `groups` returns tuples of the values for several `get` patterns.
        """
        words = [name]
        limited = both_or_none(start, num, _BOTH)
        if by is not None:
            words += (b"BY", by)
        if limited:
            words += (b"LIMIT", start, num)
        if get is not None:
            for pattern in [get] if isinstance(get, (bytes, str)) else get:
                words += (b"GET", pattern)
        if desc:
            words.append(b"DESC")
        if alpha:
            words.append(b"ALPHA")
        if store is not None:
            words += (b"STORE", store)
        if groups and (not get or isinstance(get, (bytes, str)) or len(get) < 2):
            raise DataError(
                'when using "groups" the "get" argument must be specified and contain at least two keys'
            )
        return self.execute_command("SORT", *words, groups=len(get) if groups else None, keys=[name])

    def sort_ro(self, key, start=None, num=None, by=None, get=None, desc=False, alpha=False):
        """Like sort, without storing the result."""
        return self.sort(key, start=start, num=num, by=by, get=get, desc=desc, alpha=alpha)
