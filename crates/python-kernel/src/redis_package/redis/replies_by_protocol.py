"""The converters for clients that set `protocol`, or `legacy_responses=False` for the same values in both protocols."""

from redis import replies
from redis.replies import COMMON, a_set, dict_of, dict_of_texts, every, float_or_none, pairs, same, score_caster
from redis.replies import text, texts, tuple_or_none

_RANGES = "ZINTER ZRANGE ZRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZUNION"
_SETS = "SDIFF SINTER SMEMBERS SUNION"
_GEO_SEARCHES = "GEORADIUS GEORADIUSBYMEMBER GEOSEARCH"


# --- RESP2: flat lists, scores as text ---


def _scored_flat(reply, **options):
    if not reply or not options.get("withscores"):
        return reply
    return _popped_flat(reply, **options)


def _popped_flat(reply, **options):
    if not reply:
        return reply
    cast = score_caster(options)
    return [(member, cast(score)) for member, score in pairs(reply)]


def _ranked_text(reply, **options):
    if not reply or not options.get("withscore"):
        return reply
    return [reply[0], score_caster(options)(reply[1])]


def _added(reply, **options):
    if reply is None:
        return None
    return float(reply) if options.get("as_score") else int(reply)


def _settings_flat(reply, **options):
    return dict_of(texts(reply)) if reply else {}


def _streams_flat(reply, **options):
    return [] if reply is None else [[row[0], replies.entries(row[1], **options)] for row in reply]


def _memory_flat(reply, **options):
    found = {name: text(value) for name, value in dict_of_texts(reply).items()}
    for name, value in found.items():
        if name.startswith("db.") and isinstance(value, list):
            found[name] = {inner: text(of) for inner, of in dict_of_texts(value).items()}
    return found


_ACL_TEXTS = {
    "ACL CAT": texts,
    "ACL GENPASS": text,
    "ACL HELP": texts,
    "ACL LIST": texts,
    "ACL USERS": texts,
    "ACL WHOAMI": text,
}

_RESP2 = {
    **_ACL_TEXTS,
    **every(_SETS, a_set),
    **every(_RANGES, _scored_flat),
    **every("ZPOPMAX ZPOPMIN", _popped_flat),
    **every("ZRANK ZREVRANK", _ranked_text),
    **every("ZINCRBY ZSCORE", float_or_none),
    **every("BGREWRITEAOF BGSAVE", lambda reply: True),
    **every("BLPOP BRPOP", tuple_or_none),
    **every("BZPOPMAX BZPOPMIN", lambda reply: (reply[0], reply[1], float(reply[2])) if reply else None),
    **every("XREAD XREADGROUP", _streams_flat),
    "CLIENT GETNAME": text,
    "CLIENT TRACKINGINFO": texts,
    "COMMAND GETKEYS": texts,
    "CONFIG GET": _settings_flat,
    "DEBUG OBJECT": replies.LEGACY["DEBUG OBJECT"],
    "GEOHASH": texts,
    "GEOPOS": replies.LEGACY["GEOPOS"],
    "HGETALL": lambda reply: dict_of(reply) if reply else {},
    "MEMORY STATS": _memory_flat,
    "RESET": text,
    "STRALGO": replies.algorithm,
    "XINFO CONSUMERS": replies.dicts_of_texts,
    "XINFO GROUPS": replies.dicts_of_texts,
    "ZADD": _added,
    "ZMSCORE": lambda reply, **options: [float_or_none(score) for score in reply],
}


# --- RESP3: pairs as lists, scores as floats ---


def _scored_pairs(reply, **options):
    if not reply or not options.get("withscores"):
        return reply
    cast = options.get("score_cast_func", float)
    return [[member, cast(score)] for member, score in reply]


def _ranked_number(reply, **options):
    if not reply or not options.get("withscore"):
        return reply
    return [reply[0], options.get("score_cast_func", float)(reply[1])]


def _streams_nested(reply, **options):
    return {} if reply is None else {name: [replies.entries(rows, **options)] for name, rows in reply.items()}


def _commands_resp3(reply, **options):
    found = replies.commands(reply, group=set)
    for row in reply:
        found[text(row[0])]["acl_categories"] = row[6]
    return found


def _selector_dict(reply):
    return {name: text(value) for name, value in dict_of_texts(reply).items()}


def _acl_user(reply, **options):
    return replies.acl_user(reply, _selector_dict)


def _acl_log_resp3(reply, **options):
    if not isinstance(reply, list):
        return replies.is_ok(reply)
    return [{name: text(value) for name, value in dict_of_texts(entry).items()} for entry in reply]


