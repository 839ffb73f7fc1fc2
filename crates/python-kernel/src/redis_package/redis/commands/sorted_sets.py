"""Sorted sets: unique members, ordered by their scores."""

from redis.commands.arguments import both_or_none, words_of
from redis.exceptions import DataError

_BOTH = "``start`` and ``num`` must both be specified"


class SortedSetCommands:
    """The commands on sorted sets."""

    def zadd(self, name, mapping, nx=False, xx=False, ch=False, incr=False, gt=False, lt=False):
        """Adds members from a dict {member: score}, or updates their scores. Returns the number of new members.

        `nx` only adds, `xx` only updates, `gt` and `lt` only raise or lower scores. `ch` counts updated members as
        well. `incr` adds to the score of a single member and returns the new score.
        """
        if not mapping:
            raise DataError("ZADD requires at least one element/score pair")
        if nx and xx:
            raise DataError("ZADD allows either 'nx' or 'xx', not both")
        if gt and lt:
            raise DataError("ZADD allows either 'gt' or 'lt', not both")
        if incr and len(mapping) != 1:
            raise DataError("ZADD option 'incr' only works when passing a single element/score pair")
        if nx and (gt or lt):
            raise DataError("Only one of 'nx', 'lt', or 'gr' may be defined.")
        flags = ((nx, b"NX"), (xx, b"XX"), (ch, b"CH"), (incr, b"INCR"), (gt, b"GT"), (lt, b"LT"))
        words = [word for given, word in flags if given]
        for member, score in mapping.items():
            words += (score, member)
        if incr:
            return self.execute_command("ZADD", name, *words, as_score=True)
        return self.execute_command("ZADD", name, *words)

    def zrem(self, name, *values):
        """Removes members. Returns how many of them existed."""
        return self.execute_command("ZREM", name, *values)

    def zcard(self, name):
        """Returns the number of members."""
        return self.execute_command("ZCARD", name, keys=[name])

    def zcount(self, name, min, max):
        """Returns how many members have a score from `min` to `max`. '(5' excludes 5, '-inf' and '+inf' are open."""
        return self.execute_command("ZCOUNT", name, min, max, keys=[name])

    def zscore(self, name, value):
        """Returns the score of a member as a float, or None."""
        return self.execute_command("ZSCORE", name, value, keys=[name])

    def zmscore(self, key, members):
        """Returns the scores of several members, with None for a member that does not exist."""
        if not members:
            raise DataError("ZMSCORE members must be a non-empty list")
        return self.execute_command("ZMSCORE", *([key] + members), keys=[key])

    def zincrby(self, name, amount, value):
        """Adds to the score of a member. Returns the new score."""
        return self.execute_command("ZINCRBY", name, amount, value)

    def zrank(self, name, value, withscore=False, score_cast_func=float):
        """Returns the rank of a member from the lowest score, starting with 0, or None. `withscore`: [rank, score]."""
        return self._rank("ZRANK", name, value, withscore, score_cast_func)

    def zrevrank(self, name, value, withscore=False, score_cast_func=float):
        """Returns the rank of a member from the highest score, starting with 0, or None."""
        return self._rank("ZREVRANK", name, value, withscore, score_cast_func)

    def _rank(self, command, name, value, withscore, score_cast_func):
        words = [command, name, value]
        if withscore:
            words.append("WITHSCORE")
        return self.execute_command(*words, withscore=withscore, score_cast_func=score_cast_func)

    # --- ranges ---

    def zrange(
        self,
        name,
        start,
        end,
        desc=False,
        withscores=False,
        score_cast_func=float,
        byscore=False,
        bylex=False,
        offset=None,
        num=None,
    ):
        """Returns the members from rank `start` to `end`, both included. -1 is the last. `withscores` returns pairs.

        `desc` starts with the highest score. With `byscore` or `bylex`, the limits are scores or members. `offset` and
        `num` return a part of the result.
        """
        if desc and not byscore and not bylex and offset is None and num is None:
            return self.zrevrange(name, start, end, withscores, score_cast_func)
        return self._zrange(
            "ZRANGE", None, name, start, end, desc, byscore, bylex, withscores, score_cast_func, offset, num
        )

    def zrangestore(
        self, dest, name, start, end, byscore=False, bylex=False, desc=False, offset=None, num=None
    ):
        """Stores the result of zrange. Returns the number of members."""
        return self._zrange("ZRANGESTORE", dest, name, start, end, desc, byscore, bylex, False, None, offset, num)

    def _zrange(
        self, command, dest, name, start, end, desc, byscore, bylex, withscores, score_cast_func, offset, num
    ):
        if byscore and bylex:
            raise DataError("``byscore`` and ``bylex`` can not be specified together.")
        limited = both_or_none(offset, num, "``offset`` and ``num`` must both be specified.")
        if bylex and withscores:
            raise DataError("``withscores`` not supported in combination with ``bylex``.")
        words = [command, dest, name, start, end] if dest else [command, name, start, end]
        if byscore:
            words.append("BYSCORE")
        if bylex:
            words.append("BYLEX")
        if desc:
            words.append("REV")
        if limited:
            words += ("LIMIT", offset, num)
        return self._scored(words, withscores, score_cast_func, [name])

    def _scored(self, words, withscores, score_cast_func, keys):
        if withscores:
            words.append("WITHSCORES")
        return self.execute_command(*words, withscores=withscores, score_cast_func=score_cast_func, keys=keys)

    def zrevrange(self, name, start, end, withscores=False, score_cast_func=float):
        """Returns the members from rank `start` to `end`, starting with the highest score."""
        words = ["ZREVRANGE", name, start, end]
        if withscores:
            words.append(b"WITHSCORES")
        return self.execute_command(*words, withscores=withscores, score_cast_func=score_cast_func, keys=name)

    def zrangebyscore(
        self, name, min, max, start=None, num=None, withscores=False, score_cast_func=float
    ):
        """Returns the members with a score from `min` to `max`. `start` and `num` return a part of them."""
        words = _limited(["ZRANGEBYSCORE", name, min, max], start, num)
        return self._scored(words, withscores, score_cast_func, [name])

    def zrevrangebyscore(
        self, name, max, min, start=None, num=None, withscores=False, score_cast_func=float
    ):
        """Returns the members with a score from `max` to `min`, starting with the highest score."""
        words = _limited(["ZREVRANGEBYSCORE", name, max, min], start, num)
        return self._scored(words, withscores, score_cast_func, [name])

    def zrangebylex(self, name, min, max, start=None, num=None):
        """Returns the members in a range, for equal scores. '[a' includes a, '(a' excludes it, '-' and '+' are open."""
        limit = [b"LIMIT", start, num] if both_or_none(start, num, _BOTH) else []
        return self.execute_command("ZRANGEBYLEX", name, min, max, *limit, keys=[name])

    def zrevrangebylex(self, name, max, min, start=None, num=None):
        """Like zrangebylex, in reverse order."""
        return self.execute_command(*_limited(["ZREVRANGEBYLEX", name, max, min], start, num), keys=[name])

    def zlexcount(self, name, min, max):
        """Returns the number of members that zrangebylex would return."""
        return self.execute_command("ZLEXCOUNT", name, min, max, keys=[name])

    def zremrangebyrank(self, name, min, max):
        """Removes the members from rank `min` to `max`. Returns how many."""
        return self.execute_command("ZREMRANGEBYRANK", name, min, max)

    def zremrangebyscore(self, name, min, max):
        """Removes the members with a score from `min` to `max`. Returns how many."""
        return self.execute_command("ZREMRANGEBYSCORE", name, min, max)

    def zremrangebylex(self, name, min, max):
        """Removes the members that zrangebylex would return. Returns how many."""
        return self.execute_command("ZREMRANGEBYLEX", name, min, max)

    def zrandmember(self, key, count=None, withscores=False):
        """Returns a random member, or a list of `count` members. With a negative count, members can repeat."""
        words = [key]
        if count is not None:
            words.append(count)
        if withscores:
            words.append("WITHSCORES")
        return self.execute_command("ZRANDMEMBER", *words, withscores=withscores)

    # --- removing members ---

    def zpopmin(self, name, count=None):
        """Removes the member or the `count` members with the lowest scores. Returns a list of (member, score)."""
        return self.execute_command("ZPOPMIN", *([name] if count is None else [name, count]), withscores=True)

    def zpopmax(self, name, count=None):
        """Removes the member or the `count` members with the highest scores. Returns a list of (member, score)."""
        return self.execute_command("ZPOPMAX", *([name] if count is None else [name, count]), withscores=True)

    def bzpopmin(self, keys, timeout=0):
        """Waits for a member and removes the one with the lowest score. Returns (key, member, score), or None."""
        return self.execute_command("BZPOPMIN", *words_of(keys), 0 if timeout is None else timeout)

    def bzpopmax(self, keys, timeout=0):
        """Waits for a member and removes the one with the highest score. Returns (key, member, score), or None."""
        return self.execute_command("BZPOPMAX", *words_of(keys), 0 if timeout is None else timeout)

    def zmpop(self, num_keys, keys, min=False, max=False, count=1):
        """Removes members from the first sorted set that has any. Returns [key, pairs], or None."""
        words = [num_keys] + keys
        if bool(min) == bool(max):
            raise DataError
        words.append("MIN" if min else "MAX")
        if count != 1:
            words += ("COUNT", count)
        return self.execute_command("ZMPOP", *words)

    def bzmpop(self, timeout, numkeys, keys, min=False, max=False, count=1):
        """Like zmpop, but waits up to `timeout` seconds for a member. 0 waits without a limit."""
        words = [timeout, numkeys, *keys]
        if bool(min) == bool(max):
            raise DataError("Either min or max, but not both must be set")
        return self.execute_command("BZMPOP", *words, "MIN" if min else "MAX", "COUNT", count)

    # --- several sorted sets ---

    def zinter(self, keys, aggregate=None, withscores=False):
        """Returns the members that are in all of the sorted sets. `keys` is a list, or a dict of weights.

        `aggregate` combines the scores of a member: SUM, MIN or MAX.
        """
        return self._zaggregate("ZINTER", None, keys, aggregate, withscores=withscores)

    def zinterstore(self, dest, keys, aggregate=None):
        """Stores the result of zinter. Returns the number of members."""
        return self._zaggregate("ZINTERSTORE", dest, keys, aggregate)

    def zintercard(self, numkeys, keys, limit=0):
        """Returns the number of members that are in all of the sorted sets. Stops counting at `limit`, if given."""
        return self.execute_command("ZINTERCARD", numkeys, *keys, "LIMIT", limit, keys=keys)

    def zunion(self, keys, aggregate=None, withscores=False, score_cast_func=float):
        """Returns the members that are in any of the sorted sets. `keys` and `aggregate` are those of zinter."""
        return self._zaggregate(
            "ZUNION", None, keys, aggregate, withscores=withscores, score_cast_func=score_cast_func
        )

    def zunionstore(self, dest, keys, aggregate=None):
        """Stores the result of zunion. Returns the number of members."""
        return self._zaggregate("ZUNIONSTORE", dest, keys, aggregate)

    def zdiff(self, keys, withscores=False):
        """Returns the members of the first sorted set that are in none of the others."""
        words = [len(keys), *keys]
        if withscores:
            words.append("WITHSCORES")
        return self.execute_command("ZDIFF", *words, keys=keys, withscores=withscores)

    def zdiffstore(self, dest, keys):
        """Stores the result of zdiff. Returns the number of members."""
        return self.execute_command("ZDIFFSTORE", dest, len(keys), *keys)

    def _zaggregate(self, command, dest, keys, aggregate=None, **options):
        words = [command, len(keys)] if dest is None else [command, dest, len(keys)]
        words += keys
        if isinstance(keys, dict) and keys:
            words.append(b"WEIGHTS")
            words += keys.values()
        if aggregate:
            if aggregate.upper() not in ("SUM", "MIN", "MAX", "COUNT"):
                raise DataError("aggregate can be sum, min, max or count.")
            words += (b"AGGREGATE", aggregate)
        if options.get("withscores", False):
            words.append(b"WITHSCORES")
        options["keys"] = keys.keys() if isinstance(keys, dict) else keys
        return self.execute_command(*words, **options)


def _limited(words, start, num):
    if both_or_none(start, num, _BOTH):
        words += ("LIMIT", start, num)
    return words
