"""The server and its configuration."""

from redis.commands.arguments import words_of
from redis.commands.connections import ManagementCommands as ConnectionCommands
from redis.commands.connections import refuse
from redis.exceptions import ConnectionError, DataError, RedisError

_NO_DECODING = {"NEVER_DECODE": []}


class HotkeysMetricsTypes:
    """The metrics of hotkeys_start."""

    def __init__(self, value):
        self.name = self.value = value


HotkeysMetricsTypes.CPU = HotkeysMetricsTypes("CPU")
HotkeysMetricsTypes.NET = HotkeysMetricsTypes("NET")


class ManagementCommands(ConnectionCommands):
    """The commands on the server and on connections."""

    # --- data ---

    def dbsize(self, **kwargs):
        """Returns the number of keys in the database."""
        return self.execute_command("DBSIZE", **kwargs)

    def flushdb(self, asynchronous=False, **kwargs):
        """Deletes all keys of this database."""
        return self.execute_command("FLUSHDB", *([b"ASYNC"] if asynchronous else []), **kwargs)

    def flushall(self, asynchronous=False, **kwargs):
        """Deletes all keys of all databases."""
        return self.execute_command("FLUSHALL", *([b"ASYNC"] if asynchronous else []), **kwargs)

    def swapdb(self, first, second, **kwargs):
        """Swaps two databases."""
        return self.execute_command("SWAPDB", first, second, **kwargs)

    def object(self, infotype, key, **kwargs):
        """Returns internal details of a key. `infotype` is encoding, refcount, idletime or freq."""
        return self.execute_command("OBJECT", infotype, key, infotype=infotype, **kwargs)

    def debug_object(self, key, **kwargs):
        """Returns internal details of a key, for developers of Redis."""
        return self.execute_command("DEBUG OBJECT", key, **kwargs)

    def debug_segfault(self, **kwargs):
        """Not implemented in redis-py."""
        refuse("DEBUG SEGFAULT", "debug-segfault")

    # --- the server ---

    def info(self, section=None, *args, **kwargs):
        """Returns information about the server as a dict, for all sections or some."""
        return self.execute_command("INFO", *([] if section is None else [section, *args]), **kwargs)

    def time(self, **kwargs):
        """Returns the server's time: (unix seconds, microseconds)."""
        return self.execute_command("TIME", **kwargs)

    def config_get(self, pattern="*", *args, **kwargs):
        """Returns the configuration parameters that match patterns, as a dict of str."""
        return self.execute_command("CONFIG GET", pattern, *args, **kwargs)

    def config_set(self, name, value, *args, **kwargs):
        """Sets one configuration parameter, or several: name, value, name, value."""
        return self.execute_command("CONFIG SET", name, value, *args, **kwargs)

    def config_resetstat(self, **kwargs):
        """Resets the server's statistics."""
        return self.execute_command("CONFIG RESETSTAT", **kwargs)

    def config_rewrite(self, **kwargs):
        """Writes the configuration to the server's configuration file."""
        return self.execute_command("CONFIG REWRITE", **kwargs)

    def command(self, **kwargs):
        """Returns all commands of the server, as a dict of dicts."""
        return self.execute_command("COMMAND", **kwargs)

    def command_count(self, **kwargs):
        """Returns the number of commands."""
        return self.execute_command("COMMAND COUNT", **kwargs)

    def command_list(self, module=None, category=None, pattern=None):
        """Returns the names of all commands, or of those of a module, a category or a pattern."""
        words = []
        for word, value in (("MODULE", module), ("ACLCAT", category), ("PATTERN", pattern)):
            if value is not None:
                words += (word, value)
        return self.execute_command("COMMAND LIST", *(["FILTERBY", *words] if words else []))

    def command_getkeys(self, *args):
        """Returns the keys in a command."""
        return self.execute_command("COMMAND GETKEYS", *args)

    def command_getkeysandflags(self, *args):
        """Returns the keys in a command, each with what the command does to it."""
        return self.execute_command("COMMAND GETKEYSANDFLAGS", *args)

    def command_info(self, **kwargs):
        """Not implemented in redis-py. Use the method command instead."""
        refuse("COMMAND INFO")

    def command_docs(self, *args):
        """Not implemented in redis-py."""
        refuse("COMMAND DOCS")

    def lastsave(self, **kwargs):
        """Returns the time of the last save, as a datetime."""
        return self.execute_command("LASTSAVE", **kwargs)

    def save(self, **kwargs):
        """Saves the data."""
        return self.execute_command("SAVE", **kwargs)

    def bgsave(self, schedule=True, **kwargs):
        """Saves the data in the background."""
        return self.execute_command("BGSAVE", *(["SCHEDULE"] if schedule else []), **kwargs)

    def bgrewriteaof(self, **kwargs):
        """Rewrites the append-only file in the background."""
        return self.execute_command("BGREWRITEAOF", **kwargs)

    def shutdown(self, save=False, nosave=False, now=False, force=False, abort=False, **kwargs):
        """Shuts down the server."""
        if save and nosave:
            raise DataError("SHUTDOWN save and nosave cannot both be set")
        flags = ((save, "SAVE"), (nosave, "NOSAVE"), (now, "NOW"), (force, "FORCE"), (abort, "ABORT"))
        try:
            self.execute_command("SHUTDOWN", *[word for given, word in flags if given], **kwargs)
        except ConnectionError:
            return
        raise RedisError("SHUTDOWN seems to have failed.")

    def lolwut(self, *version_numbers, **kwargs):
        """Returns a piece of computer art."""
        if version_numbers:
            return self.execute_command("LOLWUT VERSION", *version_numbers, **kwargs)
        return self.execute_command("LOLWUT", **kwargs)

    # --- replication ---

    def role(self):
        """Returns the role of the server in replication."""
        return self.execute_command("ROLE")

    def replicaof(self, *args, **kwargs):
        """Makes the server a replica of another server."""
        return self.execute_command("REPLICAOF", *args, **kwargs)

    def slaveof(self, host=None, port=None, **kwargs):
        """The old name of replicaof. Without arguments, the server stops being a replica."""
        if host is None and port is None:
            return self.execute_command("SLAVEOF", b"NO", b"ONE", **kwargs)
        return self.execute_command("SLAVEOF", host, port, **kwargs)

    def wait(self, num_replicas, timeout, **kwargs):
        """Waits up to `timeout` milliseconds for replicas to receive all writes. Returns how many have."""
        return self.execute_command("WAIT", num_replicas, timeout, **kwargs)

    def waitaof(self, num_local, num_replicas, timeout, **kwargs):
        """Waits up to `timeout` milliseconds until all writes are on disk."""
        return self.execute_command("WAITAOF", num_local, num_replicas, timeout, **kwargs)

    def failover(self):
        """Not implemented in redis-py."""
        refuse("FAILOVER")

    def sync(self):
        """Starts to replicate the data, as a replica does."""
        return self.execute_command("SYNC", **_NO_DECODING)

    def psync(self, replicationid, offset):
        """Continues to replicate the data, as a replica does."""
        return self.execute_command("PSYNC", replicationid, offset, **_NO_DECODING)

    def migrate(
        self, host, port, keys, destination_db, timeout, copy=False, replace=False, auth=None, **kwargs
    ):
        """Moves keys to another server."""
        keys = words_of(keys)
        if not keys:
            raise DataError("MIGRATE requires at least one key")
        words = [word for given, word in ((copy, b"COPY"), (replace, b"REPLACE")) if given]
        if auth:
            words += (b"AUTH", auth)
        words += (b"KEYS", *keys)
        return self.execute_command("MIGRATE", host, port, "", destination_db, timeout, *words, **kwargs)

    # --- statistics ---

    def memory_usage(self, key, samples=None, **kwargs):
        """Returns the memory that a key uses, in bytes."""
        words = [b"SAMPLES", samples] if isinstance(samples, int) else []
        return self.execute_command("MEMORY USAGE", key, *words, **kwargs)

    def memory_stats(self, **kwargs):
        """Returns the server's memory usage, as a dict."""
        return self.execute_command("MEMORY STATS", **kwargs)

    def memory_malloc_stats(self, **kwargs):
        """Returns the statistics of the memory allocator."""
        return self.execute_command("MEMORY MALLOC-STATS", **kwargs)

    def memory_purge(self, **kwargs):
        """Returns unused memory of the allocator to the operating system."""
        return self.execute_command("MEMORY PURGE", **kwargs)

    def memory_doctor(self, **kwargs):
        """Not implemented in redis-py."""
        refuse("MEMORY DOCTOR", "memory-doctor")

    def memory_help(self, **kwargs):
        """Not implemented in redis-py."""
        refuse("MEMORY HELP", "memory-help")

    def latency_history(self, event):
        """Returns the latency spikes of an event."""
        return self.execute_command("LATENCY HISTORY", event)

    def latency_latest(self):
        """Returns the latest latency spikes."""
        return self.execute_command("LATENCY LATEST")

    def latency_reset(self, *events):
        """Deletes the recorded latency spikes."""
        return self.execute_command("LATENCY RESET", *events)

    def latency_histogram(self, *args):
        """Not implemented in redis-py."""
        refuse("LATENCY HISTOGRAM")

    def latency_doctor(self):
        """Not implemented in redis-py."""
        refuse("LATENCY DOCTOR", "latency-doctor")

    def latency_graph(self):
        """Not implemented in redis-py."""
        refuse("LATENCY GRAPH", "latency-graph")

    def slowlog_get(self, num=None, **kwargs):
        """Returns the slow log: commands that took long."""
        if self.get_connection_kwargs().get("decode_responses", False) is True:
            kwargs.update(_NO_DECODING)
        return self.execute_command("SLOWLOG GET", *([] if num is None else [num]), **kwargs)

    def slowlog_len(self, **kwargs):
        """Returns the number of entries in the slow log."""
        return self.execute_command("SLOWLOG LEN", **kwargs)

    def slowlog_reset(self, **kwargs):
        """Deletes all entries of the slow log."""
        return self.execute_command("SLOWLOG RESET", **kwargs)

    def hotkeys_start(self, metrics, count=None, duration=None, sample_ratio=None, slots=None, **kwargs):
        """Starts to search for frequently used keys (from Redis 8.6 on)."""
        words = ["METRICS", len(metrics), *[str(metric.value) for metric in metrics]]
        for word, value in (("COUNT", count), ("DURATION", duration), ("SAMPLE", sample_ratio)):
            if value is not None:
                words += (word, value)
        if slots is not None:
            words += ("SLOTS", len(slots), *slots)
        return self.execute_command("HOTKEYS", "START", *words, **kwargs)

    def hotkeys_stop(self, **kwargs):
        """Stops the search for frequently used keys (from Redis 8.6 on)."""
        return self.execute_command("HOTKEYS STOP", **kwargs)

    def hotkeys_reset(self, **kwargs):
        """Deletes the results of the search for frequently used keys (from Redis 8.6 on)."""
        return self.execute_command("HOTKEYS RESET", **kwargs)

    def hotkeys_get(self, **kwargs):
        """Returns the frequently used keys that were found (from Redis 8.6 on)."""
        return self.execute_command("HOTKEYS GET", **kwargs)
