"""The commands, in one module per family. `core` combines the families."""


def __getattr__(name):
    if name in ("AsyncCoreCommands", "AsyncRedisModuleCommands", "CoreCommands", "RedisModuleCommands"):
        from redis.commands import core

        return getattr(core, name)
    from redis.absent import find

    return find(__name__, name)
