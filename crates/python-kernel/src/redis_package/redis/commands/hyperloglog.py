"""HyperLogLogs: how many different values, roughly."""


class HyperlogCommands:
    """The commands on HyperLogLogs."""

    def pfadd(self, name, *values):
        """Adds values: 1 if the estimate changed, else 0."""
        return self.execute_command("PFADD", name, *values)

    def pfcount(self, *sources):
        """The estimate for one key, or for several together."""
        return self.execute_command("PFCOUNT", *sources)

    def pfmerge(self, dest, *sources):
        """Merges several into one."""
        return self.execute_command("PFMERGE", dest, *sources)
