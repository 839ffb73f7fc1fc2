"""Sets: members without order, each once."""

from redis.commands.arguments import words_of


class SetCommands:
    """The commands on sets."""

    def sadd(self, name, *values):
        """Adds members; how many of them are new."""
        return self.execute_command("SADD", name, *values)

    def srem(self, name, *values):
        """Removes members; how many were there."""
        return self.execute_command("SREM", name, *values)

    def smembers(self, name):
        """All members as a Python set."""
        return self.execute_command("SMEMBERS", name)

    def scard(self, name):
        """How many members there are."""
        return self.execute_command("SCARD", name)

    def sismember(self, name, value):
        """1 if `value` is a member, else 0."""
        return self.execute_command("SISMEMBER", name, value)

    def smismember(self, name, values, *args):
        """For each of several values 1 if it is a member, else 0."""
        return self.execute_command("SMISMEMBER", name, *words_of(values, args))

    def smove(self, src, dst, value):
        """Moves a member from one set to another; whether it was there."""
        return self.execute_command("SMOVE", src, dst, value)

    def spop(self, name, count=None):
        """Takes a member at random, or a list of `count` of them."""
        return self.execute_command("SPOP", name) if count is None else self.execute_command("SPOP", name, count)

    def srandmember(self, name, number=None):
        """A member at random, or a list of `number` of them; with a negative number some may come twice."""
        if number is None:
            return self.execute_command("SRANDMEMBER", name)
        return self.execute_command("SRANDMEMBER", name, number)

    def sinter(self, keys, *args):
        """The members that all sets share."""
        return self.execute_command("SINTER", *words_of(keys, args))

    def sunion(self, keys, *args):
        """The members of any of the sets."""
        return self.execute_command("SUNION", *words_of(keys, args))

    def sdiff(self, keys, *args):
        """The members of the first set that are in none of the others."""
        return self.execute_command("SDIFF", *words_of(keys, args))

    def sinterstore(self, dest, keys, *args):
        """Stores what sinter would give; how many members."""
        return self.execute_command("SINTERSTORE", dest, *words_of(keys, args))

    def sunionstore(self, dest, keys, *args):
        """Stores what sunion would give; how many members."""
        return self.execute_command("SUNIONSTORE", dest, *words_of(keys, args))

    def sdiffstore(self, dest, keys, *args):
        """Stores what sdiff would give; how many members."""
        return self.execute_command("SDIFFSTORE", dest, *words_of(keys, args))

    def sintercard(self, numkeys, keys, limit=0):
        """How many members all sets share; counts no further than `limit`, if given."""
        return self.execute_command("SINTERCARD", numkeys, *keys, "LIMIT", limit)

    def sunioncard(self, numkeys, keys, limit=0, approx=False):
        """How many members any of the sets has (from Redis 8.8 on)."""
        return self.execute_command("SUNIONCARD", numkeys, *keys, *(["APPROX"] if approx else []), "LIMIT", limit)

    def sdiffcard(self, numkeys, keys, limit=0):
        """How many members of the first set are in none of the others (from Redis 8.8 on)."""
        return self.execute_command("SDIFFCARD", numkeys, *keys, "LIMIT", limit)
