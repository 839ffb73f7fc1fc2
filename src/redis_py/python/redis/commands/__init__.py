"""The commands, a module for each family."""

from redis.commands.core import CoreCommands
from redis.commands.modules import RedisModuleCommands
