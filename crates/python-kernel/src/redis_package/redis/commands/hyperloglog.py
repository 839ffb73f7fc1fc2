"""HyperLogLogs: estimates of the number of different values."""


class HyperlogCommands:
    """The commands on HyperLogLogs."""

    def pfadd(self, name, *values):
        """Adds values. Returns 1 if the estimate changed, else 0."""
        return self.execute_command("PFADD", name, *values)

    def pfcount(self, *sources):
        """Returns the estimate for one key, or for the union of several."""
        return self.execute_command("PFCOUNT", *sources)

    def pfmerge(self, dest, *sources):
        """Merges several HyperLogLogs into one."""
        return self.execute_command("PFMERGE", dest, *sources)
