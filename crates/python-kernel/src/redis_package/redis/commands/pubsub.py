"""Publishing messages. `Redis.pubsub` is used to subscribe to them."""


class PubSubCommands:
    """The commands on channels."""

    def publish(self, channel, message, **kwargs):
        """Sends a message to a channel. Returns the number of subscribers that received it."""
        return self.execute_command("PUBLISH", channel, message, **kwargs)

    def spublish(self, shard_channel, message):
        """Sends a message to a sharded channel. Returns the number of subscribers that received it."""
        return self.execute_command("SPUBLISH", shard_channel, message)

    def pubsub_channels(self, pattern="*", **kwargs):
        """Returns the channels with at least one subscriber."""
        return self.execute_command("PUBSUB CHANNELS", pattern, **kwargs)

    def pubsub_shardchannels(self, pattern="*", **kwargs):
        """Returns the sharded channels with at least one subscriber."""
        return self.execute_command("PUBSUB SHARDCHANNELS", pattern, **kwargs)

    def pubsub_numpat(self, **kwargs):
        """Returns the number of patterns with at least one subscriber."""
        return self.execute_command("PUBSUB NUMPAT", **kwargs)

    def pubsub_numsub(self, *args, **kwargs):
        """Returns the number of subscribers of each channel, as pairs."""
        return self.execute_command("PUBSUB NUMSUB", *args, **kwargs)

    def pubsub_shardnumsub(self, *args, **kwargs):
        """Returns the number of subscribers of each sharded channel, as pairs."""
        return self.execute_command("PUBSUB SHARDNUMSUB", *args, **kwargs)
