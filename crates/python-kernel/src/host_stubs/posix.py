"""Stands in for the operating system, which `os` takes from here.

`os` and all that imports it wants a module of this name. There are no files, no processes and no environment: each
call that would need one raises an error that says so. What can be answered without a machine is answered.
"""
import _tutor

NO_FILES = "redis-tutor's Python has no files: it keeps data in memory and in Redis"
NO_PROCESSES = "redis-tutor's Python starts and stops no processes: it is alone in its sandbox"
NO_MACHINE = "redis-tutor's Python cannot look at the machine: it is alone in its sandbox"

error = OSError
environ = {}
_have_functions = []

F_OK, R_OK, W_OK, X_OK = 0, 4, 2, 1
O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_TRUNC = 0, 1, 2, 1024, 64, 128, 512
O_CLOEXEC, O_NONBLOCK, O_NOFOLLOW, O_DIRECTORY = 524288, 2048, 131072, 65536
WNOHANG = 1
EX_OK = 0


def _refuses(names, sentence):
    def refusal(name):
        def refused(*args, **options):
            raise PermissionError(sentence)

        refused.__name__ = refused.__qualname__ = name
        return refused

    for name in names.split():
        globals()[name] = refusal(name)


_refuses(
    "access chdir chmod chown close closerange copy_file_range dup dup2 fchdir fchmod fchown fstat fsync ftruncate "
    "isatty lchown link listdir listxattr lseek lstat mkdir mkfifo mknod open openpty pipe pread pwrite read readlink "
    "readv remove rename replace rmdir scandir sendfile stat statvfs symlink sync truncate ttyname umask unlink utime "
    "write writev",
    NO_FILES,
)
_refuses(
    "abort execv execve fork forkpty kill killpg nice posix_spawn posix_spawnp setgid setpgid setpriority setsid "
    "setuid system times wait wait3 wait4 waitid waitpid",
    NO_PROCESSES,
)
_refuses(
    "ctermid get_terminal_size getgroups getloadavg getlogin getpgid getpgrp getpriority getsid sysconf uname",
    NO_MACHINE,
)


class stat_result(tuple):
    """What `os.stat` would return."""


class terminal_size(tuple):
    """What `os.get_terminal_size` would return."""


class DirEntry:
    """What `os.scandir` would yield."""


def urandom(size, /):
    return _tutor.urandom(size)


def getpid():
    return 1


def getppid():
    return 0


def getuid():
    return 1000


getgid = geteuid = getegid = getuid


def getcwd():
    return "/"


def getcwdb():
    return b"/"


def cpu_count():
    return 1


def strerror(code, /):
    return f"Error {code}"


def fspath(path, /):
    if isinstance(path, (str, bytes)):
        return path
    kind = type(path)
    try:
        found = kind.__fspath__(path)
    except AttributeError:
        raise TypeError(f"expected str, bytes or os.PathLike object, not {kind.__name__}") from None
    if isinstance(found, (str, bytes)):
        return found
    raise TypeError(f"expected {kind.__name__}.__fspath__() to return str or bytes, not {type(found).__name__}")


def putenv(name, value, /):
    pass


def unsetenv(name, /):
    pass


def register_at_fork(**hooks):
    pass


def waitstatus_to_exitcode(status):
    return status


def get_inheritable(fd, /):
    raise PermissionError(NO_FILES)


def _exit(status):
    # The process ends, as it should; the tutor starts another, and restores the variables.
    _tutor.end()
