"""The commands, with one module per family. `core` combines them."""


def __getattr__(name):
    if name in ("CoreCommands", "RedisModuleCommands"):
        from redis.commands import core

        return getattr(core, name)
    from redis.absent import find

    return find(__name__, name)
