"""Hashes: fields with values under one key."""

from redis.commands.arguments import conditions, flat, one_expiry, unix_milliseconds, unix_seconds
from redis.commands.arguments import milliseconds as whole_milliseconds
from redis.commands.arguments import seconds as whole_seconds
from redis.commands.arguments import warn_of_experiment, warn_of_function, words_of
from redis.exceptions import DataError


class HashDataPersistOptions:
    """The condition of HSETEX: set the fields only if none of them exists, or only if all do."""

    def __init__(self, value):
        self.name = self.value = value

    def __repr__(self):
        return f"<HashDataPersistOptions.{self.name}: {self.value!r}>"

    def __str__(self):
        return f"HashDataPersistOptions.{self.name}"


HashDataPersistOptions.FNX = HashDataPersistOptions("FNX")
HashDataPersistOptions.FXX = HashDataPersistOptions("FXX")


class HashCommands:
    """The commands on hashes."""

    def hset(self, name, key=None, value=None, mapping=None, items=None):
        """Sets one field, or those of a dict (`mapping`) or flat list (`items`). Returns the number of new fields."""
        if key is not None and not mapping and not items:
            return self.execute_command("HSET", name, key, value)
        return self.execute_command("HSET", name, *_fields("hset", key, value, mapping, items))

    def hget(self, name, key):
        """Returns the value of a field, or None."""
        return self.execute_command("HGET", name, key, keys=[name])

    def hgetall(self, name):
        """Returns all fields and values as a dict."""
        return self.execute_command("HGETALL", name, keys=[name])

    def hmget(self, name, keys, *args):
        """Returns the values of several fields, with None for a field that does not exist."""
        return self.execute_command("HMGET", name, *words_of(keys, args), keys=[name])

    def hmset(self, name, mapping):
        """Sets several fields. hset replaces this method."""
        warn_of_function("hmset", "Use 'hset' instead.", "4.0.0")
        if not mapping:
            raise DataError("'hmset' with 'mapping' of length 0")
        return self.execute_command("HMSET", name, *flat(mapping))

    def hsetnx(self, name, key, value):
        """Sets a field if it does not exist. Returns 1 if it was set, else 0."""
        return self.execute_command("HSETNX", name, key, value)

    def hdel(self, name, *keys):
        """Deletes fields. Returns how many of them existed."""
        return self.execute_command("HDEL", name, *keys)

    def hexists(self, name, key):
        """Returns whether a field exists."""
        return self.execute_command("HEXISTS", name, key, keys=[name])

    def hincrby(self, name, key, amount=1):
        """Adds to the integer in a field. Returns the new value."""
        return self.execute_command("HINCRBY", name, key, amount)

    def hincrbyfloat(self, name, key, amount=1.0):
        """Adds to the number in a field. Returns the new value as a float."""
        return self.execute_command("HINCRBYFLOAT", name, key, amount)

    def hkeys(self, name):
        """Returns all fields."""
        return self.execute_command("HKEYS", name, keys=[name])

    def hvals(self, name):
        """Returns all values."""
        return self.execute_command("HVALS", name, keys=[name])

    def hlen(self, name):
        """Returns the number of fields."""
        return self.execute_command("HLEN", name, keys=[name])

    def hstrlen(self, name, key):
        """Returns the length of a field's value in bytes."""
        return self.execute_command("HSTRLEN", name, key, keys=[name])

    def hgetdel(self, name, *keys):
        """Returns the values of fields and deletes the fields."""
        if not keys:
            raise DataError("'hgetdel' should have at least one key provided")
        return self.execute_command("HGETDEL", name, "FIELDS", len(keys), *keys)

    def hgetex(self, name, *keys, ex=None, px=None, exat=None, pxat=None, persist=False):
        """Returns the values of fields and sets their expiry, or removes it with `persist`."""
        if not keys:
            raise DataError("'hgetex' should have at least one key provided")
        words = one_expiry(ex, px, exat, pxat, persist, "persist")
        if persist:
            words.append("PERSIST")
        return self.execute_command("HGETEX", name, *words, "FIELDS", len(keys), *keys)

    def hsetex(
        self,
        name,
        key=None,
        value=None,
        mapping=None,
        items=None,
        ex=None,
        px=None,
        exat=None,
        pxat=None,
        data_persist_option=None,
        keepttl=False,
    ):
        """Sets fields and their expiry. Returns 1, or 0 if `data_persist_option` prevented it."""
        if key is None and not mapping and not items:
            raise DataError("'hsetex' with no key value pairs")
        if items and len(items) % 2 != 0:
            raise DataError("'hsetex' with odd number of items. 'items' must contain a list of key/value pairs.")
        words = one_expiry(ex, px, exat, pxat, keepttl, "keepttl")
        if data_persist_option:
            words.append(data_persist_option.value)
        if keepttl:
            words.append("KEEPTTL")
        fields = _fields("hsetex", key, value, mapping, items)
        return self.execute_command("HSETEX", name, *words, "FIELDS", len(fields) // 2, *fields)

    # --- expiry of fields ---

    def hexpire(self, name, seconds, *fields, nx=False, xx=False, gt=False, lt=False):
        """Sets a time to live in seconds or as a timedelta. Per field: 1 set, 0 not set, 2 deleted, -2 absent."""
        return self._expire("HEXPIRE", name, whole_seconds(seconds), fields, nx, xx, gt, lt)

    def hpexpire(self, name, milliseconds, *fields, nx=False, xx=False, gt=False, lt=False):
        """Sets a time to live in milliseconds or as a timedelta. The results are those of hexpire."""
        return self._expire("HPEXPIRE", name, whole_milliseconds(milliseconds), fields, nx, xx, gt, lt)

    def hexpireat(self, name, unix_time_seconds, *fields, nx=False, xx=False, gt=False, lt=False):
        """Sets the expiry of fields to a unix time or datetime. The results are those of hexpire."""
        return self._expire("HEXPIREAT", name, unix_seconds(unix_time_seconds), fields, nx, xx, gt, lt)

    def hpexpireat(self, name, unix_time_milliseconds, *fields, nx=False, xx=False, gt=False, lt=False):
        """Sets the expiry of fields to a unix time in milliseconds or a datetime. The results are those of hexpire."""
        return self._expire("HPEXPIREAT", name, unix_milliseconds(unix_time_milliseconds), fields, nx, xx, gt, lt)

    def _expire(self, command, name, when, fields, nx, xx, gt, lt):
        if sum((nx, xx, gt, lt)) > 1:
            raise ValueError("Only one of 'nx', 'xx', 'gt', 'lt' can be specified.")
        return self.execute_command(command, name, when, *conditions(nx, xx, gt, lt), "FIELDS", len(fields), *fields)

    def hpersist(self, name, *fields):
        """Removes the expiry of fields. For each field: 1 removed, -1 no expiry, -2 no such field."""
        return self.execute_command("HPERSIST", name, "FIELDS", len(fields), *fields)

    def hexpiretime(self, key, *fields):
        """Returns the unix times at which fields expire: -1 no expiry, -2 no such field."""
        return self.execute_command("HEXPIRETIME", key, "FIELDS", len(fields), *fields, keys=[key])

    def hpexpiretime(self, key, *fields):
        """Returns the unix times in milliseconds at which fields expire: -1 no expiry, -2 no such field."""
        return self.execute_command("HPEXPIRETIME", key, "FIELDS", len(fields), *fields, keys=[key])

    def httl(self, key, *fields):
        """Returns the time to live of fields in seconds: -1 no expiry, -2 no such field."""
        return self.execute_command("HTTL", key, "FIELDS", len(fields), *fields, keys=[key])

    def hpttl(self, key, *fields):
        """Returns the time to live of fields in milliseconds: -1 no expiry, -2 no such field."""
        return self.execute_command("HPTTL", key, "FIELDS", len(fields), *fields, keys=[key])

    # --- prepared field sets (Redis 8.8) ---

    def himport_prepare_internal(self, fieldset_name, fields):
        """Defines a named set of fields on the server."""
        return self.execute_command("HIMPORT PREPARE", fieldset_name, *fields)

    def himport_set(self, key, fieldset_name, values):
        """Sets the fields of a prepared field set to these values."""
        warn_of_experiment("himport_set")
        if isinstance(values, (str, bytes, bytearray, memoryview)):
            raise DataError("HIMPORT values must be a collection of values, not a string")
        return self.execute_command("HIMPORT SET", key, fieldset_name, *values, keys=[key])

    def himport_discard_internal(self, fieldset_name):
        """Deletes a prepared field set from the server."""
        return self.execute_command("HIMPORT DISCARD", fieldset_name)

    def himport_discard_all_internal(self):
        """Deletes all prepared field sets from the server."""
        return self.execute_command("HIMPORT DISCARDALL")


def _fields(method, key, value, mapping, items):
    """Returns a list in which fields and values alternate, from whichever parameters were given."""
    if key is None and not mapping and not items:
        raise DataError(f"'{method}' with no key value pairs")
    words = list(items) if items else []
    if key is not None:
        words += (key, value)
    if mapping:
        words += flat(mapping)
    return words
