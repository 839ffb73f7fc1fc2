"""Corrects modules of the standard library when they are imported.

Some differ from CPython's native versions because they are written in Python, and some wait in real time.
"""
import sys

import _host
from _frozen_importlib import FrozenImporter


# A wait for another thread alternates between real waits of this length, in which the other thread can run, and sleeps
# by the parent's clock.
REAL_WAIT_SECONDS = 0.005
FIRST_STEP_SECONDS = 0.02
LONGEST_STEP_SECONDS = 0.2


def retry_until(attempt, timeout):
    """Calls `attempt(seconds)`, which waits in real time, until it succeeds or the timeout by the parent's clock is over.

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


def correct_decimal(decimal):
    # The interpreter would otherwise use the constructor of the wrong base class of DivisionByZero.
    decimal.DecimalException.__new__ = ArithmeticError.__new__


def correct_datetime(datetime):
    original_repr = datetime._IsoCalendarDate.__repr__
    datetime._IsoCalendarDate.__repr__ = lambda self: "datetime." + original_repr(self)


def correct_io(io):
    import _io
    from _string_io import StringIO

    io.StringIO = _io.StringIO = StringIO
    io.TextIOBase.register(StringIO)


def correct_json_encoder(encoder):
    from _json_chunks import make_iterencode

    encoder._make_iterencode = make_iterencode


def correct_strptime(strptime):
    """Makes the directives those of CPython 3.13. The module is that of a newer version, which has more."""
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
                    # Two percent signs stand for one, and at the end of the format one is a mistake.
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


def correct_pickle(pickle):
    from _struct import error as StructError

    # Protocol 4 was CPython's default up to 3.13. With it, pickled values have the same bytes.
    pickle.DEFAULT_PROTOCOL = 4

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
        # All sources that have run are shown as "<stdin>".
        if message.filename.startswith("<stdin-"):
            text = "<stdin>" + text[len(message.filename) :]
        return text

    warnings._formatwarnmsg_impl = format_with_display_name


CORRECTIONS = {
    "_pydatetime": correct_datetime,
    "_pydecimal": correct_decimal,
    "_strptime": correct_strptime,
    "io": correct_io,
    "json.encoder": correct_json_encoder,
    "pickle": correct_pickle,
    "threading": correct_threading,
    "warnings": correct_warnings,
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
