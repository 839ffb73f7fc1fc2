"""Corrects modules of the standard library when they are imported.

Some modules differ from CPython's native versions because they are written in Python. Others would wait in real
time.
"""
import sys

import _host
import _thread
from _frozen_importlib import FrozenImporter


# A wait for another thread alternates between real waits of this length, during which the other thread can run, and
# sleeps timed by the parent's clock.
REAL_WAIT_SECONDS = 0.005
FIRST_STEP_SECONDS = 0.02
LONGEST_STEP_SECONDS = 0.2

# Acquires a lock, with a timeout in real time.
acquire_natively = _thread.lock.acquire


def retry_until(attempt, timeout):
    """Calls `attempt(seconds)`, which waits in real time, until it succeeds or the parent's clock passes the timeout.

    Returns whether it succeeded.
    """
    until = _host.time() + timeout
    left = timeout
    step = FIRST_STEP_SECONDS
    while not attempt(min(left, REAL_WAIT_SECONDS)):
        left = until - _host.time()
        if left <= 0:
            return False
        _host.sleep(min(left, step))
        step = min(2 * step, LONGEST_STEP_SECONDS)
    return True


def correct_collections(collections):
    def name_view(view, kind):
        view.__name__ = view.__qualname__ = f"odict_{kind}"
        view.__module__ = "builtins"
        view.__repr__ = lambda self: f"odict_{kind}({list(self)!r})"

    name_view(collections._OrderedDictKeysView, "keys")
    name_view(collections._OrderedDictValuesView, "values")
    name_view(collections._OrderedDictItemsView, "items")


def correct_decimal(decimal):
    # Without this, the interpreter would construct DivisionByZero with the wrong base class's `__new__`.
    decimal.DecimalException.__new__ = ArithmeticError.__new__

    original_raise = decimal.Context._raise_error

    def raise_error(self, condition, explanation=None, *args):
        # In CPython, the argument of a decimal exception is a list of conditions.
        return original_raise(self, condition, [condition], *args)

    decimal.Context._raise_error = raise_error
    original_convert = decimal._convert_other

    def convert_other(other, raiseit=False, allow_float=False):
        converted = original_convert(other, False, allow_float)
        if raiseit and converted is NotImplemented:
            raise TypeError(f"conversion from {type(other).__name__} to Decimal is not supported")
        return converted

    decimal._convert_other = convert_other
    # The order in which CPython lists signals.
    order = "Clamped InvalidOperation DivisionByZero Inexact FloatOperation Overflow Rounded Subnormal Underflow".split()

    def represent(self):
        """Show the current context."""
        flags = [name for name in order if self.flags[getattr(decimal, name)]]
        traps = [name for name in order if self.traps[getattr(decimal, name)]]
        return (
            f"Context(prec={self.prec}, rounding={self.rounding}, Emin={self.Emin}, Emax={self.Emax}, "
            f"capitals={self.capitals}, clamp={self.clamp}, flags=[{', '.join(flags)}], traps=[{', '.join(traps)}])"
        )

    decimal.Context.__repr__ = represent


