"""Converts replies from Redis's types to the values that redis-py returns.

A client uses RESP3 by default, but returns the values that redis-py's users know from RESP2, such as lists of
tuples for scores. `LEGACY` maps a command name to its converter. Replies to other commands are not converted. The
tables for other settings are in `replies_by_protocol`, which is loaded when a client needs it.
"""

from _wire import ErrorReply, shuffled

from redis import exceptions


def text(value):
    """Converts bytes to str. Other values stay as they are."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def texts(values):
    """Converts a list of bytes to a list of str."""
    return [text(value) for value in values]


def is_ok(reply, **options):
    """Returns whether the reply is OK."""
    return reply == b"OK" or reply == "OK"


def same(reply, **options):
    """Returns the reply unchanged."""
    return reply


def float_or_none(reply):
    """Converts to float, and nil to None."""
    return None if reply is None else float(reply)


def pairs(flat):
    """Converts [a, 1, b, 2] to [(a, 1), (b, 2)]."""
    flat = iter(flat)
    return zip(flat, flat)


def dict_of(flat):
    """Converts [a, 1, b, 2] to {a: 1, b: 2}, and nil to {}."""
    return {} if flat is None else dict(pairs(flat))


def dict_of_texts(reply):
    """Converts a map or a flat list to a dict whose keys are str."""
    return {text(key): value for key, value in (reply.items() if isinstance(reply, dict) else pairs(reply))}


def flat_of(mapping):
    """Converts {a: 1} to [a, 1]."""
    return [part for pair in mapping.items() for part in pair]


def a_set(reply):
    """Converts a list to a set, and nil to an empty set."""
    return shuffled(reply) if reply else set()


def tuple_or_none(reply):
    """Converts a list to a tuple, and nil or an empty list to None."""
    return tuple(reply) if reply else None


def _answers(reply):
    """EXEC: converts the error replies to exceptions."""
    if reply is None:
        return None
    return [exceptions.of_reply(part.args[0]) if type(part) is ErrorReply else part for part in reply]


# --- scores ---


def score_caster(options):
    """Returns the function that converts scores. Some functions, such as `int`, accept a number but not b'1.5'."""
    cast = options.get("score_cast_func", float)
    if cast is float:
        return cast

    def careful(score):
        try:
            return cast(score)
        except (ValueError, TypeError):
            return cast(float(score))

    return careful


def score_bytes(score):
    """Converts a score to the text of a RESP2 server, which the `score_cast_func` of a legacy client expects."""
    if isinstance(score, bytes):
        return score
    if isinstance(score, str):
        return score.encode()
    return format(float(score), ".17g").encode()


def _scored(reply, **options):
    if not reply or not options.get("withscores"):
        return reply
    cast = options.get("score_cast_func", float)
    if cast is float:
        return [(member, score) for member, score in reply]
    cast = score_caster(options)
    return [(member, cast(score_bytes(score))) for member, score in reply]


def _scored_flat(reply, **options):
    if not reply or not options.get("withscores"):
        return reply
    return [part for member, score in reply for part in (member, score_bytes(score))]


def _popped(reply, **options):
    if not reply:
        return reply
    if not isinstance(reply[0], list):
        reply = [reply]
    return [(member, float(score)) for member, score in reply]


def _popped_with_key(reply, **options):
    return (reply[0], reply[1], float(reply[2])) if reply else None


def _popped_many(reply, **options):
    if not reply:
        return reply
    return [reply[0], [[member, score_bytes(score)] for member, score in reply[1]]]


def _ranked(reply, **options):
    if not reply or not options.get("withscore"):
        return reply
    return [reply[0], score_caster(options)(score_bytes(reply[1]))]


# --- strings, keys, hashes ---


def set_result(reply, **options):
    """SET: whether the key was set, or with GET the old value."""
    if options.get("get"):
        return reply
    return reply and is_ok(reply)


def _fields(reply, **options):
    if not reply or not options.get("withvalues") or not isinstance(reply[0], list):
        return reply
    return [part for pair in reply for part in pair]


def _matches(reply, **options):
    return flat_of(reply) if isinstance(reply, dict) else reply


def scanned(reply, **options):
    """SCAN and SSCAN: the next cursor and the elements."""
    cursor, found = reply
    return int(cursor), found


def scanned_hash(reply, **options):
    """HSCAN: the next cursor, and a dict or the field names."""
    cursor, found = reply
    if options.get("no_values", False):
        return int(cursor), found or []
    return int(cursor), dict_of(found) if found else {}


def scanned_scores(reply, **options):
    """ZSCAN: the next cursor, and pairs of member and score."""
    cast = score_caster(options)
    cursor, found = reply
    return int(cursor), [(member, cast(score)) for member, score in pairs(found)]


def in_groups(reply, **options):
    """SORT with `groups`: tuples with one value for each pattern."""
    if not reply or not options.get("groups"):
        return reply
    size = options["groups"]
    return [tuple(reply[start : start + size]) for start in range(0, len(reply) - size + 1, size)]


# --- the server ---


def _number_or_text(value):
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value


def _info_value(value):
    if "=" in value:
        parts = {}
        for item in value.split(","):
            name, is_pair, rest = item.rpartition("=")
            if is_pair:
                parts[name] = _info_value(rest)
            elif item:
                parts[item] = True
        return parts
    if "," in value:
        return [_info_value(item) for item in value.split(",") if item]
    return _number_or_text(value)


def info(reply):
    """INFO: the lines as a dict, with numbers converted."""
    found = {}
    for line in text(reply).splitlines():
        if not line or line.startswith("#"):
            continue
        name, is_pair, value = line.partition(":")
        if not is_pair:
            found.setdefault("__raw__", []).append(line)
        elif name == "cmdstat_host":  # the name of the command `host:` contains a colon itself
            name, _, value = line.rpartition(":")
            found[name] = _info_value(value)
        elif name == "module":
            found.setdefault("modules", []).append(_info_value(value))
        else:
            found[name] = _info_value(value)
    return found


def _debug_object(reply):
    found = dict(part.split(":") for part in ("type:" + text(reply)).split())
    for name in ("refcount", "serializedlength", "lru", "lru_seconds_idle"):
        if name in found:
            found[name] = int(found[name])
    return found


_CLIENT_NUMBERS = (
    "id age idle db sub psub multi qbuf qbuf-free obl argv-mem oll omem tot-mem".split()
)


def client_info(reply):
    """CLIENT INFO: a dict, with counts as int."""
    found = {}
    for part in text(reply).strip().split():
        name, value = part.split("=")
        found[name] = int(value) if name in _CLIENT_NUMBERS else value
    return found


def client_list(reply, **options):
    """CLIENT LIST: a dict of str for each client."""
    clients = []
    for line in text(reply).splitlines():
        client, last = {}, None
        for part in line.split(" "):
            name, is_pair, value = part.partition("=")
            if is_pair:
                client[name] = value
                last = name
            else:
                client[last] += " " + part
        if client:
            clients.append(client)
    return clients


def client_kill(reply, **options):
    """CLIENT KILL: a number if filters were used, else whether a client was killed."""
    return reply if isinstance(reply, int) else is_ok(reply)


def moment(reply):
    """Converts a unix time to a datetime in local time."""
    if not reply:
        return None
    from datetime import datetime

    try:
        return datetime.fromtimestamp(int(reply))
    except ValueError:
        return None


def _settings(reply, **options):
    return {text(name): text(value) for name, value in reply.items()} if reply else {}


_COMMAND_PARTS = ("name", "arity", "flags", "first_key_pos", "last_key_pos", "step_count", "acl_categories")


def commands(reply, **options):
    """COMMAND: a dict of dicts by command name. options["group"] converts a list of names to the protocol's type."""
    group = options.get("group", list)
    found = {}
    for row in reply:
        about = dict(zip(_COMMAND_PARTS, row))
        about["name"] = text(row[0])
        about["arity"] = int(row[1])
        about["flags"] = group(texts(row[2]))
        if "acl_categories" in about:
            about["acl_categories"] = group(texts(row[6]))
        if len(row) > 7:
            about["tips"], about["key_specifications"], about["subcommands"] = row[7:10]
        found[about["name"]] = about
    return found


