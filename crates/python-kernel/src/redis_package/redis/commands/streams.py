"""Streams: logs of entries, each a dict with an ID, and consumer groups, which share the entries among their
consumers."""

from redis.commands.arguments import flat
from redis.exceptions import DataError

_POLICIES = frozenset(("KEEPREF", "DELREF", "ACKED"))
_MODES = frozenset(("SILENT", "FAIL", "FATAL"))


def _must_be_policy(command, ref_policy):
    if ref_policy not in _POLICIES:
        raise DataError(f"{command} ref_policy must be one of: KEEPREF, DELREF, ACKED")


def _check_policy(command, ref_policy):
    if ref_policy is not None:
        _must_be_policy(command, ref_policy)


def _positive(value, message, least=1):
    if not isinstance(value, int) or value < least:
        raise DataError(message)


def _limits(command, count, max_count, max_size):
    words = []
    if count is not None:
        _positive(count, f"{command} count must be a positive integer")
        words += (b"COUNT", str(count))
    if max_count is not None:
        _positive(max_count, f"{command} max_count must be a positive integer")
        if count is not None and max_count < count:
            raise DataError(f"{command} max_count must be greater than or equal to count")
        words += (b"MAXCOUNT", str(max_count))
    if max_size is not None:
        _positive(max_size, f"{command} max_size must be a positive integer")
        words += (b"MAXSIZE", str(max_size))
    return words


def _block(command, block):
    if block is None:
        return []
    _positive(block, f"{command} block must be a non-negative integer", least=0)
    return [b"BLOCK", str(block)]


def _whole(value):
    """Returns the value as an int, or None if it is not a number, in which case redis-py omits the argument."""
    try:
        return int(value)
    except TypeError:
        return None


