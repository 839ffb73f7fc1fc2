"""Strings: text, bytes, numbers and bits under one key."""

from redis.commands.arguments import both_or_none, expiry, flat, milliseconds, one_expiry, only_one
from redis.commands.arguments import refuse_second_expiry, seconds, words_of
from redis.commands.arguments import warn_of_experiment, warn_of_experimental_argument, warn_of_function
from redis.exceptions import DataError


class DataPersistOptions:
    """The condition of MSETEX: set the keys only if none of them exists, or only if all do."""

    def __init__(self, value):
        self.name = self.value = value

    def __repr__(self):
        return f"<DataPersistOptions.{self.name}: {self.value!r}>"

    def __str__(self):
        return f"DataPersistOptions.{self.name}"


DataPersistOptions.NX = DataPersistOptions("NX")
DataPersistOptions.XX = DataPersistOptions("XX")


class BitFieldOperation:
    """Collects the operations of one BITFIELD command. `execute` sends them."""

    __module__ = "redis.commands.core"

    def __init__(self, client, key, default_overflow=None):
        self.client = client
        self.key = key
        self._default_overflow = default_overflow
        self.operations = []
        self._last_overflow = "WRAP"
        self.reset()

    def reset(self):
        """Removes all operations."""
        self.operations = []
        self._last_overflow = "WRAP"
        self.overflow(self._default_overflow or self._last_overflow)

    def overflow(self, overflow):
        """Sets what the following operations do on overflow: WRAP, SAT or FAIL."""
        overflow = overflow.upper()
        if overflow != self._last_overflow:
            self._last_overflow = overflow
            self.operations.append(("OVERFLOW", overflow))
        return self

    def incrby(self, fmt, offset, increment, overflow=None):
        """Adds to the integer of type `fmt` (such as 'u8') at an offset. '#3' is the offset of the fourth integer."""
        if overflow is not None:
            self.overflow(overflow)
        self.operations.append(("INCRBY", fmt, offset, increment))
        return self

    def get(self, fmt, offset):
        """Reads the integer of type `fmt` at an offset."""
        self.operations.append(("GET", fmt, offset))
        return self

    def set(self, fmt, offset, value):
        """Sets the integer of type `fmt` at an offset. Its result is the old value."""
        self.operations.append(("SET", fmt, offset, value))
        return self

    @property
    def command(self):
        """The whole command as a list."""
        return ["BITFIELD", self.key, *[word for operation in self.operations for word in operation]]

    def execute(self):
        """Sends the operations and removes them. Returns one result for each, except for overflow settings."""
        command = self.command
        self.reset()
        return self.client.execute_command(*command)