def _slow(entry, space):
    found = {"id": entry[0], "start_time": int(entry[1]), "duration": int(entry[2])}
    rest = entry[3:]
    if not isinstance(rest[0], list):
        found["complexity"] = rest[0]
        rest = rest[1:]
    found["command"] = space.join(rest[0])
    if len(rest) >= 3:
        found["client_address"], found["client_name"] = rest[1:3]
    return found


def slow_log(reply, **options):
    """SLOWLOG GET: a dict for each entry."""
    space = " " if options.get("decode_responses", False) else b" "
    return [_slow(entry, space) for entry in reply]


def _selector(reply):
    """Converts a selector of ACL GETUSER to a flat list of str."""
    return texts(flat_of(reply) if isinstance(reply, dict) else reply)


def acl_user(reply, selector=_selector, **options):
    """ACL GETUSER: a dict. Its categories are separate from its commands."""
    if reply is None:
        return None
    found = dict_of_texts(reply)
    for name in ("flags", "passwords"):
        found[name] = texts(found[name])
    for name in ("keys", "channels"):
        found[name] = text(found[name]).split(" ") if found[name] else []
    found["selectors"] = [selector(part) for part in found["selectors"]]
    rules = text(found["commands"]).split(" ")
    found["commands"] = [rule for rule in rules if "@" not in rule]
    found["categories"] = [rule for rule in rules if "@" in rule]
    found["enabled"] = "on" in found["flags"]
    return found


