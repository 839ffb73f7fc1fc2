"""The commands of asyncio clients: those methods that differ from the other client's.

All others are the same, because they return what `execute_command` returns, which has to be awaited.
"""

from redis.commands.core import CoreCommands
from redis.exceptions import ConnectionError, DataError, RedisError


def _refuse_item(kind):
    raise TypeError(f"Async Redis client does not support class {kind}")


class AsyncCoreCommands(CoreCommands):
    """All commands, as methods whose results are awaited."""

    __module__ = "redis.commands.core"

    # --- access to keys by subscript ---

    def __delitem__(self, name):
        _refuse_item("deletion")

    def __contains__(self, name):
        _refuse_item("inclusion")

    def __getitem__(self, name):
        _refuse_item("retrieval")

    def __setitem__(self, name, value):
        _refuse_item("assignment")

    # --- transactions ---

    async def watch(self, *names):
        """Watches keys, on a pipeline."""
        return super().watch(*names)

    async def unwatch(self):
        """Stops watching keys, on a pipeline."""
        return super().unwatch()

    # --- iterators ---

    async def scan_iter(self, match=None, count=None, _type=None, **kwargs):
        """Iterates over all keys that match."""
        cursor = "0"
        while cursor != 0:
            cursor, keys = await self.scan(cursor=cursor, match=match, count=count, _type=_type, **kwargs)
            for key in keys:
                yield key

    async def sscan_iter(self, name, match=None, count=None):
        """Iterates over the members of a set."""
        cursor = "0"
        while cursor != 0:
            cursor, members = await self.sscan(name, cursor=cursor, match=match, count=count)
            for member in members:
                yield member

    async def hscan_iter(self, name, match=None, count=None, no_values=None):
        """Iterates over the fields and values of a hash."""
        cursor = "0"
        while cursor != 0:
            cursor, fields = await self.hscan(name, cursor=cursor, match=match, count=count, no_values=no_values)
            for field in fields if no_values else fields.items():
                yield field

    async def zscan_iter(self, name, match=None, count=None, score_cast_func=float):
        """Iterates over the members and scores of a sorted set."""
        cursor = "0"
        while cursor != 0:
            cursor, scored = await self.zscan(
                name, cursor=cursor, match=match, count=count, score_cast_func=score_cast_func
            )
            for pair in scored:
                yield pair

    # --- the server ---

    async def command_info(self, **kwargs):
        """Not implemented in redis-py."""
        return super().command_info(**kwargs)

    async def debug_segfault(self, **kwargs):
        """Not implemented in redis-py."""
        return super().debug_segfault(**kwargs)

    async def memory_doctor(self, **kwargs):
        """Not implemented in redis-py."""
        return super().memory_doctor(**kwargs)

    async def memory_help(self, **kwargs):
        """Not implemented in redis-py."""
        return super().memory_help(**kwargs)

    async def shutdown(self, save=False, nosave=False, now=False, force=False, abort=False, **kwargs):
        """Shuts down the server."""
        if save and nosave:
            raise DataError("SHUTDOWN save and nosave cannot both be set")
        flags = ((save, "SAVE"), (nosave, "NOSAVE"), (now, "NOW"), (force, "FORCE"), (abort, "ABORT"))
        try:
            await self.execute_command("SHUTDOWN", *[word for given, word in flags if given], **kwargs)
        except ConnectionError:
            return
        raise RedisError("SHUTDOWN seems to have failed.")

    async def script_debug(self, *args):
        """Not implemented in redis-py."""
        return super().script_debug()
