"""Sorted sets: members with scores, in the order of the scores."""

from redis.commands.arguments import both_or_none, words_of
from redis.exceptions import DataError

_BOTH = "``start`` and ``num`` must both be specified"


class SortedSetCommands:
    """The commands on sorted sets."""

    def zadd(self, name, mapping, nx=False, xx=False, ch=False, incr=False, gt=False, lt=False):
        """Adds members of a dict {member: score}, or changes their scores; how many are new.

        `nx` only adds, `xx` only changes, `gt` and `lt` only raise or lower scores; `ch` counts what was changed as
        well; `incr` adds to the score of the one member and gives the new score.
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
        """Removes members; how many were there."""
        return self.execute_command("ZREM", name, *values)

    def zcard(self, name):
        """How many members there are."""
        return self.execute_command("ZCARD", name)

    def zcount(self, name, min, max):
        """How many members have a score between `min` and `max`; '(5' leaves 5 out, '-inf' and '+inf' are ends."""
        return self.execute_command("ZCOUNT", name, min, max)

    def zscore(self, name, value):
        """The score of a member as a float, or None."""
        return self.execute_command("ZSCORE", name, value)

    def zmscore(self, key, members):
        """The scores of several members, None where there is none."""
        if not members:
            raise DataError("ZMSCORE members must be a non-empty list")
        return self.execute_command("ZMSCORE", *([key] + members))

    def zincrby(self, name, amount, value):
        """Adds to the score of a member; the new score."""
        return self.execute_command("ZINCRBY", name, amount, value)

    def zrank(self, name, value, withscore=False, score_cast_func=float):
        """The rank of a member from the lowest score up, starting with 0, or None; [rank, score] with `withscore`."""
        return self._rank("ZRANK", name, value, withscore, score_cast_func)

    def zrevrank(self, name, value, withscore=False, score_cast_func=float):
        """The rank of a member from the highest score down, starting with 0, or None."""
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
        """The members from rank `start` to `end`, both included; -1 is the last. Pairs with `withscores`.

        `desc` starts at the highest score; `byscore` and `bylex` take scores or members as the ends; `offset` and
        `num` give part of the result.
        """
        if desc and not byscore and not bylex and offset is None and num is None:
            return self.zrevrange(name, start, end, withscores, score_cast_func)
        return self._zrange(
            "ZRANGE", None, name, start, end, desc, byscore, bylex, withscores, score_cast_func, offset, num
        )

    def zrangestore(
        self, dest, name, start, end, byscore=False, bylex=False, desc=False, offset=None, num=None
    ):
        """Stores what zrange would give; how many members."""
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
        return self._scored(words, withscores, score_cast_func)

    def _scored(self, words, withscores, score_cast_func):
        if withscores:
            words.append("WITHSCORES")
        return self.execute_command(*words, withscores=withscores, score_cast_func=score_cast_func)

    def zrevrange(self, name, start, end, withscores=False, score_cast_func=float):
        """The members from rank `start` to `end`, the highest score first."""
        return self._scored(["ZREVRANGE", name, start, end], withscores, score_cast_func)

    def zrangebyscore(
        self, name, min, max, start=None, num=None, withscores=False, score_cast_func=float
    ):
        """The members with a score between `min` and `max`; `start` and `num` give part of them."""
        return self._scored(_limited(["ZRANGEBYSCORE", name, min, max], start, num), withscores, score_cast_func)

    def zrevrangebyscore(
        self, name, max, min, start=None, num=None, withscores=False, score_cast_func=float
    ):
        """The members with a score between `max` and `min`, the highest first."""
        return self._scored(_limited(["ZREVRANGEBYSCORE", name, max, min], start, num), withscores, score_cast_func)

    def zrangebylex(self, name, min, max, start=None, num=None):
        """The members between two, where all scores are the same: '[a' from a on, '(a' after a, '-' and '+' ends."""
        return self.execute_command(*_limited(["ZRANGEBYLEX", name, min, max], start, num))

    def zrevrangebylex(self, name, max, min, start=None, num=None):
        """zrangebylex, the last first."""
        return self.execute_command(*_limited(["ZREVRANGEBYLEX", name, max, min], start, num))

    def zlexcount(self, name, min, max):
        """How many members zrangebylex would give."""
        return self.execute_command("ZLEXCOUNT", name, min, max)

    def zremrangebyrank(self, name, min, max):
        """Removes the members from rank `min` to `max`; how many."""
        return self.execute_command("ZREMRANGEBYRANK", name, min, max)

    def zremrangebyscore(self, name, min, max):
        """Removes the members with a score between `min` and `max`; how many."""
        return self.execute_command("ZREMRANGEBYSCORE", name, min, max)

    def zremrangebylex(self, name, min, max):
        """Removes the members that zrangebylex would give; how many."""
        return self.execute_command("ZREMRANGEBYLEX", name, min, max)

    def zrandmember(self, key, count=None, withscores=False):
        """A member at random, or a list of `count` of them; with a negative count some may come twice."""
        words = [key]
        if count is not None:
            words.append(count)
        if withscores:
            words.append("WITHSCORES")
        return self.execute_command("ZRANDMEMBER", *words, withscores=withscores)

    # --- taking members ---

    def zpopmin(self, name, count=None):
        """Takes the members with the lowest scores, one or `count`: a list of (member, score)."""
        return self.execute_command("ZPOPMIN", *([name] if count is None else [name, count]), withscores=True)

    def zpopmax(self, name, count=None):
        """Takes the members with the highest scores, one or `count`: a list of (member, score)."""
        return self.execute_command("ZPOPMAX", *([name] if count is None else [name, count]), withscores=True)

    def bzpopmin(self, keys, timeout=0):
        """Waits for a member and takes the one with the lowest score: (key, member, score), or None."""
        return self.execute_command("BZPOPMIN", *words_of(keys), 0 if timeout is None else timeout)

    def bzpopmax(self, keys, timeout=0):
        """Waits for a member and takes the one with the highest score: (key, member, score), or None."""
        return self.execute_command("BZPOPMAX", *words_of(keys), 0 if timeout is None else timeout)

    def zmpop(self, num_keys, keys, min=False, max=False, count=1):
        """Takes members from the first sorted set that has any: [key, pairs], or None."""
        words = [num_keys] + keys
        if bool(min) == bool(max):
            raise DataError
        words.append("MIN" if min else "MAX")
        if count != 1:
            words += ("COUNT", count)
        return self.execute_command("ZMPOP", *words)

    def bzmpop(self, timeout, numkeys, keys, min=False, max=False, count=1):
        """zmpop that waits up to `timeout` seconds for a member; 0 waits for ever."""
        words = [timeout, numkeys, *keys]
        if bool(min) == bool(max):
            raise DataError("Either min or max, but not both must be set")
        return self.execute_command("BZMPOP", *words, "MIN" if min else "MAX", "COUNT", count)

    # --- several sorted sets ---

    def zinter(self, keys, aggregate=None, withscores=False):
        """The members that all sorted sets share; `keys` is a list, or a dict of weights.

        `aggregate` says what becomes of several scores: SUM, MIN or MAX.
        """
        return self._zaggregate("ZINTER", None, keys, aggregate, withscores=withscores)

    def zinterstore(self, dest, keys, aggregate=None):
        """Stores what zinter would give; how many members."""
        return self._zaggregate("ZINTERSTORE", dest, keys, aggregate)

    def zintercard(self, numkeys, keys, limit=0):
        """How many members all sorted sets share; counts no further than `limit`, if given."""
        return self.execute_command("ZINTERCARD", numkeys, *keys, "LIMIT", limit)

    def zunion(self, keys, aggregate=None, withscores=False, score_cast_func=float):
        """The members of any of the sorted sets; `keys` and `aggregate` are those of zinter."""
        return self._zaggregate(
            "ZUNION", None, keys, aggregate, withscores=withscores, score_cast_func=score_cast_func
        )

    def zunionstore(self, dest, keys, aggregate=None):
        """Stores what zunion would give; how many members."""
        return self._zaggregate("ZUNIONSTORE", dest, keys, aggregate)

    def zdiff(self, keys, withscores=False):
        """The members of the first sorted set that are in none of the others."""
        words = [len(keys), *keys]
        if withscores:
            words.append("WITHSCORES")
        return self.execute_command("ZDIFF", *words, withscores=withscores)

    def zdiffstore(self, dest, keys):
        """Stores what zdiff would give; how many members."""
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
        return self.execute_command(*words, **options)


def _limited(words, start, num):
    if both_or_none(start, num, _BOTH):
        words += ("LIMIT", start, num)
    return words
