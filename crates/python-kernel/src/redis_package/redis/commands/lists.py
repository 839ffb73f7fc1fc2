"""Lists: elements in order, quick at both ends."""

from redis.commands.arguments import both_or_none, words_of
from redis.exceptions import DataError

_BOTH = "``start`` and ``num`` must both be specified"


class ListCommands:
    """The commands on lists; lmove and blmove are with the keys."""

    def lpush(self, name, *values):
        """Puts values at the left end, one after another; the new length."""
        return self.execute_command("LPUSH", name, *values)

    def rpush(self, name, *values):
        """Puts values at the right end, one after another; the new length."""
        return self.execute_command("RPUSH", name, *values)

    def lpushx(self, name, *values):
        """lpush, but only onto a list that exists."""
        return self.execute_command("LPUSHX", name, *values)

    def rpushx(self, name, *values):
        """rpush, but only onto a list that exists."""
        return self.execute_command("RPUSHX", name, *values)

    def lpop(self, name, count=None):
        """Takes the leftmost element, or a list of `count` of them; None if there is none."""
        return self.execute_command("LPOP", name) if count is None else self.execute_command("LPOP", name, count)

    def rpop(self, name, count=None):
        """Takes the rightmost element, or a list of `count` of them; None if there is none."""
        return self.execute_command("RPOP", name) if count is None else self.execute_command("RPOP", name, count)

    def blpop(self, keys, timeout=0):
        """Waits until one of the lists has an element and takes its leftmost: (key, element), or None after `timeout`.

        A timeout of 0 waits for ever. A client's own socket_timeout (5 seconds by default) may cut in first.
        """
        return self.execute_command("BLPOP", *words_of(keys), 0 if timeout is None else timeout)

    def brpop(self, keys, timeout=0):
        """blpop at the right end."""
        return self.execute_command("BRPOP", *words_of(keys), 0 if timeout is None else timeout)

    def brpoplpush(self, src, dst, timeout=0):
        """Waits for an element at the right end of one list and puts it at the left end of another."""
        return self.execute_command("BRPOPLPUSH", src, dst, 0 if timeout is None else timeout)

    def rpoplpush(self, src, dst):
        """Takes the rightmost element of one list and puts it at the left end of another; the element, or None."""
        return self.execute_command("RPOPLPUSH", src, dst)

    def lmpop(self, num_keys, *args, direction, count=1):
        """Takes elements from the first list that has any: [key, elements], or None. `direction` is LEFT or RIGHT."""
        words = [num_keys, *args, direction]
        if count != 1:
            words += ("COUNT", count)
        return self.execute_command("LMPOP", *words)

    def blmpop(self, timeout, numkeys, *args, direction, count=1):
        """lmpop that waits up to `timeout` seconds for an element; 0 waits for ever."""
        return self.execute_command("BLMPOP", timeout, numkeys, *args, direction, "COUNT", count)

    def lrange(self, name, start, end):
        """The elements from `start` to `end`, both included; -1 is the last."""
        return self.execute_command("LRANGE", name, start, end)

    def llen(self, name):
        """How many elements there are."""
        return self.execute_command("LLEN", name)

    def lindex(self, name, index):
        """The element at an index, or None; -1 is the last."""
        return self.execute_command("LINDEX", name, index)

    def lset(self, name, index, value):
        """Replaces the element at an index."""
        return self.execute_command("LSET", name, index, value)

    def linsert(self, name, where, refvalue, value):
        """Puts a value BEFORE or AFTER the first element equal to `refvalue`; the new length, -1 if none is."""
        return self.execute_command("LINSERT", name, where, refvalue, value)

    def lrem(self, name, count, value):
        """Removes elements equal to `value`: the first `count`, the last -count, or all with 0; how many."""
        return self.execute_command("LREM", name, count, value)

    def ltrim(self, name, start, end):
        """Keeps the elements from `start` to `end`, both included, and removes the others."""
        return self.execute_command("LTRIM", name, start, end)

    def lpos(self, name, value, rank=None, count=None, maxlen=None):
        """The index of the first element equal to `value`, or None; a list of indexes with `count` (0: all)."""
        words = [name, value]
        if rank is not None:
            words += ("RANK", rank)
        if count is not None:
            words += ("COUNT", count)
        if maxlen is not None:
            words += ("MAXLEN", maxlen)
        return self.execute_command("LPOS", *words)

    def sort(
        self, name, start=None, num=None, by=None, get=None, desc=False, alpha=False, store=None, groups=False
    ):
        """The elements of a list, set or sorted set in order: as numbers, or as text with `alpha`.

        `by` and `get` are patterns of keys whose values are sorted by or given instead; `store` keeps the result
        under a key; `groups` makes tuples of the values of several `get` patterns.
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
        return self.execute_command("SORT", *words, groups=len(get) if groups else None)

    def sort_ro(self, key, start=None, num=None, by=None, get=None, desc=False, alpha=False):
        """sort, without storing."""
        return self.sort(key, start=start, num=num, by=by, get=get, desc=desc, alpha=alpha)
