"""Settings for maintenance notifications, which redis-tutor's server never sends."""


class MaintNotificationsConfig:
    """Whether and how a client receives maintenance notifications."""

    def __init__(self, enabled="auto", proactive_reconnect=True, relaxed_timeout=10, endpoint_type=None):
        self.enabled = enabled
        self.proactive_reconnect = proactive_reconnect
        self.relaxed_timeout = relaxed_timeout
        self.endpoint_type = endpoint_type

    def __repr__(self):
        return (
            f"MaintNotificationsConfig(enabled={self.enabled}, proactive_reconnect={self.proactive_reconnect}, "
            f"relaxed_timeout={self.relaxed_timeout}, endpoint_type={self.endpoint_type})"
        )


class MaintNotificationsPoolHandler:
    """A placeholder for the handler of a pool's maintenance notifications."""

    def __init__(self, config):
        self.config = config


class AsyncMaintNotificationsPoolHandler(MaintNotificationsPoolHandler):
    """The same for asyncio clients."""

    __module__ = "redis.asyncio.maint_notifications"


def __getattr__(name):
    from redis.absent import find

    return find(__name__, name)
