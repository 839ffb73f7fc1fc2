"""The server, its settings, and the connections to it."""

from redis.commands.arguments import words_of
from redis.exceptions import ConnectionError, DataError, RedisError

_NO_DECODING = {"NEVER_DECODE": []}


def _refuse(command, address=None):
    """These are not implemented in redis-py itself; the wording, line breaks included, is its own."""
    message = f"{command} is intentionally not implemented in the client."
    if address:
        more = f"For more information, see https://redis.io/commands/{address}"
        message = f"\n            {message}\n\n            {more}\n            "
    raise NotImplementedError(message)


class HotkeysMetricsTypes:
    """What hotkeys_start measures."""

    def __init__(self, value):
        self.name = self.value = value


HotkeysMetricsTypes.CPU = HotkeysMetricsTypes("CPU")
HotkeysMetricsTypes.NET = HotkeysMetricsTypes("NET")


class ConnectionCommands:
    """The commands on connections."""

    def auth(self, password, username=None, **kwargs):
        """Says who this connection is."""
        words = [password] if username is None else [username, password]
        return self.execute_command("AUTH", *words, **kwargs)

    def ping(self, **kwargs):
        """True if the server answers."""
        return self.execute_command("PING", **kwargs)

    def echo(self, value, **kwargs):
        """The value back from the server."""
        return self.execute_command("ECHO", value, **kwargs)

    def select(self, index, **kwargs):
        """Changes this connection's database; a client's `db` is the better way."""
        return self.execute_command("SELECT", index, **kwargs)

    def quit(self, **kwargs):
        """Asks the server to close the connection."""
        return self.execute_command("QUIT", **kwargs)

    def reset(self):
        """Puts this connection in its first state."""
        return self.execute_command("RESET")

    def hello(self):
        """Not in redis-py: a client's `protocol` says the same."""
        _refuse("HELLO")

    def client_id(self, **kwargs):
        """This connection's number."""
        return self.execute_command("CLIENT ID", **kwargs)

    def client_info(self, **kwargs):
        """What the server knows of this connection, as a dict."""
        return self.execute_command("CLIENT INFO", **kwargs)

    def client_list(self, _type=None, client_id=[], **kwargs):
        """What the server knows of all connections, or of these, as a list of dicts."""
        words = []
        if _type is not None:
            types = ("normal", "master", "replica", "pubsub")
            if str(_type).lower() not in types:
                raise DataError(f"CLIENT LIST _type must be one of {types!r}")
            words += (b"TYPE", _type)
        if not isinstance(client_id, list):
            raise DataError("client_id must be a list")
        if client_id:
            words += (b"ID", *client_id)
        return self.execute_command("CLIENT LIST", *words, **kwargs)

    def client_getname(self, **kwargs):
        """This connection's name, or None."""
        return self.execute_command("CLIENT GETNAME", **kwargs)

    def client_setname(self, name, **kwargs):
        """Names this connection."""
        return self.execute_command("CLIENT SETNAME", name, **kwargs)

    def client_setinfo(self, attr, value, **kwargs):
        """Tells the server the library's name (LIB-NAME) or version (LIB-VER)."""
        return self.execute_command("CLIENT SETINFO", attr, value, **kwargs)

    def client_kill(self, address, **kwargs):
        """Ends the connection from an address."""
        return self.execute_command("CLIENT KILL", address, **kwargs)

    def client_kill_filter(
        self, _id=None, _type=None, addr=None, skipme=None, laddr=None, user=None, maxage=None, **kwargs
    ):
        """Ends the connections that all these describe; how many."""
        words = []
        if _type is not None:
            types = ("normal", "master", "slave", "replica", "pubsub")
            if str(_type).lower() not in types:
                raise DataError(f"CLIENT KILL type must be one of {types!r}")
            words += (b"TYPE", _type)
        if skipme is not None:
            if not isinstance(skipme, bool):
                raise DataError("CLIENT KILL skipme must be a bool")
            words += (b"SKIPME", b"YES" if skipme else b"NO")
        described = ((b"ID", _id), (b"ADDR", addr), (b"LADDR", laddr), (b"USER", user), (b"MAXAGE", maxage))
        for word, value in described:
            if value is not None:
                words += (word, value)
        if not words:
            raise DataError(
                "CLIENT KILL <filter> <value> ... ... <filter> <value> must specify at least one filter"
            )
        return self.execute_command("CLIENT KILL", *words, **kwargs)

    def client_unblock(self, client_id, error=False, **kwargs):
        """Ends the waiting of a blocked connection; with an error, if asked for. Whether it was blocked."""
        return self.execute_command("CLIENT UNBLOCK", int(client_id), *([b"ERROR"] if error else []), **kwargs)

    def client_pause(self, timeout, all=True, **kwargs):
        """Lets all commands, or only writes with `all=False`, wait so many milliseconds."""
        if not isinstance(timeout, int):
            raise DataError("CLIENT PAUSE timeout must be an integer")
        return self.execute_command("CLIENT PAUSE", str(timeout), *([] if all else ["WRITE"]), **kwargs)

    def client_unpause(self, **kwargs):
        """Ends a pause."""
        return self.execute_command("CLIENT UNPAUSE", **kwargs)

    def client_reply(self, reply, **kwargs):
        """Whether this connection gets replies: ON, OFF or SKIP."""
        replies = ["ON", "OFF", "SKIP"]
        if reply not in replies:
            raise DataError(f"CLIENT REPLY must be one of {replies!r}")
        return self.execute_command("CLIENT REPLY", reply, **kwargs)

    def client_no_evict(self, mode):
        """Whether this connection may be dropped when memory is short: ON or OFF."""
        return self.execute_command("CLIENT NO-EVICT", mode)

    def client_no_touch(self, mode):
        """Whether this connection's commands leave the keys' last use alone: ON or OFF."""
        return self.execute_command("CLIENT NO-TOUCH", mode)

    def client_getredir(self, **kwargs):
        """To which connection tracking messages go."""
        return self.execute_command("CLIENT GETREDIR", **kwargs)

    def client_tracking_on(
        self, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False
    ):
        """Starts tracking the keys this connection reads."""
        return self.client_tracking(True, clientid, prefix, bcast, optin, optout, noloop)

    def client_tracking_off(
        self, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False
    ):
        """Ends tracking the keys this connection reads."""
        return self.client_tracking(False, clientid, prefix, bcast, optin, optout, noloop)

    def client_tracking(
        self, on=True, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False, **kwargs
    ):
        """Starts or ends tracking the keys this connection reads."""
        if len(prefix) != 0 and bcast is False:
            raise DataError("Prefix can only be used with bcast")
        words = ["ON" if on else "OFF"]
        if clientid is not None:
            words += ("REDIRECT", clientid)
        for start in prefix:
            words += ("PREFIX", start)
        flags = ((bcast, "BCAST"), (optin, "OPTIN"), (optout, "OPTOUT"), (noloop, "NOLOOP"))
        words += [word for given, word in flags if given]
        return self.execute_command("CLIENT TRACKING", *words, **kwargs)

    def client_trackinginfo(self, **kwargs):
        """How this connection's tracking is set."""
        return self.execute_command("CLIENT TRACKINGINFO", **kwargs)


