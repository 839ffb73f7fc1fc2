"""What the standard library's Python versions do otherwise than CPython's native ones, put right as each is imported."""
import sys

import _tutor
from _frozen_importlib import FrozenImporter


# A wait for another thread is real for this long at a time, so that it gets on; then the tutor's clock goes on.
TO_OTHERS_SECONDS = 0.005
FIRST_STEP_SECONDS = 0.02
LONGEST_STEP_SECONDS = 0.2


def waits(attempt, timeout):
    """Whether `attempt(seconds)`, which really waits so long, succeeds within a timeout by the tutor's clock."""
    until = _tutor.time() + timeout
    left = timeout
    step = FIRST_STEP_SECONDS
    while not attempt(min(left, TO_OTHERS_SECONDS)):
        left = until - _tutor.time()
        if left <= 0:
            return False
        _tutor.sleep(min(left, step))
        step = min(2 * step, LONGEST_STEP_SECONDS)
    return True


def amend_decimal(decimal):
    # Of the classes that DivisionByZero comes from, the interpreter takes the constructor of the wrong one.
    decimal.DecimalException.__new__ = ArithmeticError.__new__


def amend_datetime(datetime):
    plain = datetime._IsoCalendarDate.__repr__
    datetime._IsoCalendarDate.__repr__ = lambda self: "datetime." + plain(self)


def amend_pickle(pickle):
    from _struct import error as too_short

    # CPython's, up to 3.13: what a lesson stores has the same bytes.
    pickle.DEFAULT_PROTOCOL = 4

    def refusing_junk(load):
        def loaded(*args, **options):
            truncated = False
            try:
                return load(*args, **options)
            except too_short:
                truncated = True
            if truncated:
                raise pickle.UnpicklingError("pickle data was truncated")

        loaded.__name__ = loaded.__qualname__ = load.__name__.lstrip("_")
        return loaded

    pickle.load, pickle.loads = refusing_junk(pickle.load), refusing_junk(pickle.loads)


def amend_threading(threading):
    plain_join = threading.Thread.join

    def join(self, timeout=None):
        if timeout is None or timeout <= 0 or not self.is_alive():
            return plain_join(self, timeout)

        def ended(seconds):
            plain_join(self, seconds)
            return not self.is_alive()

        waits(ended, timeout)

    join.__qualname__ = plain_join.__qualname__
    threading.Thread.join = join


def amend_warnings(warnings):
    shown = warnings._formatwarnmsg_impl

    def with_one_name(message):
        text = shown(message)
        # All submissions are the one standard input.
        if message.filename.startswith("<stdin-"):
            text = "<stdin>" + text[len(message.filename) :]
        return text

    warnings._formatwarnmsg_impl = with_one_name


AMENDMENTS = {
    "_pydatetime": amend_datetime,
    "_pydecimal": amend_decimal,
    "pickle": amend_pickle,
    "threading": amend_threading,
    "warnings": amend_warnings,
}


class Amended:
    """Loads a module as it is, then amends it."""

    create_module = FrozenImporter.create_module

    @staticmethod
    def exec_module(module):
        FrozenImporter.exec_module(module)
        AMENDMENTS[module.__spec__.name](module)


class Amender:
    """Finds the modules that are amended."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in AMENDMENTS:
            return None
        spec = FrozenImporter.find_spec(name, path, target)
        spec.loader = Amended
        return spec


sys.meta_path.insert(0, Amender)
