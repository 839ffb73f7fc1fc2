"""Run once at the start: what Python would take from a machine, it takes from the tutor.

Time follows the tutor's clock, chance its seed. What is out of reach says so in one sentence. This is a courtesy, no
wall: the wall is that the interpreter was built without files, sockets and processes.
"""
import sys

sys.builtin_module_names = tuple(sorted({*sys.builtin_module_names, "posix"}))
# `os` and its like choose by it; the same everywhere, so that lessons read the same everywhere.
sys.platform = "linux"
sys.path = []
sys.argv = [""]
sys.executable = sys._base_executable = ""

import _io
import _random
import _thread
import _tutor
import builtins
import time

import _amended

from _frozen_importlib import ModuleSpec
from _sitebuiltins import Quitter

NO_FILES = "redis-tutor's Python has no files: it keeps data in memory and in Redis"
NO_NETWORK = "redis-tutor's Python has no network: its one connection is the one to Redis"
NO_PROCESSES = "redis-tutor's Python starts and stops no processes: it is alone in its sandbox"
NO_NATIVE = "redis-tutor's Python has no such library: it is alone in its sandbox"

OUT_OF_REACH = {
    **dict.fromkeys(
        "ftplib http imaplib poplib select selectors smtplib socket socketserver ssl webbrowser xmlrpc".split(), NO_NETWORK
    ),
    "urllib.request": NO_NETWORK,
    **dict.fromkeys("multiprocessing pty signal subprocess".split(), NO_PROCESSES),
    **dict.fromkeys("fileinput mmap shelve tempfile zipimport".split(), NO_FILES),
    **dict.fromkeys("ctypes curses fcntl readline resource sqlite3 termios tkinter".split(), NO_NATIVE),
}


class UnittestSignals:
    """Loads our stand-in where `unittest` asks for its own module, which wants signals."""

    @staticmethod
    def create_module(spec):
        import _unittest_signals

        return _unittest_signals

    @staticmethod
    def exec_module(module):
        pass


class OutOfReach:
    """Finds the modules that there are not, and says why."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "unittest.signals":
            return ModuleSpec(name, UnittestSignals)
        if name in ("asyncio", "asyncio.unix_events"):
            import _asyncio_alone

            return _asyncio_alone.find_spec(name, path, target, NO_NETWORK, NO_PROCESSES)
        if name in OUT_OF_REACH:
            raise ImportError(OUT_OF_REACH[name], name=name)


sys.meta_path.insert(0, OutOfReach)


class FileIO(_io._RawIOBase):
    """What `open` would make."""

    def __init__(self, *args, **options):
        raise PermissionError(NO_FILES)


def open(file, mode="r", *args, **options):
    raise PermissionError(NO_FILES)


FileIO.__module__ = open.__module__ = "_io"
_io.FileIO = FileIO
_io.open = _io.open_code = builtins.open = open


class Random(_random.Random):
    """Seeds itself from the tutor's seed where it is given none."""

    def seed(self, a=None):
        super().seed(int.from_bytes(_tutor.urandom(32), "little") if a is None else a)


Random.__module__ = "_random"
_random.Random = Random


def follow_the_tutor():
    """Makes `time` tell the tutor's time, also where it is asked to tell of now."""
    localtime, gmtime, ctime, asctime, strftime = time.localtime, time.gmtime, time.ctime, time.asctime, time.strftime

    def of_now(tell):
        def told(seconds=None, /):
            return tell(_tutor.time() if seconds is None else seconds)

        told.__name__ = told.__qualname__ = tell.__name__
        return told

    def asctime_of(moment=None, /):
        return asctime(time.localtime() if moment is None else moment)

    def strftime_of(format, moment=None, /):
        return strftime(format, time.localtime() if moment is None else moment)

    asctime_of.__name__, strftime_of.__name__ = "asctime", "strftime"
    time.localtime, time.gmtime, time.ctime = of_now(localtime), of_now(gmtime), of_now(ctime)
    time.asctime, time.strftime = asctime_of, strftime_of
    time.time = time.monotonic = time.perf_counter = _tutor.time
    time.time_ns = time.monotonic_ns = time.perf_counter_ns = _tutor.now_ns
    time.sleep = _tutor.sleep


follow_the_tutor()


def acquire_of(native):
    """The `acquire` of a class of locks, its timeout by the tutor's clock."""

    def acquire(self, blocking=True, timeout=-1):
        if not blocking or timeout <= 0:
            return native(self, blocking, timeout)
        return native(self, False) or _amended.waits(lambda seconds: native(self, True, seconds), timeout)

    return acquire


# The interpreter puts them into the classes, which are closed to Python itself.
LOCKS = [(kind, acquire_of(kind.acquire)) for kind in (_thread.lock, _thread.RLock)]


def letting_go(start):
    """Starts a thread that lets go of what it runs while it still can run Python.

    The interpreter lets go of it later; a Thread that nobody else holds would then be finalised where nothing can be.
    """

    def start_letting_go(function, *args, **options):
        held = [function]
        del function

        def run(*arguments, **named):
            return held.pop()(*arguments, **named)

        return start(run, *args, **options)

    start_letting_go.__name__ = start_letting_go.__qualname__ = start.__name__
    return start_letting_go


_thread.start_new_thread = letting_go(_thread.start_new_thread)
_thread.start_joinable_thread = letting_go(_thread.start_joinable_thread)


class Helper:
    """`help`, without a pager, which would want a terminal."""

    def __repr__(self):
        return "Type help() for interactive help, or help(object) for help about object."

    def __call__(self, *request):
        import pydoc

        pydoc.pager = lambda text, title="": sys.stdout.write(pydoc.plain(text))
        return pydoc.help(*request)


builtins.help = Helper()
builtins.exit = Quitter("exit", "Ctrl-D (i.e. EOF)")
builtins.quit = Quitter("quit", "Ctrl-D (i.e. EOF)")

_thread._excepthook = _tutor.thread_excepthook
sys.excepthook = sys.__excepthook__ = _tutor.excepthook