def acl_log(reply, **options):
    """ACL LOG: a dict for each entry, or whether the log was cleared."""
    if not isinstance(reply, list):
        return is_ok(reply)
    entries = []
    for entry in reply:
        found = {name: text(value) for name, value in dict_of_texts(entry).items()}
        found["age-seconds"] = float(found["age-seconds"])
        found["client-info"] = client_info(found["client-info"])
        entries.append(found)
    return entries


def subscriber_counts(reply, **options):
    """PUBSUB NUMSUB: pairs of channel and number."""
    return list(pairs(reply))


def memory_stats(reply, **options):
    """MEMORY STATS: a dict with str keys, also for each database."""
    found = dict_of_texts(reply)
    for name, value in found.items():
        if name.startswith("db.") and isinstance(value, (dict, list)):
            found[name] = dict_of_texts(value)
    return found


def dicts_of_texts(reply, **options):
    """Converts a list of maps to a list of dicts with str keys."""
    return [dict_of_texts(item) for item in reply]


def tracking(reply, **options):
    """CLIENT TRACKINGINFO: a flat list, with names as str."""
    if not isinstance(reply, dict):
        return texts(reply)
    return [part for name, value in reply.items() for part in (text(name), value)]


def algorithm(reply, **options):
    """STRALGO: a length, the matches, or the text."""
    if options.get("len", False):
        return int(reply)
    if not options.get("idx", False):
        return text(reply)
    first = 1 if options.get("withmatchlen", False) else 0
    found = []
    for match in reply[1]:
        ranges = [tuple(part) for part in (match[:-1] if first else match)]
        found.append([int(match[-1])] + ranges if first else ranges)
    return {text(reply[0]): found, text(reply[2]): int(reply[3])}


def _positions(reply, **options):
    return [None if place is None else (float(place[0]), float(place[1])) for place in reply]


def near(reply, **options):
    """GEOSEARCH and related commands: names, or lists of a name and the requested values."""
    if options.get("store") or options.get("store_dist") or "store" not in options:
        return reply
    rows = reply if isinstance(reply, list) else [reply]
    casts = []
    if options["withdist"]:
        casts.append(float)
    if options["withhash"]:
        casts.append(int)
    if options["withcoord"]:
        casts.append(lambda place: (float(place[0]), float(place[1])))
    if not casts:
        return rows
    return [[row[0], *(cast(value) for cast, value in zip(casts, row[1:]))] for row in rows]


# --- streams ---


