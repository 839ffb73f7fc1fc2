"""Makes `asyncio` run without sockets and signals: coroutines, tasks, sleeps by the tutor's clock, and threads.

The standard library's own package is loaded. What it imports of the machine is stood in for while it loads, and refused
to everybody else as before; in the place of its loop over sockets stands one that waits for time and for threads.
"""
import sys
from types import ModuleType

from _frozen_importlib import FrozenImporter, ModuleSpec

EVENTS = "asyncio.unix_events"


def _refusing(name, sentence):
    def refused(*args, **options):
        raise PermissionError(sentence)

    refused.__name__ = refused.__qualname__ = name
    return refused


def _stand_ins(no_network, no_processes):
    socket, signal, subprocess = ModuleType("socket"), ModuleType("signal"), ModuleType("subprocess")
    vars(socket).update(
        AF_UNSPEC=0, AF_INET=2, SOCK_STREAM=1, SOCK_DGRAM=2, IPPROTO_TCP=6, IPPROTO_UDP=17, AI_PASSIVE=1, SHUT_WR=1,
        SHUT_RDWR=2, socket=_refusing("socket", no_network),
        getaddrinfo=_refusing("getaddrinfo", no_network), getnameinfo=_refusing("getnameinfo", no_network),
    )
    vars(signal).update(SIGINT=2, default_int_handler=None, getsignal=lambda number: False)
    vars(subprocess).update(PIPE=-1, STDOUT=-2, DEVNULL=-3, Popen=_refusing("Popen", no_processes))
    return socket, signal, subprocess


class Package:
    """Loads `asyncio` among its stand-ins."""

    create_module = staticmethod(FrozenImporter.create_module)

    def __init__(self, no_network, no_processes):
        self.sentences = no_network, no_processes

    def exec_module(self, module):
        stand_ins = {stand_in.__name__: stand_in for stand_in in _stand_ins(*self.sentences)}
        sys.modules.update(stand_ins)
        try:
            FrozenImporter.exec_module(module)
        finally:
            for name in stand_ins:
                sys.modules.pop(name, None)


class Events:
    """Loads the loop in the place of the one over sockets."""

    create_module = staticmethod(lambda spec: None)

    def __init__(self, no_network, no_processes):
        self.sentences = no_network, no_processes

    def exec_module(self, module):
        from asyncio import base_events, events

        no_network, no_processes = self.sentences

        class EventLoop(base_events.BaseEventLoop):
            """Runs tasks; waits for time, and for what other threads hand in."""

            def __init__(self):
                super().__init__()
                self._selector = _Wait()

            def _process_events(self, event_list):
                pass

            def _write_to_self(self):
                self._selector.wake()

            async def subprocess_exec(self, *args, **options):
                """There are no processes."""
                raise PermissionError(no_processes)

            subprocess_shell = subprocess_exec

            async def create_connection(self, *args, **options):
                """There is no network."""
                raise PermissionError(no_network)

            create_server = create_datagram_endpoint = create_connection

        class _DefaultEventLoopPolicy(events._BaseDefaultEventLoopPolicy):
            _loop_factory = EventLoop

        EventLoop.__qualname__ = "EventLoop"
        EventLoop.__module__ = EVENTS
        module.EventLoop = module.SelectorEventLoop = EventLoop
        module._DefaultEventLoopPolicy = _DefaultEventLoopPolicy
        module.__all__ = ("SelectorEventLoop", "EventLoop")


class _Wait:
    """Waits until a time, or until another thread wakes it."""

    LONG_SECONDS = 3600

    def __init__(self):
        from _thread import allocate_lock

        self._asleep = allocate_lock()
        self._asleep.acquire()

    def wake(self):
        """Ends the wait that goes on, or the next one."""
        if self._asleep.locked():
            self._asleep.release()

    def select(self, timeout=None):
        """What a selector would report: nothing ever, but it takes its time."""
        from threading import active_count
        from time import sleep

        if timeout is not None and timeout <= 0:
            self._asleep.acquire(False)
        elif active_count() == 1 and self._asleep.locked():
            sleep(self.LONG_SECONDS if timeout is None else timeout)
        else:
            self._asleep.acquire(timeout=self.LONG_SECONDS if timeout is None else timeout)
        return []


def find_spec(name, path, target, no_network, no_processes):
    """Where `asyncio` and its loop come from; none for any other module."""
    if name == "asyncio":
        spec = FrozenImporter.find_spec(name, path, target)
        spec.loader = Package(no_network, no_processes)
        return spec
    if name == EVENTS:
        return ModuleSpec(name, Events(no_network, no_processes))
    return None
