"""Publishing, and who listens; for listening see Redis.pubsub."""


class PubSubCommands:
    """The commands on channels."""

    def publish(self, channel, message, **kwargs):
        """Sends a message to a channel; how many got it."""
        return self.execute_command("PUBLISH", channel, message, **kwargs)

    def spublish(self, shard_channel, message):
        """Sends a message to a sharded channel; how many got it."""
        return self.execute_command("SPUBLISH", shard_channel, message)

    def pubsub_channels(self, pattern="*", **kwargs):
        """The channels somebody is subscribed to."""
        return self.execute_command("PUBSUB CHANNELS", pattern, **kwargs)

    def pubsub_shardchannels(self, pattern="*", **kwargs):
        """The sharded channels somebody is subscribed to."""
        return self.execute_command("PUBSUB SHARDCHANNELS", pattern, **kwargs)

    def pubsub_numpat(self, **kwargs):
        """How many patterns are subscribed to."""
        return self.execute_command("PUBSUB NUMPAT", **kwargs)

    def pubsub_numsub(self, *args, **kwargs):
        """How many subscribers these channels have: pairs."""
        return self.execute_command("PUBSUB NUMSUB", *args, **kwargs)

    def pubsub_shardnumsub(self, *args, **kwargs):
        """How many subscribers these sharded channels have: pairs."""
        return self.execute_command("PUBSUB SHARDNUMSUB", *args, **kwargs)
