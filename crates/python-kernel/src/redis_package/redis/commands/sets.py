"""Sets: unordered, unique members."""

from redis.commands.arguments import words_of


class SetCommands:
    """The commands on sets."""

    def sadd(self, name, *values):
        """Adds members. Returns the number of new members."""
        return self.execute_command("SADD", name, *values)

    def srem(self, name, *values):
        """Removes members. Returns how many of them existed."""
        return self.execute_command("SREM", name, *values)

    def smembers(self, name):
        """Returns all members as a Python set."""
        return self.execute_command("SMEMBERS", name, keys=[name])

    def scard(self, name):
        """Returns the number of members."""
        return self.execute_command("SCARD", name, keys=[name])

    def sismember(self, name, value):
        """Returns 1 if `value` is a member, else 0."""
        return self.execute_command("SISMEMBER", name, value, keys=[name])

    def smismember(self, name, values, *args):
        """Returns for each value 1 if it is a member, else 0."""
        return self.execute_command("SMISMEMBER", name, *words_of(values, args), keys=[name])

    def smove(self, src, dst, value):
        """Moves a member from one set to another. Returns whether it existed."""
        return self.execute_command("SMOVE", src, dst, value)

    def spop(self, name, count=None):
        """Removes and returns a random member, or a list of `count` members."""
        return self.execute_command("SPOP", name) if count is None else self.execute_command("SPOP", name, count)

    def srandmember(self, name, number=None):
        """Returns a random member, or a list of `number` members. With a negative number, members can repeat."""
        if number is None:
            return self.execute_command("SRANDMEMBER", name)
        return self.execute_command("SRANDMEMBER", name, number)

    def sinter(self, keys, *args):
        """Returns the members that are in all of the sets."""
        words = words_of(keys, args)
        return self.execute_command("SINTER", *words, keys=words)

    def sunion(self, keys, *args):
        """Returns the members that are in any of the sets."""
        words = words_of(keys, args)
        return self.execute_command("SUNION", *words, keys=words)

    def sdiff(self, keys, *args):
        """Returns the members of the first set that are in none of the others."""
        words = words_of(keys, args)
        return self.execute_command("SDIFF", *words, keys=words)

    def sinterstore(self, dest, keys, *args):
        """Stores the result of sinter. Returns the number of members."""
        return self.execute_command("SINTERSTORE", dest, *words_of(keys, args))

    def sunionstore(self, dest, keys, *args):
        """Stores the result of sunion. Returns the number of members."""
        return self.execute_command("SUNIONSTORE", dest, *words_of(keys, args))

    def sdiffstore(self, dest, keys, *args):
        """Stores the result of sdiff. Returns the number of members."""
        return self.execute_command("SDIFFSTORE", dest, *words_of(keys, args))

    def sintercard(self, numkeys, keys, limit=0):
        """Returns the number of members that are in all of the sets. Stops counting at `limit`, if given."""
        return self.execute_command("SINTERCARD", numkeys, *keys, "LIMIT", limit, keys=keys)

    def sunioncard(self, numkeys, keys, limit=0, approx=False):
        """Returns the number of members that are in any of the sets (from Redis 8.8 on)."""
        words = [numkeys, *keys, *(["APPROX"] if approx else []), "LIMIT", limit]
        return self.execute_command("SUNIONCARD", *words, keys=keys)

    def sdiffcard(self, numkeys, keys, limit=0):
        """Returns the number of members of the first set that are in none of the others (from Redis 8.8 on)."""
        return self.execute_command("SDIFFCARD", numkeys, *keys, "LIMIT", limit, keys=keys)