def correct_datetime(datetime):
    original_repr = datetime._IsoCalendarDate.__repr__
    datetime._IsoCalendarDate.__repr__ = lambda self: "datetime." + original_repr(self)
    def from_iso_format(cls, date_string):
        """Construct a date from a string in ISO 8601 format."""
        if not isinstance(date_string, str):
            raise TypeError("fromisoformat: argument must be str")
        parts = None
        if len(date_string) in (7, 8, 10):
            try:
                parts = datetime._parse_isoformat_date(date_string)
            except Exception:
                pass
        if parts is None:
            raise ValueError(f"Invalid isoformat string: {date_string!r}")
        return cls(*parts)

    from_iso_format.__name__, from_iso_format.__qualname__ = "fromisoformat", "date.fromisoformat"
    datetime.date.fromisoformat = classmethod(from_iso_format)
    original_parse = datetime._parse_isoformat_time

    def parse_time(text):
        # Only newer versions of Python accept 24:00 as midnight. Here, the hour stays 24, which is refused later.
        parts, is_next_day, is_wrong = original_parse(text)
        if is_next_day:
            parts[0] = 24
        return parts, False, False

    datetime._parse_isoformat_time = parse_time
    original_format = datetime._wrap_strftime

    class TimeOfYear1900:
        """A time with the year that `strftime` shows for it."""

        year = 1900

        def __init__(self, moment):
            self._moment = moment

        def __getattr__(self, name):
            return getattr(self._moment, name)

    def wrap_strftime(moment, format, timetuple):
        return original_format(TimeOfYear1900(moment) if isinstance(moment, datetime.time) else moment, format, timetuple)

    datetime._wrap_strftime = wrap_strftime
    # CPython formats years before 1000 as the C library does, so they are not converted to four digits.
    datetime._normalize_century = False

    def mistake_in(fields):
        """Returns the exception for a field that is missing or does not fit into a C integer, if there is one."""
        for position, field in enumerate(fields, 1):
            if field is None and position in (2, 3):
                name = "month" if position == 2 else "day"
                return TypeError(f"function missing required argument '{name}' (pos {position})")
            if not isinstance(field, int) or -(2**31) <= field < 2**31:
                continue
            if not -(2**63) <= field < 2**63:
                return OverflowError("Python int too large to convert to C long")
            bound = "greater than maximum" if field > 0 else "less than minimum"
            return OverflowError(f"signed integer is {bound}")

    def with_mistakes_of_c(check):
        def checked(*fields):
            try:
                return check(*fields)
            except (TypeError, ValueError):
                mistake = mistake_in(fields)
                if mistake is None:
                    raise
            raise mistake

        return checked

    datetime._check_date_fields = with_mistakes_of_c(datetime._check_date_fields)
    datetime._check_time_fields = with_mistakes_of_c(datetime._check_time_fields)
    original_subtract = datetime.date.__sub__

    def subtract(self, other):
        """Subtract two dates, or a date and a timedelta."""
        if isinstance(other, datetime.datetime):
            return NotImplemented
        return original_subtract(self, other)

    subtract.__name__, subtract.__qualname__ = "__sub__", "date.__sub__"
    datetime.date.__sub__ = subtract
    original_from_timestamp = datetime.datetime._fromtimestamp.__func__

    def from_timestamp(cls, t, utc, tz):
        if not isinstance(t, float) and not hasattr(type(t), "__index__"):
            raise TypeError(f"'{type(t).__name__}' object cannot be interpreted as an integer")
        return original_from_timestamp(cls, t, utc, tz)

    datetime.datetime._fromtimestamp = classmethod(from_timestamp)


def correct_functools(functools):
    class KeyWrapper:
        """The result of `cmp_to_key`: a function whose results are ordered by a comparison."""

        __slots__ = ("_compare", "obj")
        __hash__ = None

        def __init__(self, compare):
            self._compare = compare

        def __call__(self, obj):
            key = KeyWrapper(self._compare)
            key.obj = obj
            return key

        def __lt__(self, other):
            return self._compare(self.obj, other.obj) < 0

        def __gt__(self, other):
            return self._compare(self.obj, other.obj) > 0

        def __eq__(self, other):
            return self._compare(self.obj, other.obj) == 0

        def __le__(self, other):
            return self._compare(self.obj, other.obj) <= 0

        def __ge__(self, other):
            return self._compare(self.obj, other.obj) >= 0

    KeyWrapper.__module__, KeyWrapper.__qualname__ = "functools", "KeyWrapper"

    def cmp_to_key(mycmp):
        """Convert a cmp= function into a key= function."""
        return KeyWrapper(mycmp)

    cmp_to_key.__module__, cmp_to_key.__qualname__ = "functools", "cmp_to_key"
    functools.cmp_to_key = cmp_to_key


