"""The class that combines all command families."""

from redis.commands.acl import ACLCommands
from redis.commands.geo import GeoCommands
from redis.commands.hashes import HashCommands, HashDataPersistOptions
from redis.commands.hyperloglog import HyperlogCommands
from redis.commands.keys import BasicKeyCommands
from redis.commands.lists import ListCommands
from redis.commands.pubsub import PubSubCommands
from redis.commands.refused import FunctionCommands, RedisModuleCommands, Script, ScriptCommands
from redis.commands.scan import ScanCommands
from redis.commands.server import HotkeysMetricsTypes, ManagementCommands
from redis.commands.sets import SetCommands
from redis.commands.sorted_sets import SortedSetCommands
from redis.commands.streams import StreamCommands
from redis.commands.strings import BitFieldOperation, DataPersistOptions


class CoreCommands(
    RedisModuleCommands,
    BasicKeyCommands,
    HyperlogCommands,
    HashCommands,
    GeoCommands,
    ListCommands,
    ScanCommands,
    SetCommands,
    StreamCommands,
    SortedSetCommands,
    ACLCommands,
    ManagementCommands,
    PubSubCommands,
    ScriptCommands,
    FunctionCommands,
):
    """All commands, as methods that call `execute_command`."""


def __getattr__(name):
    if name == "AsyncCoreCommands":
        from redis.commands.asynchronous import AsyncCoreCommands

        return AsyncCoreCommands
    if name.startswith("Async") and name[5:] in globals():
        # Only a few methods of asyncio clients differ. They are all in AsyncCoreCommands.
        return globals()[name[5:]]
    from redis.absent import find

    return find(__name__, name)