def entries(reply, **options):
    """XRANGE: pairs of id and dict."""
    if reply is None:
        return None
    claimed = "claim_min_idle_time" in options
    found = []
    for entry in reply:
        if entry is None:
            found.append((None, None))
        else:
            found.append((entry[0], dict_of(entry[1]), *(entry[2:] if claimed else ())))
    return found


def _streams(reply, **options):
    return [[name, entries(found, **options)] for name, found in reply.items()] if reply else []


def claimed(reply, **options):
    """XCLAIM: entries, or only ids."""
    return reply if options.get("parse_justid", False) else entries(reply)


def claimed_on(reply, **options):
    """XAUTOCLAIM: the next id, the entries and the deleted ids, or only ids."""
    if options.get("parse_justid", False):
        return reply[1]
    reply[1] = entries(reply[1])
    return reply


def _pending_rows(rows):
    names = ("message_id", "consumer", "time_since_delivered", "times_delivered")
    return [dict(zip(names, row)) for row in rows]


def waiting(reply, **options):
    """XPENDING: a summary, or a dict for each entry."""
    if options.get("parse_detail", False):
        return _pending_rows(reply)
    consumers = [{"name": name, "pending": int(count)} for name, count in reply[3] or []]
    return {"pending": reply[0], "min": reply[1], "max": reply[2], "consumers": consumers}


def stream_info(reply, **options):
    """XINFO STREAM: a dict, with its entries as pairs of id and dict."""
    found = dict_of_texts(reply)
    if not options.get("full", False):
        for name in ("first-entry", "last-entry"):
            entry = found.get(name)
            if entry is not None and entry[0] is not None:
                found[name] = (entry[0], dict_of(entry[1]))
        return found
    found["entries"] = {name: dict_of(entry) for name, entry in found["entries"]}
    resp2 = found["groups"] and isinstance(found["groups"][0], list)
    found["groups"] = [dict_of_texts(group) for group in found["groups"]]
    if resp2:
        for group in found["groups"]:
            group["consumers"] = [dict_of_texts(consumer) for consumer in group["consumers"]]
    return found


def every(names, convert):
    """Returns a table with the same converter for several commands."""
    return dict.fromkeys(names.split(), convert)


COMMON = {
    **every("AUTH COPY EXPIRE EXPIREAT HEXISTS HMSET MOVE MSETNX PERSIST PSETEX PEXPIRE PEXPIREAT", bool),
    **every("RENAMENX SETEX SETNX SMOVE", bool),
    **every("HINCRBYFLOAT INCRBYFLOAT", float),
    **every("ASKING FLUSHALL FLUSHDB LSET LTRIM MSET PFMERGE READONLY READWRITE RENAME SAVE SELECT", is_ok),
    **every("SHUTDOWN SLAVEOF SWAPDB WATCH UNWATCH QUIT", is_ok),
    **every("GEORADIUS GEORADIUSBYMEMBER GEOSEARCH", near),
    **every("XRANGE XREVRANGE", entries),
    "ACL GETUSER": acl_user,
    "ACL LOAD": is_ok,
    "ACL LOG": acl_log,
    "ACL SAVE": is_ok,
    "ACL SETUSER": is_ok,
    "CLIENT INFO": client_info,
    "CLIENT KILL": client_kill,
    "CLIENT LIST": client_list,
    "CLIENT PAUSE": is_ok,
    "CLIENT SETINFO": is_ok,
    "CLIENT SETNAME": is_ok,
    "CLIENT UNBLOCK": bool,
    "COMMAND": commands,
    "CONFIG RESETSTAT": is_ok,
    "CONFIG SET": is_ok,
    "EXEC": _answers,
    "FUNCTION DELETE": is_ok,
    "FUNCTION FLUSH": is_ok,
    "FUNCTION RESTORE": is_ok,
    "GEODIST": float_or_none,
    "HSCAN": scanned_hash,
    "INFO": info,
    "LASTSAVE": moment,
    "MEMORY PURGE": is_ok,
    "PING": lambda reply: text(reply) == "PONG",
    "PUBSUB NUMSUB": subscriber_counts,
    "PUBSUB SHARDNUMSUB": subscriber_counts,
    "SCAN": scanned,
    "SCRIPT FLUSH": is_ok,
    "SCRIPT KILL": is_ok,
    "SET": set_result,
    "SLOWLOG GET": slow_log,
    "SLOWLOG RESET": is_ok,
    "SORT": in_groups,
    "SSCAN": scanned,
    "TIME": lambda reply: (int(reply[0]), int(reply[1])),
    "XAUTOCLAIM": claimed_on,
    "XCLAIM": claimed,
    "XGROUP CREATE": is_ok,
    "XGROUP DESTROY": bool,
    "XGROUP SETID": is_ok,
    "XINFO STREAM": stream_info,
    "XPENDING": waiting,
    "ZSCAN": scanned_scores,
}