class ManagementCommands(ConnectionCommands):
    """The commands on the server and on connections."""

    # --- data ---

    def dbsize(self, **kwargs):
        """How many keys the database has."""
        return self.execute_command("DBSIZE", **kwargs)

    def flushdb(self, asynchronous=False, **kwargs):
        """Deletes all keys of this database."""
        return self.execute_command("FLUSHDB", *([b"ASYNC"] if asynchronous else []), **kwargs)

    def flushall(self, asynchronous=False, **kwargs):
        """Deletes all keys of all databases."""
        return self.execute_command("FLUSHALL", *([b"ASYNC"] if asynchronous else []), **kwargs)

    def swapdb(self, first, second, **kwargs):
        """Exchanges two databases."""
        return self.execute_command("SWAPDB", first, second, **kwargs)

    def object(self, infotype, key, **kwargs):
        """How a key is kept: `infotype` is encoding, refcount, idletime or freq."""
        return self.execute_command("OBJECT", infotype, key, infotype=infotype, **kwargs)

    def debug_object(self, key, **kwargs):
        """How a key is kept, for those who work on Redis."""
        return self.execute_command("DEBUG OBJECT", key, **kwargs)

    def debug_segfault(self, **kwargs):
        """Not in redis-py."""
        _refuse("DEBUG SEGFAULT", "debug-segfault")

    # --- the server ---

    def info(self, section=None, *args, **kwargs):
        """The server's figures as a dict, all or those of sections."""
        return self.execute_command("INFO", *([] if section is None else [section, *args]), **kwargs)

    def time(self, **kwargs):
        """The server's time: (unix seconds, microseconds)."""
        return self.execute_command("TIME", **kwargs)

    def config_get(self, pattern="*", *args, **kwargs):
        """The settings that match patterns, as a dict of str."""
        return self.execute_command("CONFIG GET", pattern, *args, **kwargs)

    def config_set(self, name, value, *args, **kwargs):
        """Changes one setting, or several: name, value, name, value."""
        return self.execute_command("CONFIG SET", name, value, *args, **kwargs)

    def config_resetstat(self, **kwargs):
        """Sets the server's counters to zero."""
        return self.execute_command("CONFIG RESETSTAT", **kwargs)

    def config_rewrite(self, **kwargs):
        """Writes the settings to the server's configuration file."""
        return self.execute_command("CONFIG REWRITE", **kwargs)

    def command(self, **kwargs):
        """All commands of the server, as a dict of dicts."""
        return self.execute_command("COMMAND", **kwargs)

    def command_count(self, **kwargs):
        """How many commands the server has."""
        return self.execute_command("COMMAND COUNT", **kwargs)

    def command_list(self, module=None, category=None, pattern=None):
        """The names of the server's commands, all or those of a module, a category or a pattern."""
        words = []
        for word, value in (("MODULE", module), ("ACLCAT", category), ("PATTERN", pattern)):
            if value is not None:
                words += (word, value)
        return self.execute_command("COMMAND LIST", *(["FILTERBY", *words] if words else []))

    def command_getkeys(self, *args):
        """The keys in a command's words."""
        return self.execute_command("COMMAND GETKEYS", *args)

    def command_getkeysandflags(self, *args):
        """The keys in a command's words, and what it does with each."""
        return self.execute_command("COMMAND GETKEYSANDFLAGS", *args)

    def command_info(self, **kwargs):
        """Not in redis-py: see command."""
        _refuse("COMMAND INFO")

    def command_docs(self, *args):
        """Not in redis-py."""
        _refuse("COMMAND DOCS")

    def lastsave(self, **kwargs):
        """When the data was last saved, as a datetime."""
        return self.execute_command("LASTSAVE", **kwargs)

    def save(self, **kwargs):
        """Saves the data."""
        return self.execute_command("SAVE", **kwargs)

    def bgsave(self, schedule=True, **kwargs):
        """Saves the data in the background."""
        return self.execute_command("BGSAVE", *(["SCHEDULE"] if schedule else []), **kwargs)

    def bgrewriteaof(self, **kwargs):
        """Writes the append-only file anew in the background."""
        return self.execute_command("BGREWRITEAOF", **kwargs)

    def shutdown(self, save=False, nosave=False, now=False, force=False, abort=False, **kwargs):
        """Ends the server."""
        if save and nosave:
            raise DataError("SHUTDOWN save and nosave cannot both be set")
        flags = ((save, "SAVE"), (nosave, "NOSAVE"), (now, "NOW"), (force, "FORCE"), (abort, "ABORT"))
        try:
            self.execute_command("SHUTDOWN", *[word for given, word in flags if given], **kwargs)
        except ConnectionError:
            return
        raise RedisError("SHUTDOWN seems to have failed.")

    def lolwut(self, *version_numbers, **kwargs):
        """A piece of computer art."""
        if version_numbers:
            return self.execute_command("LOLWUT VERSION", *version_numbers, **kwargs)
        return self.execute_command("LOLWUT", **kwargs)

    # --- replication ---

    def role(self):
        """What part the server plays in replication."""
        return self.execute_command("ROLE")

    def replicaof(self, *args, **kwargs):
        """Makes the server a copy of another."""
        return self.execute_command("REPLICAOF", *args, **kwargs)

    def slaveof(self, host=None, port=None, **kwargs):
        """replicaof by its old name; without arguments the server stands alone again."""
        if host is None and port is None:
            return self.execute_command("SLAVEOF", b"NO", b"ONE", **kwargs)
        return self.execute_command("SLAVEOF", host, port, **kwargs)

    def wait(self, num_replicas, timeout, **kwargs):
        """Waits up to `timeout` milliseconds until so many copies have what was written; how many have."""
        return self.execute_command("WAIT", num_replicas, timeout, **kwargs)

    def waitaof(self, num_local, num_replicas, timeout, **kwargs):
        """Waits up to `timeout` milliseconds until what was written is on disk."""
        return self.execute_command("WAITAOF", num_local, num_replicas, timeout, **kwargs)

    def failover(self):
        """Not in redis-py."""
        _refuse("FAILOVER")

    def sync(self):
        """Starts copying the data, as a replica does."""
        return self.execute_command("SYNC", **_NO_DECODING)

    def psync(self, replicationid, offset):
        """Goes on copying the data, as a replica does."""
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

    # --- figures ---

    def memory_usage(self, key, samples=None, **kwargs):
        """The bytes a key takes."""
        words = [b"SAMPLES", samples] if isinstance(samples, int) else []
        return self.execute_command("MEMORY USAGE", key, *words, **kwargs)

    def memory_stats(self, **kwargs):
        """How the server's memory is used, as a dict."""
        return self.execute_command("MEMORY STATS", **kwargs)

    def memory_malloc_stats(self, **kwargs):
        """The figures of the server's allocator."""
        return self.execute_command("MEMORY MALLOC-STATS", **kwargs)

    def memory_purge(self, **kwargs):
        """Gives memory back that the allocator holds."""
        return self.execute_command("MEMORY PURGE", **kwargs)

    def memory_doctor(self, **kwargs):
        """Not in redis-py."""
        _refuse("MEMORY DOCTOR", "memory-doctor")

    def memory_help(self, **kwargs):
        """Not in redis-py."""
        _refuse("MEMORY HELP", "memory-help")

    def latency_history(self, event):
        """The latency spikes of an event."""
        return self.execute_command("LATENCY HISTORY", event)

    def latency_latest(self):
        """The latest latency spikes."""
        return self.execute_command("LATENCY LATEST")

    def latency_reset(self, *events):
        """Forgets the latency spikes."""
        return self.execute_command("LATENCY RESET", *events)

    def latency_histogram(self, *args):
        """Not in redis-py."""
        _refuse("LATENCY HISTOGRAM")

    def latency_doctor(self):
        """Not in redis-py."""
        _refuse("LATENCY DOCTOR", "latency-doctor")

    def latency_graph(self):
        """Not in redis-py."""
        _refuse("LATENCY GRAPH", "latency-graph")

    def slowlog_get(self, num=None, **kwargs):
        """The commands that took long."""
        if self.get_connection_kwargs().get("decode_responses", False) is True:
            kwargs.update(_NO_DECODING)
        return self.execute_command("SLOWLOG GET", *([] if num is None else [num]), **kwargs)

    def slowlog_len(self, **kwargs):
        """How many such commands are noted."""
        return self.execute_command("SLOWLOG LEN", **kwargs)

    def slowlog_reset(self, **kwargs):
        """Forgets them."""
        return self.execute_command("SLOWLOG RESET", **kwargs)

    def hotkeys_start(self, metrics, count=None, duration=None, sample_ratio=None, slots=None, **kwargs):
        """Starts looking for keys that are used much (from Redis 8.6 on)."""
        words = ["METRICS", len(metrics), *[str(metric.value) for metric in metrics]]
        for word, value in (("COUNT", count), ("DURATION", duration), ("SAMPLE", sample_ratio)):
            if value is not None:
                words += (word, value)
        if slots is not None:
            words += ("SLOTS", len(slots), *slots)
        return self.execute_command("HOTKEYS", "START", *words, **kwargs)

    def hotkeys_stop(self, **kwargs):
        """Ends looking for such keys."""
        return self.execute_command("HOTKEYS STOP", **kwargs)

    def hotkeys_reset(self, **kwargs):
        """Forgets what was found."""
        return self.execute_command("HOTKEYS RESET", **kwargs)

    def hotkeys_get(self, **kwargs):
        """What was found."""
        return self.execute_command("HOTKEYS GET", **kwargs)
