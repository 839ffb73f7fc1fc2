"""Runs once at start-up, and replaces everything that Python would otherwise take from an operating system.

Time is the parent's, and random values derive from the seed that the parent sends. Anything that is not available
raises an error that says so. This module only provides good error messages: what protects the computer is an
interpreter built without files, sockets and processes.
"""
import sys

sys.builtin_module_names = tuple(sorted({*sys.builtin_module_names, "posix"}))
# Modules such as `os` depend on the platform name. It is fixed so that lessons behave the same on every platform.
sys.platform = "linux"
sys.path = []
sys.argv = [""]
sys.orig_argv = [""]
sys.executable = sys._base_executable = ""
sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = "/usr/local"

import _io
import _random
import _thread
import _host
import builtins
import time

import _corrections

from _frozen_importlib import ModuleSpec
from _sitebuiltins import Quitter

NO_FILES = "redis-tutor's Python cannot use files: keep data in variables or in Redis"
NO_NETWORK = "redis-tutor's Python has no network: it can connect only to redis-tutor's Redis"
NO_PROCESSES = "redis-tutor's Python cannot start or stop processes: it runs in a sandbox"
NO_NATIVE = "redis-tutor's Python does not have this module: it runs in a sandbox"

UNAVAILABLE = {"dbm.sqlite3": NO_FILES, "tkinter": NO_NATIVE, "turtle": NO_NATIVE, "zipimport": NO_FILES}

# The error messages of stub modules whose calls are refused for a common reason. The other stubs name the missing
# function.
REFUSALS = {
    "_multiprocessing": NO_PROCESSES,
    "_posixshmem": NO_PROCESSES,
    "_posixsubprocess": NO_PROCESSES,
    "_ssl": NO_NETWORK,
    "mmap": NO_FILES,
}


# The packages and modules that `_refused_modules` can create. That module is large, so it is imported only for them.
MAYBE_REFUSED = {
    *REFUSALS,
    *"_curses_panel cProfile ctypes curses faulthandler fcntl profile pstats resource sqlite3 syslog termios".split(),
    "tracemalloc",
}


class UnittestSignalsLoader:
    """Loads our stub of `unittest.signals`, which needs signals."""

    @staticmethod
    def create_module(spec):
        import _unittest_signals

        return _unittest_signals

    @staticmethod
    def exec_module(module):
        pass


class UnavailableFinder:
    """Raises an error for modules that are not available, and finds our versions of others."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "unittest.signals":
            return ModuleSpec(name, UnittestSignalsLoader)
        if name in ("asyncio", "asyncio.unix_events"):
            import _asyncio_alone

            return _asyncio_alone.find_spec(name, path, target, NO_NETWORK, NO_PROCESSES)
        if name in UNAVAILABLE:
            raise ImportError(UNAVAILABLE[name], name=name)
        if name.partition(".")[0] in MAYBE_REFUSED:
            import _refused_modules

            return _refused_modules.find_spec(name, REFUSALS.get(name))


class AbsentFinder:
    """Finds the modules of redis-py that our `redis` package does not have."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("redis."):
            return None
        from redis.absent import Finder

        return Finder.find_spec(name, path, target)


sys.meta_path.insert(0, UnavailableFinder)
sys.meta_path.append(AbsentFinder)


class FileIO(_io._RawIOBase):
    """The class of open files. It cannot be instantiated."""

    def __init__(self, *args, **options):
        raise PermissionError(NO_FILES)


def open(file, mode="r", *args, **options):
    raise PermissionError(NO_FILES)


FileIO.__module__ = open.__module__ = "_io"
_io.FileIO = FileIO
_io.open = _io.open_code = builtins.open = open


class Random(_random.Random):
    """The class `_random.Random`. Without an explicit seed, it takes one from the generator that the parent has
    seeded."""

    def seed(self, a=None):
        super().seed(int.from_bytes(_host.urandom(32), "little") if a is None else a)


Random.__module__ = "_random"
_random.Random = Random


def use_parents_clock():
    """Makes `time` use the parent's clock, also in functions whose argument defaults to the current time."""
    localtime, gmtime, ctime, asctime, strftime = time.localtime, time.gmtime, time.ctime, time.asctime, time.strftime

    def with_default_now(convert):
        def converted(seconds=None, /):
            try:
                return convert(_host.time() if seconds is None else seconds)
            except (TypeError, ValueError) as raised:
                if isinstance(seconds, float) and seconds != seconds:
                    error = ValueError("Invalid value NaN (not a number)")
                elif isinstance(raised, ValueError):
                    raise
                elif isinstance(seconds, (int, float)):
                    error = OverflowError("timestamp out of range for platform time_t")
                else:
                    kind = type(seconds).__name__
                    error = TypeError(f"'{kind}' object cannot be interpreted as an integer")
            raise error

        converted.__name__ = converted.__qualname__ = convert.__name__
        return converted

    def default_asctime(moment=None, /):
        return asctime(time.localtime() if moment is None else moment)

    def default_strftime(format, moment=None, /):
        return strftime(format, time.localtime() if moment is None else moment)

    default_asctime.__name__, default_strftime.__name__ = "asctime", "strftime"
    time.localtime, time.gmtime = with_default_now(localtime), with_default_now(gmtime)
    time.ctime = with_default_now(ctime)
    time.asctime, time.strftime = default_asctime, default_strftime
    time.time = time.monotonic = time.perf_counter = _host.time
    time.time_ns = time.monotonic_ns = time.perf_counter_ns = _host.now_ns
    time.sleep = _host.sleep


use_parents_clock()


def acquire_by_parents_clock(native):
    """Returns an `acquire` method for a class of locks, with a timeout that follows the parent's clock."""

    def acquire(self, blocking=True, timeout=-1):
        if not blocking or timeout <= 0:
            return native(self, blocking, timeout)
        return native(self, False) or _corrections.retry_until(lambda seconds: native(self, True, seconds), timeout)

    return acquire


# The kernel replaces these methods, because Python code cannot modify builtin classes.
LOCKS = [(kind, acquire_by_parents_clock(kind.acquire)) for kind in (_thread.lock, _thread.RLock)]


Function, BoundMethod = type(open), type(Quitter("", "").__call__)


def method_of_redis(request):
    """Returns the qualified name of a function or a bound method of the `redis` package, or None for anything else."""
    function = request.__func__ if type(request) is BoundMethod else request
    if type(function) is not Function or not str(function.__module__).startswith("redis."):
        return None
    return function.__qualname__


class Helper:
    """The builtin `help` without a pager, which would need a terminal."""

    def __repr__(self):
        return "Type help() for interactive help, or help(object) for help about object."

    def __call__(self, *request):
        method = method_of_redis(request[0]) if len(request) == 1 and type(sys.stdout) is _host.Output else None
        if method is not None:
            return _host.show_help(method)
        import pydoc

        pydoc.pager = lambda text, title="": sys.stdout.write(pydoc.plain(text))
        return pydoc.help(*request)


builtins.help = Helper()
builtins.exit = Quitter("exit", "Ctrl-D (i.e. EOF)")
builtins.quit = Quitter("quit", "Ctrl-D (i.e. EOF)")

_thread._excepthook = _host.thread_excepthook
sys.excepthook = sys.__excepthook__ = _host.excepthook
