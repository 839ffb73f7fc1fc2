"""Replaces the native module `_signal`. No signal reaches the program. A handler is only stored, and `raise_signal`
calls it.

Ctrl-C raises KeyboardInterrupt, whatever the handler for SIGINT is, because the parent delivers it.
"""
import sys

from _module_names import CONSTANTS, numbers
from posix import _define_unavailable

globals().update(numbers(CONSTANTS["_signal"]))

NO_SIGNALS = "redis-tutor's Python receives no signals: it runs in a sandbox, where Ctrl-C raises KeyboardInterrupt"

_DESCRIPTIONS = {
    1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap", 6: "Aborted",
    7: "Bus error", 8: "Floating point exception", 9: "Killed", 10: "User defined signal 1", 11: "Segmentation fault",
    12: "User defined signal 2", 13: "Broken pipe", 14: "Alarm clock", 15: "Terminated", 16: "Stack fault",
    17: "Child exited", 18: "Continued", 19: "Stopped (signal)", 20: "Stopped", 21: "Stopped (tty input)",
    22: "Stopped (tty output)", 23: "Urgent I/O condition", 24: "CPU time limit exceeded",
    25: "File size limit exceeded", 26: "Virtual timer expired", 27: "Profiling timer expired", 28: "Window changed",
    29: "I/O possible", 30: "Power failure", 31: "Bad system call",
}

# The signals whose default action is to do nothing.
_IGNORED_BY_DEFAULT = (SIGCHLD, SIGCONT, SIGURG, SIGWINCH)


class ItimerError(OSError):
    """The error of `setitimer`."""


ItimerError.__name__ = ItimerError.__qualname__ = "itimer_error"
itimer_error = ItimerError
del ItimerError


def default_int_handler(signalnum, frame, /):
    """Raises KeyboardInterrupt, as Ctrl-C does."""
    raise KeyboardInterrupt


_handlers = {SIGINT: default_int_handler}


def _checked(number):
    if not 1 <= number < NSIG:
        raise ValueError("signal number out of range")
    return number


def signal(signalnum, handler, /):
    """Sets the handler of a signal, and returns the previous one."""
    from threading import current_thread, main_thread

    if current_thread() is not main_thread():
        raise ValueError("signal only works in main thread of the main interpreter")
    if _checked(signalnum) in (SIGKILL, SIGSTOP):
        raise OSError(22, "Invalid argument")
    if not callable(handler) and handler not in (SIG_DFL, SIG_IGN):
        raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
    previous = getsignal(signalnum)
    _handlers[int(signalnum)] = handler
    return previous


def getsignal(signalnum, /):
    """Returns the handler of a signal."""
    return _handlers.get(int(_checked(signalnum)), SIG_DFL)


def raise_signal(signalnum, /):
    """Calls the handler of a signal."""
    handler = getsignal(signalnum)
    if callable(handler):
        handler(int(signalnum), sys._getframe(1))
    elif handler == SIG_DFL and signalnum not in _IGNORED_BY_DEFAULT:
        raise PermissionError("redis-tutor's Python cannot end itself by a signal: it runs in a sandbox")


def strsignal(signalnum, /):
    """Returns the description of a signal."""
    number = _checked(signalnum)
    if number >= SIGRTMIN:
        return f"Real-time signal {number - SIGRTMIN}"
    return _DESCRIPTIONS.get(number)


def valid_signals():
    """Returns the numbers of all signals."""
    return {*range(1, 32), *range(SIGRTMIN, NSIG)}


def siginterrupt(signalnum, flag, /):
    """Does nothing, because no signal interrupts a call."""


def set_wakeup_fd(fd, /, *, warn_on_full_buffer=True):
    """Does nothing, because no signal arrives. Returns that there was no descriptor."""
    return -1


_define_unavailable(
    globals(),
    "alarm getitimer pause pidfd_send_signal pthread_kill pthread_sigmask setitimer sigpending sigtimedwait sigwait "
    "sigwaitinfo",
    NO_SIGNALS,
)
del CONSTANTS, numbers