def correct_heapq(heapq):
    """Makes the functions check their heap as the native ones do."""

    def checked(function, needs_item):
        def checking(heap, *args):
            if not isinstance(heap, list):
                kind = type(heap).__name__
                argument = "argument" if not args else "argument 1"
                raise TypeError(f"{function.__name__}() {argument} must be list, not {kind}")
            if needs_item and not heap:
                raise IndexError("index out of range")
            return function(heap, *args)

        checking.__name__ = checking.__qualname__ = function.__name__
        checking.__doc__ = function.__doc__
        setattr(heapq, function.__name__, checking)

    checked(heapq.heappop, True)
    checked(heapq.heapreplace, True)
    checked(heapq.heappush, False)
    checked(heapq.heapify, False)


def correct_inspect(inspect):
    def without_marker(signature):
        """Returns the text of a native function's signature without the "$", and whether its parameter is bound."""
        if signature.startswith("($"):
            return "(" + signature[2:], 0
        return signature, None

    inspect._signature_strip_non_python_syntax = without_marker

    def is_abstract(object):
        """Return true if the object is an abstract base class (ABC)."""
        # The interpreter does not mark abstract classes with a flag.
        return isinstance(object, type) and bool(getattr(object, "__abstractmethods__", None))

    is_abstract.__name__ = is_abstract.__qualname__ = "isabstract"
    inspect.isabstract = is_abstract


def correct_io(io):
    import _io
    from _string_io import StringIO

    io.StringIO = _io.StringIO = StringIO
    io.TextIOBase.register(StringIO)


def correct_json_encoder(encoder):
    from _json_chunks import make_iterencode

    encoder._make_iterencode = make_iterencode


def correct_strptime(strptime):
    """Supports only the directives of CPython 3.13. The module comes from a newer version, which has more of them."""
    import re

    names = set("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")
    blanks = re.compile(r"\s+")
    special = re.compile(r"([\\.^$*+?\(\){}\[\]|])")

    class TimeRE(strptime.TimeRE):
        def __init__(self, locale_time=None):
            super().__init__(locale_time)
            for name in set(self) - names:
                del self[name]
            self["H"] = self["H"].replace(r"| \d", "")
            self["I"] = self["I"].replace("| [1-9]", "")

        def pattern(self, format):
            format = blanks.sub(r"\\s+", special.sub(r"\\\1", format))
            pattern, *directives = format.split("%")
            used = set()
            while directives:
                text = directives.pop(0)
                if not text:
                    # "%%" stands for a percent sign, and a single "%" at the end of the format is an error.
                    if not directives:
                        raise KeyError("")
                    pattern += "%" + directives.pop(0)
                    continue
                name = text[0]
                if name not in self:
                    raise KeyError("%" if name == "\\" else name)
                used.add(name)
                pattern += self[name] + text[1:]
            if "d" in used and not used & {"Y", "y", "G"}:
                warn_of_missing_year()
            return pattern

    def warn_of_missing_year():
        import warnings

        warnings.warn(
            "Parsing dates involving a day of month without a year specified is ambiguious\n"
            "and fails to parse leap day. The default behavior will change in Python 3.15\n"
            "to either always raise an exception or to use a different default year (TBD).\n"
            "To avoid trouble, add a specific year to the input & format.\n"
            "See https://github.com/python/cpython/issues/70647.",
            DeprecationWarning,
            stacklevel=7,
        )

    strptime.TimeRE = TimeRE
    strptime._TimeRE_cache = TimeRE()


def correct_logging(logging):
    from _logging_errors import handle_error

    logging.Handler.handleError = handle_error


def correct_logging_handlers(handlers):
    # These handlers would connect only when they log, and drop the record if that failed. So their constructors raise a
    # PermissionError.
    def refuse(self, *args, **options):
        import _socket

        raise PermissionError(_socket.NO_NETWORK)

    for handler in (handlers.HTTPHandler, handlers.SMTPHandler, handlers.SocketHandler, handlers.SysLogHandler):
        handler.__init__ = refuse


