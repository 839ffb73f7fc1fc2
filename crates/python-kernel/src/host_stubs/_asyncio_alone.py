"""Makes `asyncio` work without sockets and signals: coroutines, tasks, sleeps by the parent's clock, threads, and
connections to Redis.

The package of the standard library is loaded. While it loads, stubs take the place of the modules that need an
operating system. An event loop that waits only for time, threads and connections to Redis replaces the loop over
sockets.
"""
import sys
from types import ModuleType

import _corrections
import _host
import _wire
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
            """Runs tasks. Waits for time, for connections to Redis, and for callbacks from other threads."""

            def __init__(self):
                super().__init__()
                self._selector = Selector()
                # The parent's clock counts microseconds, and a float at today's time is not much more exact.
                self._clock_resolution = 1e-6
                self._last_time = 0.0

            def time(self):
                """Returns the time by the parent's clock."""
                if self._selector.has_skipped_poll:
                    # This is the loop's own call after `select`.
                    self._selector.has_skipped_poll = False
                    return self._last_time
                self._last_time = _host.time()
                return self._last_time

            def _process_events(self, event_list):
                for callback, is_closed in event_list:
                    self.call_soon(callback, is_closed)

            def watch_connection(self, handle, callback):
                """Calls `callback(is_closed)` when bytes arrive on a connection to Redis, or the server closes it."""
                self._selector.callbacks[handle] = callback

            def unwatch_connection(self, handle):
                """Ends `watch_connection`."""
                self._selector.callbacks.pop(handle, None)

            def note_sent(self):
                """Makes the loop look for the reply to a command even if it is busy."""
                self._selector.rounds_left = 0

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


class Selector:
    """Waits for a time, for bytes on connections to Redis, or until another thread wakes it."""

    MAX_WAIT_SECONDS = 3600

    # A loop that is busy looks for bytes when it has sent a command, or after this many rounds. Between these times
    # there are none, unless another thread or a timeout of the server is the cause.
    ROUNDS_WITHOUT_POLL = 16

    def __init__(self):
        from _thread import allocate_lock

        self._asleep = allocate_lock()
        self._asleep.acquire()
        # The callback for each connection that is waited for, by the connection's number.
        self.callbacks = {}
        self.rounds_left = 0
        self.has_skipped_poll = False

    def wake(self):
        """Ends the current wait, or else the next one."""
        if self._asleep.locked():
            self._asleep.release()

    def select(self, timeout=None):
        """Waits for the timeout, or for an event. Returns callbacks, each with whether its connection was closed."""
        from threading import active_count

        if timeout is None:
            timeout = self.MAX_WAIT_SECONDS
        elif 0 < timeout < 1e-6:
            timeout = 1e-6
        if timeout <= 0:
            self._asleep.acquire(False)
            self.rounds_left -= 1
            if self.rounds_left < 0:
                return self._poll(0)
            self.has_skipped_poll = True
            return []
        if active_count() == 1 and self._asleep.locked():
            return self._poll(timeout)
        return self._poll_with_threads(timeout)

    def _poll(self, timeout):
        self.rounds_left = self.ROUNDS_WITHOUT_POLL
        if not self.callbacks:
            if timeout > 0:
                _host.sleep(timeout)
            return []
        received, closed = _wire.receive_any(list(self.callbacks), timeout)
        events = [(self.callbacks[handle], False) for handle in received if handle in self.callbacks]
        # A connection that the server has closed has no further events, so its callback is removed.
        return events + [(self.callbacks.pop(handle), True) for handle in closed if handle in self.callbacks]

    def _poll_with_threads(self, timeout):
        # As in `retry_until`, real waits, in which other threads run, alternate with waits by the parent's clock.
        until = _host.time() + timeout
        step = _corrections.FIRST_STEP_SECONDS
        while True:
            if _corrections.acquire_natively(self._asleep, True, min(timeout, _corrections.REAL_WAIT_SECONDS)):
                return self._poll(0)
            left = until - _host.time()
            if left <= 0:
                return self._poll(0)
            events = self._poll(min(left, step))
            if events:
                return events
            step = min(2 * step, _corrections.LONGEST_STEP_SECONDS)


def find_spec(name, path, target, no_network, no_processes):
    """Returns the spec of `asyncio` or of its event loop, or None for any other module."""
    if name == "asyncio":
        spec = FrozenImporter.find_spec(name, path, target)
        spec.loader = PackageLoader(no_network, no_processes)
        return spec
    if name == EVENTS:
        return ModuleSpec(name, EventsLoader(no_network, no_processes))
    return None