class StreamCommands:
    """The commands on streams."""

    def xadd(
        self,
        name,
        fields,
        id="*",
        maxlen=None,
        approximate=True,
        nomkstream=False,
        minid=None,
        limit=None,
        ref_policy=None,
        idmpauto=None,
        idmp=None,
    ):
        """Adds an entry and returns its id. `maxlen` or `minid` trim old entries, exactly if `approximate` is false."""
        if maxlen is not None and minid is not None:
            raise DataError("Only one of ```maxlen``` or ```minid``` may be specified")
        if idmpauto is not None and idmp is not None:
            raise DataError("Only one of ```idmpauto``` or ```idmp``` may be specified")
        if (idmpauto is not None or idmp is not None) and id != "*":
            raise DataError("IDMPAUTO and IDMP can only be used with id='*'")
        _check_policy("XADD", ref_policy)
        words = [b"NOMKSTREAM"] if nomkstream else []
        if ref_policy is not None:
            words.append(ref_policy)
        if idmpauto is not None:
            words += (b"IDMPAUTO", idmpauto)
        if idmp is not None:
            if not isinstance(idmp, tuple) or len(idmp) != 2:
                raise DataError("XADD idmp must be a tuple of (producer_id, idempotent_id)")
            words += (b"IDMP", *idmp)
        about = [b"~"] if approximate else []
        if maxlen is not None:
            _positive(maxlen, "XADD maxlen must be non-negative integer", least=0)
            words += (b"MAXLEN", *about, str(maxlen))
        if minid is not None:
            words += (b"MINID", *about, minid)
        if limit is not None:
            words += (b"LIMIT", limit)
        words.append(id)
        if not isinstance(fields, dict) or not fields:
            raise DataError("XADD fields must be a non-empty dict")
        return self.execute_command("XADD", name, *words, *flat(fields))

    def xlen(self, name):
        """Returns the number of entries."""
        return self.execute_command("XLEN", name, keys=[name])

    def xdel(self, name, *ids):
        """Deletes entries. Returns how many."""
        return self.execute_command("XDEL", name, *ids)

    def xdelex(self, name, *ids, ref_policy="KEEPREF"):
        """Deletes entries, and references of groups as `ref_policy` says. Returns 1, -1 or 2 for each entry."""
        if not ids:
            raise DataError("XDELEX requires at least one message ID")
        _must_be_policy("XDELEX", ref_policy)
        return self.execute_command("XDELEX", name, ref_policy, "IDS", len(ids), *ids)

    def xtrim(self, name, maxlen=None, approximate=True, minid=None, limit=None, ref_policy=None):
        """Deletes old entries. Returns how many."""
        if maxlen is not None and minid is not None:
            raise DataError("Only one of ``maxlen`` or ``minid`` may be specified")
        if maxlen is None and minid is None:
            raise DataError("One of ``maxlen`` or ``minid`` must be specified")
        _check_policy("XTRIM", ref_policy)
        words = [b"MAXLEN"] if maxlen is not None else [b"MINID"]
        if approximate:
            words.append(b"~")
        words.append(maxlen if maxlen is not None else minid)
        if limit is not None:
            words += (b"LIMIT", limit)
        if ref_policy is not None:
            words.append(ref_policy)
        return self.execute_command("XTRIM", name, *words)

    def xcfgset(self, name, idmp_duration=None, idmp_maxsize=None):
        """Sets for how long, and for how many entries, a stream remembers producers' ids (from Redis 8.6 on)."""
        if idmp_duration is None and idmp_maxsize is None:
            raise DataError("XCFGSET requires at least one of idmp_duration or idmp_maxsize")
        words = []
        if idmp_duration is not None:
            if not isinstance(idmp_duration, int) or not 1 <= idmp_duration <= 300:
                raise DataError("XCFGSET idmp_duration must be an integer between 1 and 300")
            words += (b"IDMP-DURATION", idmp_duration)
        if idmp_maxsize is not None:
            if not isinstance(idmp_maxsize, int) or not 1 <= idmp_maxsize <= 1000000:
                raise DataError("XCFGSET idmp_maxsize must be an integer between 1 and 1,000,000")
            words += (b"IDMP-MAXSIZE", idmp_maxsize)
        return self.execute_command("XCFGSET", name, *words)

    # --- reading ---

    def xrange(self, name, min="-", max="+", count=None):
        """Returns the entries between two ids, as pairs of id and dict."""
        return self._range("XRANGE", name, min, max, count)

    def xrevrange(self, name, max="+", min="-", count=None):
        """Returns the entries between two ids in reverse order."""
        return self._range("XREVRANGE", name, max, min, count)

    def _range(self, command, name, first, last, count):
        words = [first, last]
        if count is not None:
            _positive(count, f"{command} count must be a positive integer")
            words += (b"COUNT", str(count))
        return self.execute_command(command, name, *words, keys=[name])

    def xread(self, streams, count=None, block=None, max_count=None, max_size=None):
        """Returns the entries after these ids, {name: id}. `block` is the time to wait for one, in milliseconds."""
        words = _block("XREAD", block) + _limits("XREAD", count, max_count, max_size)
        if not isinstance(streams, dict) or not streams:
            raise DataError("XREAD streams must be a non empty dict")
        names = tuple(streams)
        return self.execute_command("XREAD", *words, b"STREAMS", *names, *streams.values(), keys=names)

    def xreadgroup(
        self,
        groupname,
        consumername,
        streams,
        count=None,
        block=None,
        noack=False,
        claim_min_idle_time=None,
        max_count=None,
        max_size=None,
    ):
        """Returns entries for a consumer of a group: new ones for the id '>', else its unacknowledged entries."""
        words = [b"GROUP", groupname, consumername]
        words += _limits("XREADGROUP", count, max_count, max_size) + _block("XREADGROUP", block)
        options = {}
        if noack:
            words.append(b"NOACK")
        if claim_min_idle_time is not None:
            message = "XREADGROUP claim_min_idle_time must be a non-negative integer"
            _positive(claim_min_idle_time, message, least=0)
            words += (b"CLAIM", claim_min_idle_time)
            options["claim_min_idle_time"] = claim_min_idle_time
        if not isinstance(streams, dict) or not streams:
            raise DataError("XREADGROUP streams must be a non empty dict")
        words += (b"STREAMS", *streams.keys(), *streams.values())
        return self.execute_command("XREADGROUP", *words, **options)

    # --- groups ---

    def xgroup_create(self, name, groupname, id="$", mkstream=False, entries_read=None):
        """Creates a group that starts to read after an id. '$' is the end of the stream, '0' the start."""
        words = [name, groupname, id]
        if mkstream:
            words.append(b"MKSTREAM")
        if entries_read is not None:
            words += ("ENTRIESREAD", entries_read)
        return self.execute_command("XGROUP CREATE", *words)

    def xgroup_setid(self, name, groupname, id, entries_read=None):
        """Sets the id after which a group continues to read."""
        words = [name, groupname, id]
        if entries_read is not None:
            words += ("ENTRIESREAD", entries_read)
        return self.execute_command("XGROUP SETID", *words)

    def xgroup_destroy(self, name, groupname):
        """Deletes a group. Returns whether it existed."""
        return self.execute_command("XGROUP DESTROY", name, groupname)

    def xgroup_createconsumer(self, name, groupname, consumername):
        """Creates a consumer in a group. Returns 1, or 0 if it existed."""
        return self.execute_command("XGROUP CREATECONSUMER", name, groupname, consumername)

    def xgroup_delconsumer(self, name, groupname, consumername):
        """Deletes a consumer from a group. Returns the number of its unacknowledged entries."""
        return self.execute_command("XGROUP DELCONSUMER", name, groupname, consumername)

    def xack(self, name, groupname, *ids):
        """Acknowledges entries. Returns how many."""
        return self.execute_command("XACK", name, groupname, *ids)

    def xackdel(self, name, groupname, *ids, ref_policy="KEEPREF"):
        """Acknowledges and deletes entries. Returns 1, -1 or 2 for each entry."""
        if not ids:
            raise DataError("XACKDEL requires at least one message ID")
        _must_be_policy("XACKDEL", ref_policy)
        return self.execute_command("XACKDEL", name, groupname, ref_policy, "IDS", len(ids), *ids)

    def xnack(self, name, groupname, mode, *ids, retrycount=None, force=False):
        """Returns entries to the group as unread (from Redis 8.8 on)."""
        if not ids:
            raise DataError("XNACK requires at least one message ID")
        if mode not in _MODES:
            raise DataError("XNACK mode must be one of: SILENT, FAIL, FATAL")
        words = [mode, "IDS", len(ids), *ids]
        if retrycount is not None:
            if retrycount < 0:
                raise DataError("XNACK retrycount must be >= 0")
            words += (b"RETRYCOUNT", retrycount)
        if force:
            words.append(b"FORCE")
        return self.execute_command("XNACK", name, groupname, *words)

    def xpending(self, name, groupname):
        """Returns a summary of a group's unacknowledged entries, as a dict."""
        return self.execute_command("XPENDING", name, groupname, keys=[name])

    def xpending_range(self, name, groupname, min, max, count, consumername=None, idle=None):
        """Returns the unacknowledged entries of a group, or of one consumer, as dicts."""
        if {min, max, count} == {None}:
            if idle is not None or consumername is not None:
                raise DataError(
                    "if XPENDING is provided with idle time or consumername, it must be provided with min, max and "
                    "count parameters"
                )
            return self.xpending(name, groupname)
        if min is None or max is None or count is None:
            raise DataError("XPENDING must be provided with min, max and count parameters, or none of them.")
        words = [name, groupname]
        if _whole(idle) is not None:
            if int(idle) < 0:
                raise DataError("XPENDING idle must be a integer >= 0")
            words += ("IDLE", idle)
        if _whole(count) is not None:
            if int(count) < 0:
                raise DataError("XPENDING count must be a integer >= 0")
            words += (min, max, count)
        if consumername:
            words.append(consumername)
        return self.execute_command("XPENDING", *words, parse_detail=True)

    def xclaim(
        self,
        name,
        groupname,
        consumername,
        min_idle_time,
        message_ids,
        idle=None,
        time=None,
        retrycount=None,
        force=False,
        justid=False,
    ):
        """Assigns unacknowledged entries to another consumer. Returns the entries, or their ids with `justid`."""
        _positive(min_idle_time, "XCLAIM min_idle_time must be a non negative integer", least=0)
        if not isinstance(message_ids, (list, tuple)) or not message_ids:
            raise DataError("XCLAIM message_ids must be a non empty list or tuple of message IDs to claim")
        words = [name, groupname, consumername, str(min_idle_time), *message_ids]
        for option, value in (("idle", idle), ("time", time), ("retrycount", retrycount)):
            if value is not None:
                if not isinstance(value, int):
                    raise DataError(f"XCLAIM {option} must be an integer")
                words += (option.upper(), str(value))
        for option, value in (("force", force), ("justid", justid)):
            if value:
                if not isinstance(value, bool):
                    raise DataError(f"XCLAIM {option} must be a boolean")
                words.append(option.upper().encode())
        return self.execute_command("XCLAIM", *words, **({"parse_justid": True} if justid else {}))

    def xautoclaim(
        self, name, groupname, consumername, min_idle_time, start_id="0-0", count=None, justid=False
    ):
        """Assigns entries that have been idle for some milliseconds to a consumer: [next id, entries, deleted ids]."""
        if _whole(min_idle_time) is not None and int(min_idle_time) < 0:
            raise DataError("XAUTOCLAIM min_idle_time must be a nonnegative integer")
        words = [name, groupname, consumername, min_idle_time, start_id]
        if _whole(count) is not None:
            if int(count) < 0:
                raise DataError("XPENDING count must be a integer >= 0")
            words += (b"COUNT", count)
        if justid:
            return self.execute_command("XAUTOCLAIM", *words, b"JUSTID", parse_justid=True)
        return self.execute_command("XAUTOCLAIM", *words)

    # --- information ---

    def xinfo_stream(self, name, full=False):
        """Returns information about a stream, as a dict."""
        if full:
            return self.execute_command("XINFO STREAM", name, b"FULL", full=full)
        return self.execute_command("XINFO STREAM", name)

    def xinfo_groups(self, name):
        """Returns information about a stream's groups, as dicts."""
        return self.execute_command("XINFO GROUPS", name)

    def xinfo_consumers(self, name, groupname):
        """Returns information about a group's consumers, as dicts."""
        return self.execute_command("XINFO CONSUMERS", name, groupname)