def correct_pickle(pickle):
    from _struct import error as StructError

    # Protocol 4 was CPython's default up to 3.13. With it, pickled values are byte-for-byte the same as in CPython
    # 3.13.
    pickle.DEFAULT_PROTOCOL = 4
    # In CPython, these classes belong to the native module.
    for error in (pickle.PickleError, pickle.PicklingError, pickle.UnpicklingError):
        error.__module__ = "_pickle"
    original_save_global = pickle._Pickler.save_global

    def save_global(self, obj, name=None):
        try:
            return original_save_global(self, obj, name)
        except pickle.PicklingError as error:
            reason = failure(obj, name, str(error))
        raise reason

    def failure(obj, name, message):
        """Returns the exception of CPython 3.13 for an object that cannot be found by its name."""
        name = name or getattr(obj, "__qualname__", None) or obj.__name__
        module = getattr(obj, "__module__", None)
        if "<locals>" in name:
            return AttributeError(f"Can't get local object {name!r}")
        if " it's not found as " in message:
            message = f"Can't pickle {obj!r}: attribute lookup {name} on {module} failed"
        elif ": No module named " in message:
            message = f"Can't pickle {obj!r}: import of module {module!r} failed"
        return pickle.PicklingError(message)

    pickle._Pickler.save_global = save_global
    dispatch = pickle._Pickler.dispatch
    for kind in [kind for kind, save in dispatch.items() if save is original_save_global]:
        dispatch[kind] = save_global

    def raising_unpickling_error(load):
        def loaded(*args, **options):
            truncated = False
            try:
                return load(*args, **options)
            except StructError:
                truncated = True
            if truncated:
                raise pickle.UnpicklingError("pickle data was truncated")

        loaded.__name__ = loaded.__qualname__ = load.__name__.lstrip("_")
        return loaded

    pickle.load, pickle.loads = raising_unpickling_error(pickle.load), raising_unpickling_error(pickle.loads)


def correct_queue(queue):
    # In CPython, these classes belong to the native module.
    queue.Empty.__module__ = queue.SimpleQueue.__module__ = "_queue"
    queue.SimpleQueue.__name__ = queue.SimpleQueue.__qualname__ = "SimpleQueue"


def correct_random(random):
    def randint(self, a, b):
        """Return random integer in range [a, b], including both end points."""
        return self.randrange(a, b + 1)

    randint.__qualname__ = "Random.randint"
    random.Random.randint = randint
    random.randint = random._inst.randint


def correct_regex_compiler(compiler):
    """Makes `\\d` and `\\w` match the characters that they match in CPython."""
    from _sre import _category_words
    from re._constants import CATEGORY, SRE_FLAG_LOCALE, SRE_FLAG_UNICODE

    original = compiler._compile_charset
    replaced = {"CATEGORY_DIGIT", "CATEGORY_NOT_DIGIT", "CATEGORY_WORD", "CATEGORY_NOT_WORD"}

    def compile_charset(charset, flags, code):
        names = [av.name for op, av in charset if op is CATEGORY and av.name in replaced]
        if not names or not flags & SRE_FLAG_UNICODE or flags & SRE_FLAG_LOCALE:
            return original(charset, flags, code)
        original([(op, av) for op, av in charset if op is not CATEGORY or av.name not in replaced], flags, code)
        # The last code word marks the end of the character set, so the categories are inserted before it.
        end = code.pop()
        for name in names:
            code.extend(_category_words(name))
        code.append(end)

    compiler._compile_charset = compile_charset


def correct_subprocess(subprocess):
    def refuse(self, *args, **options):
        from posix import NO_PROCESSES

        raise PermissionError(NO_PROCESSES)

    # `Popen.__init__` calls this method before it starts a process, so every attempt to start one raises a
    # PermissionError.
    subprocess.Popen._get_handles = refuse


def correct_tempfile(tempfile):
    # Without this, the search for a usable folder would end in an error that does not say why there is none.
    tempfile.tempdir = "/tmp"