class BasicKeyCommands:
    """The commands on strings. As in redis-py, keys.py adds the commands on keys of any type to the same class."""

    def append(self, key, value):
        """Appends to a string. Returns the new length."""
        return self.execute_command("APPEND", key, value)

    def get(self, name):
        """Returns the string under `name`, or None."""
        return self.execute_command("GET", name, keys=[name])

    def __getitem__(self, name):
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def set(
        self,
        name,
        value,
        ex=None,
        px=None,
        nx=False,
        xx=False,
        keepttl=False,
        get=False,
        exat=None,
        pxat=None,
        ifeq=None,
        ifne=None,
        ifdeq=None,
        ifdne=None,
    ):
        """Sets a string, and replaces a value of any type. Returns True, or None if a condition prevented it.

        `ex` and `px` set a time to live in seconds or milliseconds, `exat` and `pxat` a unix time of expiry. `keepttl`
        keeps the current one. `nx` sets only a new key, `xx` only an existing one. `get` returns the old value.
        """
        plain = not (nx or xx or keepttl or get) and ex is None and px is None and exat is None and pxat is None
        if plain and ifeq is None and ifne is None and ifdeq is None and ifdne is None:
            return self.execute_command("SET", name, value)
        compared = [("ifeq", ifeq), ("ifne", ifne), ("ifdeq", ifdeq), ("ifdne", ifdne)]
        compared = [(option, wanted) for option, wanted in compared if wanted is not None]
        for option, _ in compared:
            warn_of_experimental_argument(option, "set")
        refuse_second_expiry(ex, px, exat, pxat, keepttl, "keepttl")
        if bool(nx) + bool(xx) + len(compared) > 1:
            raise DataError("``nx``, ``xx``, ``ifeq``, ``ifne``, ``ifdeq``, ``ifdne`` are mutually exclusive.")
        words = ["NX"] if nx else ["XX"] if xx else []
        for option, wanted in compared:
            words += (option.upper(), wanted)
        if get:
            words.append("GET")
        words += expiry(ex, px, exat, pxat)
        if keepttl:
            words.append("KEEPTTL")
        if get:
            return self.execute_command("SET", name, value, *words, get=True)
        return self.execute_command("SET", name, value, *words)

    def __setitem__(self, name, value):
        self.set(name, value)

    def setex(self, name, time, value):
        """Sets a string with a time to live of `time` seconds."""
        warn_of_function("setex", "Use 'set' instead.", "2.6.12")
        return self.execute_command("SETEX", name, seconds(time), value)

    def psetex(self, name, time_ms, value):
        """Sets a string with a time to live of `time_ms` milliseconds."""
        return self.execute_command("PSETEX", name, milliseconds(time_ms), value)

    def setnx(self, name, value):
        """Sets a string if the key does not exist. Returns whether it was set."""
        return self.execute_command("SETNX", name, value)

    def getset(self, name, value):
        """Sets a string and returns the old one."""
        return self.execute_command("GETSET", name, value)

    def getdel(self, name):
        """Returns the string and deletes the key."""
        return self.execute_command("GETDEL", name)

    def getex(self, name, ex=None, px=None, exat=None, pxat=None, persist=False):
        """Returns the string and sets its time to live, or removes it with `persist`."""
        words = one_expiry(ex, px, exat, pxat, persist, "persist")
        if persist:
            words.append("PERSIST")
        return self.execute_command("GETEX", name, *words)

    def mget(self, keys, *args):
        """Returns the strings under several keys, with None for a key that does not exist."""
        words = words_of(keys, args)
        if not words:
            return self.execute_command("MGET", EMPTY_RESPONSE=[], keys=words)
        return self.execute_command("MGET", *words, keys=words)

    def mset(self, mapping):
        """Sets several strings at once."""
        return self.execute_command("MSET", *flat(mapping))

    def msetnx(self, mapping):
        """Sets several strings if none of the keys exists. Returns whether they were set."""
        return self.execute_command("MSETNX", *flat(mapping))

    def msetex(self, mapping, data_persist_option=None, ex=None, px=None, exat=None, pxat=None, keepttl=False):
        """Sets several strings with the same expiry."""
        refuse_second_expiry(ex, px, exat, pxat, keepttl, "keepttl")
        words = [data_persist_option.value] if data_persist_option else []
        words += expiry(ex, px, exat, pxat)
        if keepttl:
            words.append("KEEPTTL")
        return self.execute_command("MSETEX", len(mapping), *flat(mapping), *words)

    def incrby(self, name, amount=1):
        """Adds to the integer in a string. Returns the new value. A key that does not exist counts as 0."""
        return self.execute_command("INCRBY", name, amount)

    incr = incrby

    def decrby(self, name, amount=1):
        """Subtracts from the integer in a string. Returns the new value."""
        return self.execute_command("DECRBY", name, amount)

    decr = decrby

    def incrbyfloat(self, name, amount=1.0):
        """Adds to the number in a string. Returns the new value as a float."""
        return self.execute_command("INCRBYFLOAT", name, amount)

    def increx(
        self,
        name,
        *,
        byfloat=None,
        byint=None,
        lbound=None,
        ubound=None,
        saturate=False,
        ex=None,
        px=None,
        exat=None,
        pxat=None,
        persist=False,
        enx=False,
    ):
        """Adds to a number within bounds and sets its expiry (from Redis 8.8 on)."""
        if not only_one(byfloat is not None, byint is not None):
            raise DataError("``byfloat`` and ``byint`` are mutually exclusive.")
        refuse_second_expiry(ex, px, exat, pxat, persist, "persist")
        if enx and ex is None and px is None and exat is None and pxat is None:
            raise DataError("``enx`` requires one of ``ex``, ``px``, ``exat``, or ``pxat``.")
        words = []
        if byfloat is not None:
            words += ("BYFLOAT", byfloat)
        elif byint is not None:
            words += ("BYINT", byint)
        if lbound is not None:
            words += ("LBOUND", lbound)
        if ubound is not None:
            words += ("UBOUND", ubound)
        if saturate:
            words.append("SATURATE")
        words += expiry(ex, px, exat, pxat)
        if persist:
            words.append("PERSIST")
        if enx:
            words.append("ENX")
        return self.execute_command("INCREX", name, *words)

    def strlen(self, name):
        """Returns the length of the string in bytes."""
        return self.execute_command("STRLEN", name, keys=[name])

    def getrange(self, key, start, end):
        """Returns the bytes from index `start` to `end`, both included. -1 is the last byte."""
        return self.execute_command("GETRANGE", key, start, end, keys=[key])

    def substr(self, name, start, end=-1):
        """The old name of getrange."""
        return self.execute_command("SUBSTR", name, start, end, keys=[name])

    def setrange(self, name, offset, value):
        """Overwrites the string from an offset on. Returns the new length."""
        return self.execute_command("SETRANGE", name, offset, value)

    def lcs(self, key1, key2, len=False, idx=False, minmatchlen=0, withmatchlen=False):
        """Returns the longest common subsequence of two strings, its length with `len`, or its positions with `idx`."""
        words = [key1, key2]
        if len:
            words.append("LEN")
        if idx:
            words.append("IDX")
        if minmatchlen is not None and minmatchlen != 0:
            words += ("MINMATCHLEN", minmatchlen)
        if withmatchlen:
            words.append("WITHMATCHLEN")
        return self.execute_command("LCS", *words, keys=[key1, key2])

    def stralgo(
        self,
        algo,
        value1,
        value2,
        specific_argument="strings",
        len=False,
        idx=False,
        minmatchlen=None,
        withmatchlen=False,
        **kwargs,
    ):
        """The name of lcs in Redis 6."""
        if algo != "LCS":
            raise DataError("The supported algorithms are: LCS")
        if specific_argument not in ("keys", "strings"):
            raise DataError("specific_argument can be only keys or strings")
        if len and idx:
            raise DataError("len and idx cannot be provided together.")
        words = [algo, specific_argument.upper(), value1, value2]
        if len:
            words.append(b"LEN")
        if idx:
            words.append(b"IDX")
        if minmatchlen is not None:
            int(minmatchlen)
            words += (b"MINMATCHLEN", minmatchlen)
        if withmatchlen:
            words.append(b"WITHMATCHLEN")
        asked = {"len": len, "idx": idx, "minmatchlen": minmatchlen, "withmatchlen": withmatchlen}
        return self.execute_command("STRALGO", *words, **asked, **kwargs)

    def digest(self, name):
        """Returns the hash digest of a string (from Redis 8.4 on)."""
        warn_of_experiment("digest")
        return self.execute_command("DIGEST", name)

    def digest_local(self, value):
        """Returns the hash digest of a value, computed by the client. Needs a library that redis-tutor lacks."""
        warn_of_experiment("digest_local")
        raise NotImplementedError(
            "XXHASH support requires the optional 'xxhash' library. Install it with 'pip install xxhash' or use this "
            "package's extra with 'pip install redis[xxhash]' to enable this feature."
        )

    def delex(self, name, ifeq=None, ifne=None, ifdeq=None, ifdne=None):
        """Deletes a string if it has (or does not have) this value or digest (from Redis 8.4 on)."""
        warn_of_experiment("delex")
        wanted = [("IFEQ", ifeq), ("IFNE", ifne), ("IFDEQ", ifdeq), ("IFDNE", ifdne)]
        wanted = [pair for pair in wanted if pair[1] is not None]
        if len(wanted) > 1:
            raise ValueError("Only one of IFEQ/IFNE/IFDEQ/IFDNE may be specified")
        return self.execute_command("DELEX", name, *[word for pair in wanted for word in pair])

    # --- bits ---

    def setbit(self, name, offset, value):
        """Sets a bit. Returns the old bit."""
        return self.execute_command("SETBIT", name, offset, 1 if value else 0)

    def getbit(self, name, offset):
        """Returns a bit."""
        return self.execute_command("GETBIT", name, offset, keys=[name])

    def bitcount(self, key, start=None, end=None, mode=None):
        """Returns the number of bits that are 1, in all or from `start` to `end`. `mode` is BYTE or BIT."""
        words = [start, end] if both_or_none(start, end, "Both start and end must be specified") else []
        if mode is not None:
            words.append(mode)
        return self.execute_command("BITCOUNT", key, *words, keys=[key])

    def bitpos(self, key, bit, start=None, end=None, mode=None):
        """Returns the position of the first bit that equals `bit`, or -1."""
        if bit not in (0, 1):
            raise DataError("bit must be 0 or 1")
        words = []
        if start is not None:
            words.append(start)
            if end is not None:
                words.append(end)
        elif end is not None:
            raise DataError("start argument is not set, when end is specified")
        if mode is not None:
            words.append(mode)
        return self.execute_command("BITPOS", key, bit, *words, keys=[key])

    def bitop(self, operation, dest, *keys):
        """Combines strings by AND, OR, XOR, NOT and others, bit by bit. Stores the result and returns its length."""
        return self.execute_command("BITOP", operation, dest, *keys)

    def bitfield(self, key, default_overflow=None):
        """Returns an object that collects operations on integers of any width within a string. See its `execute`."""
        return BitFieldOperation(self, key, default_overflow=default_overflow)

    def bitfield_ro(self, key, encoding, offset, items=None):
        """Reads integers of any width within a string. `items` are further pairs of type and offset."""
        words = [key, "GET", encoding, offset]
        for further in items or []:
            encoding, offset = further
            words += ("GET", encoding, offset)
        return self.execute_command("BITFIELD_RO", *words, keys=[key])

