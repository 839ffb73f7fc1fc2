"""Replaces the native module that waits for files and sockets. `select` without any files is a sleep."""
import _host

from _module_names import CONSTANTS, numbers

globals().update(numbers(CONSTANTS["select"]))
del CONSTANTS, numbers

NO_NETWORK = "redis-tutor's Python has no network: it can connect only to redis-tutor's Redis"

error = OSError


def select(rlist, wlist, xlist, timeout=None, /):
    """Waits for the timeout. Nothing can be waited for."""
    if timeout is None or list(rlist) or list(wlist) or list(xlist):
        raise PermissionError(NO_NETWORK)
    if timeout < 0:
        raise ValueError("timeout must be non-negative")
    _host.sleep(timeout)
    return [], [], []


def poll():
    raise PermissionError(NO_NETWORK)


class epoll:
    """The class of epoll objects. It cannot be instantiated."""

    def __init__(self, sizehint=-1, flags=0):
        raise PermissionError(NO_NETWORK)