def correct_textwrap(textwrap):
    original = textwrap.TextWrapper._handle_long_word

    def handle_long_word(self, reversed_chunks, cur_line, cur_len, width):
        # Newer versions of Python no longer append an empty string to a line that is full, but CPython 3.13 does.
        if self.break_long_words and width >= 1 and cur_len >= width:
            cur_line.append("")
        else:
            original(self, reversed_chunks, cur_line, cur_len, width)

    textwrap.TextWrapper._handle_long_word = handle_long_word


def correct_threading(threading):
    original_join = threading.Thread.join

    def join(self, timeout=None):
        if timeout is None or timeout <= 0 or not self.is_alive():
            return original_join(self, timeout)

        def has_ended(seconds):
            original_join(self, seconds)
            return not self.is_alive()

        retry_until(has_ended, timeout)

    join.__qualname__ = original_join.__qualname__
    threading.Thread.join = join


def correct_warnings(warnings):
    original_format = warnings._formatwarnmsg_impl

    def format_with_display_name(message):
        text = original_format(message)
        # Each statement has its own file name, but all of them are shown as "<stdin>".
        if message.filename.startswith("<stdin-"):
            text = "<stdin>" + text[len(message.filename) :]
        return text

    warnings._formatwarnmsg_impl = format_with_display_name
    # Only newer versions of Python show the details of a warning in its `repr`.
    del warnings.WarningMessage.__repr__
    warnings.WarningMessage.__module__ = warnings.catch_warnings.__module__ = "warnings"


def correct_zoneinfo(common):
    """Takes time zones from the database in the binary."""

    def load_tzdata(key):
        import io

        data = _host.time_zone(key)
        if data is None:
            raise common.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return io.BytesIO(data)

    common.load_tzdata = load_tzdata


def correct_zoneinfo_paths(paths):
    def available_timezones():
        """Returns a set containing all available time zones."""
        return set(_host.time_zones())

    paths.available_timezones = available_timezones


def correct_zoneinfo_class(module):
    original_repr = module.ZoneInfo.__repr__
    module.ZoneInfo.__module__ = "zoneinfo"
    module.ZoneInfo.__repr__ = lambda self: f"{type(self).__module__}.{original_repr(self)}"


def by_version(name):
    """Returns the correction of a module that differs because the library is that of a newer version of Python."""

    def correct(module):
        import _newer_library

        getattr(_newer_library, name)(module)

    return correct


CORRECTIONS = {
    "_pydatetime": correct_datetime,
    "_pydecimal": correct_decimal,
    "_strptime": correct_strptime,
    "argparse": by_version("correct_argparse"),
    "ast": by_version("correct_ast"),
    "asyncio.runners": by_version("correct_asyncio_runners"),
    "collections": correct_collections,
    "dataclasses": by_version("correct_dataclasses"),
    "functools": correct_functools,
    "heapq": correct_heapq,
    "inspect": correct_inspect,
    "io": correct_io,
    "json.encoder": correct_json_encoder,
    "logging": correct_logging,
    "logging.handlers": correct_logging_handlers,
    "pickle": correct_pickle,
    "queue": correct_queue,
    "random": correct_random,
    "re._compiler": correct_regex_compiler,
    "subprocess": correct_subprocess,
    "tempfile": correct_tempfile,
    "textwrap": correct_textwrap,
    "threading": correct_threading,
    "warnings": correct_warnings,
    "zoneinfo._common": correct_zoneinfo,
    "zoneinfo._tzpath": correct_zoneinfo_paths,
    "zoneinfo._zoneinfo": correct_zoneinfo_class,
}


class CorrectingLoader:
    """Loads a frozen module, then corrects it."""

    create_module = FrozenImporter.create_module

    @staticmethod
    def exec_module(module):
        FrozenImporter.exec_module(module)
        CORRECTIONS[module.__spec__.name](module)


class CorrectingFinder:
    """Finds the modules that have a correction."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in CORRECTIONS:
            return None
        spec = FrozenImporter.find_spec(name, path, target)
        spec.loader = CorrectingLoader
        return spec


sys.meta_path.insert(0, CorrectingFinder)