_RESP3 = {
    "ACL GETUSER": _acl_user,
    "ACL LOG": _acl_log_resp3,
    **every(_SETS, a_set),
    # As in redis-py, the reply to ZINTER is not converted, although the reply to ZUNION is.
    **every("ZINTER ZPOPMAX ZPOPMIN HGETALL", same),
    **every("ZRANGE ZRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZUNION", _scored_pairs),
    **every("ZRANK ZREVRANK", _ranked_number),
    **every("XREAD XREADGROUP", _streams_nested),
    "COMMAND": _commands_resp3,
    "CONFIG GET": replies.LEGACY["CONFIG GET"],
    "MEMORY STATS": replies.memory_stats,
    "STRALGO": lambda reply, **options: (
        {text(name): text(value) for name, value in reply.items()} if isinstance(reply, dict) else text(reply)
    ),
    "XINFO CONSUMERS": replies.dicts_of_texts,
    "XINFO GROUPS": replies.dicts_of_texts,
}


# --- the same values for both protocols ---


def _scored_both(reply, **options):
    if not reply or not options.get("withscores"):
        return reply
    cast = score_caster(options)
    return [[member, cast(float(score))] for member, score in pairs(reply)]


def _popped_both(reply, **options):
    return _scored_both(reply, withscores=True, **{k: v for k, v in options.items() if k != "withscores"})


def _ranked_both(reply, **options):
    if not reply or not options.get("withscore"):
        return reply
    return [reply[0], score_caster(options)(float(reply[1]))]


def _popped_pairs(reply, **options):
    if not reply:
        return reply
    cast = options.get("score_cast_func", float)
    return [[member, cast(score)] for member, score in (reply if isinstance(reply[0], list) else [reply])]


def _popped_with_key(reply, **options):
    return [reply[0], reply[1], float(reply[2])] if reply else None


def _popped_many(reply, **options):
    return [reply[0], [[member, float(score)] for member, score in reply[1]]] if reply else reply


def _fields(reply, **options):
    if not reply or not options.get("withvalues") or isinstance(reply[0], list):
        return reply
    return [list(pair) for pair in pairs(reply)]


def _streams(reply, **options):
    rows = reply.items() if isinstance(reply, dict) else reply or []
    return {name: replies.entries(found, **options) for name, found in rows}


def _scanned_scores(reply, **options):
    cast = score_caster(options)
    cursor, found = reply
    return int(cursor), [[member, cast(float(score))] for member, score in pairs(found)]


def _matches(reply, **options):
    return dict_of_texts(reply) if isinstance(reply, (dict, list)) else reply


def _tracking(reply, **options):
    found = dict_of_texts(reply)
    for name in ("flags", "prefixes"):
        if name in found:
            found[name] = texts(found[name])
    return found


def _positions(reply, **options):
    return [None if place is None else [float(place[0]), float(place[1])] for place in reply]


def _commands(reply, **options):
    return replies.commands(reply, group=set)


_BOTH = {
    "ACL GETUSER": _acl_user,
    "ACL LOG": replies.acl_log,
    **every("BZPOPMAX BZPOPMIN", _popped_with_key),
    **every("XREAD XREADGROUP", _streams),
    "CLIENT TRACKINGINFO": _tracking,
    "COMMAND": _commands,
    "LCS": _matches,
    "ZSCAN": _scanned_scores,
}

_RESP2_UNIFIED = {
    **_RESP2,
    **_BOTH,
    **every(_RANGES + " ZDIFF ZRANDMEMBER", _scored_both),
    **every("ZPOPMAX ZPOPMIN", _popped_both),
    **every("ZRANK ZREVRANK", _ranked_both),
    **every("BLPOP BRPOP", lambda reply: reply or None),
    **every("ZMPOP BZMPOP", _popped_many),
    "COMMAND GETKEYS": same,
    "GEOPOS": _positions,
    "HRANDFIELD": _fields,
    "MEMORY STATS": replies.memory_stats,
}

_RESP3_UNIFIED = {
    **_RESP3,
    **_ACL_TEXTS,
    **_BOTH,
    **every(_RANGES + " ZDIFF ZRANDMEMBER", _scored_pairs),
    **every("ZPOPMAX ZPOPMIN", _popped_pairs),
    "CLIENT GETNAME": text,
    "GEOHASH": texts,
    "RESET": text,
}


def table(resp3, legacy_responses):
    """Returns the table of converters by command name, for a client with RESP3 or RESP2."""
    if legacy_responses:
        own = _RESP3 if resp3 else _RESP2
    else:
        own = _RESP3_UNIFIED if resp3 else _RESP2_UNIFIED
    return {**COMMON, **own}
