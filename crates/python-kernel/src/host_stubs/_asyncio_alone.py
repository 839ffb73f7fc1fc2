"""Makes `asyncio` work without sockets and signals: coroutines, tasks, sleeps timed by the parent's clock, and
threads.

The standard library's own package is loaded. While it loads, stubs replace the modules that need an operating
system. No other code can import these stubs. The event loop is replaced by one that waits only for time and
threads, not for sockets.
"""
import sys
from types import ModuleType

from _frozen_importlib import FrozenImporter, ModuleSpec

EVENTS = "asyncio.unix_events"


def _raising(name, message):
    def function(*args, **options):
        raise PermissionError(message)

    function.__name__ = function.__qualname__ = name
    return function


def _stub_modules(no_network, no_processes):
    socket, signal, subprocess = ModuleType("socket"), ModuleType("signal"), ModuleType("subprocess")
    vars(socket).update(
        AF_UNSPEC=0, AF_INET=2, SOCK_STREAM=1, SOCK_DGRAM=2, IPPROTO_TCP=6, IPPROTO_UDP=17, AI_PASSIVE=1, SHUT_WR=1,
        SHUT_RDWR=2, socket=_raising("socket", no_network),
        getaddrinfo=_raising("getaddrinfo", no_network), getnameinfo=_raising("getnameinfo", no_network),
    )
    vars(signal).update(SIGINT=2, default_int_handler=None, getsignal=lambda number: False)
    vars(subprocess).update(PIPE=-1, STDOUT=-2, DEVNULL=-3, Popen=_raising("Popen", no_processes))
    return socket, signal, subprocess


class PackageLoader:
    """Loads `asyncio` with the stub modules in place."""

    create_module = staticmethod(FrozenImporter.create_module)

    def __init__(self, no_network, no_processes):
        self.messages = no_network, no_processes

    def exec_module(self, module):
        # Without `ssl`, `asyncio` does not define its TLS transports.
        stubs = {"ssl": None, **{stub.__name__: stub for stub in _stub_modules(*self.messages)}}
        imported = {name: sys.modules[name] for name in stubs if name in sys.modules}
        sys.modules.update({**stubs, **imported})
        try:
            FrozenImporter.exec_module(module)
        finally:
            for name in stubs.keys() - imported.keys():
                sys.modules.pop(name, None)


class EventsLoader:
    """Loads our event loop in place of the module with the socket-based event loop."""

    create_module = staticmethod(lambda spec: None)

    def __init__(self, no_network, no_processes):
        self.messages = no_network, no_processes

    def exec_module(self, module):
        from asyncio import base_events, events

        no_network, no_processes = self.messages

        class EventLoop(base_events.BaseEventLoop):
            """Runs tasks. Waits for time, and for callbacks from other threads."""

            def __init__(self):
                super().__init__()
                self._selector = _TimeSelector()

            def _process_events(self, event_list):
                pass

            def _write_to_self(self):
                self._selector.wake()

            async def subprocess_exec(self, *args, **options):
                """Raises an error, because there are no processes."""
                raise PermissionError(no_processes)

            subprocess_shell = subprocess_exec

            async def create_connection(self, *args, **options):
                """Raises an error, because there is no network."""
                raise PermissionError(no_network)

            create_server = create_datagram_endpoint = create_connection

        class _DefaultEventLoopPolicy(events._BaseDefaultEventLoopPolicy):
            _loop_factory = EventLoop

        EventLoop.__qualname__ = "EventLoop"
        EventLoop.__module__ = EVENTS
        module.EventLoop = module.SelectorEventLoop = EventLoop
        module._DefaultEventLoopPolicy = _DefaultEventLoopPolicy
        module.__all__ = ("SelectorEventLoop", "EventLoop")


class _TimeSelector:
    """Waits for a time, or until another thread wakes it."""

    MAX_WAIT_SECONDS = 3600

    def __init__(self):
        from _thread import allocate_lock

        self._asleep = allocate_lock()
        self._asleep.acquire()

    def wake(self):
        """Ends the current wait, or else the next one."""
        if self._asleep.locked():
            self._asleep.release()

    def select(self, timeout=None):
        """Waits for the timeout, and returns no events."""
        from threading import active_count
        from time import sleep

        if timeout is not None and timeout <= 0:
            self._asleep.acquire(False)
        elif active_count() == 1 and self._asleep.locked():
            sleep(self.MAX_WAIT_SECONDS if timeout is None else timeout)
        else:
            self._asleep.acquire(timeout=self.MAX_WAIT_SECONDS if timeout is None else timeout)
        return []


def find_spec(name, path, target, no_network, no_processes):
    """Returns the spec of `asyncio` or of its event loop, or None for any other module."""
    if name == "asyncio":
        spec = FrozenImporter.find_spec(name, path, target)
        spec.loader = PackageLoader(no_network, no_processes)
        return spec
    if name == EVENTS:
        return ModuleSpec(name, EventsLoader(no_network, no_processes))
    return None