LEGACY = {
    **COMMON,
    **every("SDIFF SINTER SMEMBERS SUNION", a_set),
    **every("ZINTER ZRANGE ZRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZUNION", _scored),
    **every("ZDIFF ZRANDMEMBER", _scored_flat),
    **every("ZPOPMAX ZPOPMIN", _popped),
    **every("BZPOPMAX BZPOPMIN", _popped_with_key),
    **every("ZMPOP BZMPOP", _popped_many),
    **every("ZRANK ZREVRANK", _ranked),
    **every("BGREWRITEAOF BGSAVE", lambda reply: True),
    **every("XREAD XREADGROUP", _streams),
    **every("BLPOP BRPOP", tuple_or_none),
    "ACL CAT": texts,
    "ACL GENPASS": text,
    "ACL HELP": texts,
    "ACL LIST": texts,
    "ACL USERS": texts,
    "ACL WHOAMI": text,
    "CLIENT GETNAME": text,
    "CLIENT TRACKINGINFO": tracking,
    "COMMAND GETKEYS": texts,
    "CONFIG GET": _settings,
    "DEBUG OBJECT": _debug_object,
    "GEOHASH": texts,
    "GEOPOS": _positions,
    "HRANDFIELD": _fields,
    "LCS": _matches,
    "MEMORY STATS": memory_stats,
    "RESET": text,
    "XINFO CONSUMERS": dicts_of_texts,
    "XINFO GROUPS": dicts_of_texts,
}


class CaseInsensitiveDict(dict):
    """A dict whose keys are text, in which capital and small letters are the same. A client's converters are in one.

    `known` caches the converter, or None, for each spelling of a command that was used: the fast path of each call.
    """

    __module__ = "redis.client"

    def __init__(self, data):
        self.known = {}
        self.update(data)

    def converter(self, command):
        """Looks up the converter for a command, or None, and caches it in `known`."""
        found = self.get(command)
        self.known[command] = found
        return found

    def __contains__(self, key):
        return super().__contains__(key.upper())

    def __getitem__(self, key):
        return super().__getitem__(key.upper())

    def __setitem__(self, key, value):
        self.known.clear()
        super().__setitem__(key.upper(), value)

    def __delitem__(self, key):
        self.known.clear()
        super().__delitem__(key.upper())

    def get(self, key, default=None):
        """Returns the value of a key, or the default."""
        return super().get(key.upper(), default)

    def update(self, data):
        """Adds the entries of another dict."""
        self.known.clear()
        super().update({key.upper(): value for key, value in data.items()})

    # As in redis-py, the methods below take a key as it is. Those of `dict` would leave an old converter in `known`.

    def pop(self, *args):
        """Removes a key and returns its value."""
        self.known.clear()
        return super().pop(*args)

    def popitem(self):
        """Removes the last entry and returns it."""
        self.known.clear()
        return super().popitem()

    def setdefault(self, *args):
        """Returns the value of a key, after adding it if it was missing."""
        self.known.clear()
        return super().setdefault(*args)

    def clear(self):
        """Removes all entries."""
        self.known.clear()
        super().clear()


def callbacks_for(protocol, legacy_responses):
    """Returns the table for a client's protocol (None, 2 or 3) and its setting of `legacy_responses`."""
    if protocol is None and legacy_responses:
        return CaseInsensitiveDict(LEGACY)
    from redis import replies_by_protocol

    return CaseInsensitiveDict(replies_by_protocol.table(protocol in (None, 3, "3"), legacy_responses))
