"""Replaces the module of system calls that `os` is built on.

`os` needs a module with this name. There are no files, no processes and no environment variables: each function
that would need them raises an error that says so. Functions that need no operating system work.
"""
import _host

NO_FILES = "redis-tutor's Python cannot use files: keep data in variables or in Redis"
NO_PROCESSES = "redis-tutor's Python cannot start or stop processes: it runs in a sandbox"
NO_MACHINE = "redis-tutor's Python has no access to the operating system: it runs in a sandbox"

# The names of the host and of its system. They are fixed so that lessons behave the same on every platform.
HOST_NAME = "redis-tutor"
LIBC_VERSION = "glibc 2.36"

error = OSError
environ = {}
_have_functions = []

F_OK, R_OK, W_OK, X_OK = 0, 4, 2, 1
O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_TRUNC = 0, 1, 2, 1024, 64, 128, 512
O_CLOEXEC, O_NONBLOCK, O_NOFOLLOW, O_DIRECTORY = 524288, 2048, 131072, 65536
WNOHANG, WUNTRACED = 1, 2
EX_OK = 0


def _define_unavailable(module, names, message):
    """Adds functions with these names to a module's globals. Each of them raises a PermissionError with the message."""

    def unavailable(name):
        def function(*args, **options):
            raise PermissionError(message)

        function.__name__ = function.__qualname__ = name
        function.__module__ = module["__name__"]
        return function

    for name in names.split():
        module[name] = unavailable(name)


_define_unavailable(
    globals(),
    "access chdir chmod chown close closerange copy_file_range dup dup2 fchdir fchmod fchown fstat fsync ftruncate "
    "isatty lchown link listdir listxattr lseek lstat mkdir mkfifo mknod open openpty pread pwrite read readlink "
    "readv remove rename replace rmdir scandir sendfile stat statvfs symlink sync truncate ttyname umask unlink utime "
    "write writev",
    NO_FILES,
)
_define_unavailable(
    globals(),
    "abort execv execve fork forkpty kill killpg nice pipe posix_spawn posix_spawnp setgid setpgid setpriority setsid "
    "setuid system times wait wait3 wait4 waitid waitpid",
    NO_PROCESSES,
)
_define_unavailable(
    globals(),
    "ctermid get_terminal_size getgroups getloadavg getlogin getpgid getpgrp getpriority getsid sysconf",
    NO_MACHINE,
)


def _record(module, name, fields, doc):
    """Returns a class of tuples whose items are also attributes, such as the system calls return."""
    fields = fields.split()
    full_name = f"{module}.{name}"

    def new(cls, sequence, dict={}, /):
        values = tuple(sequence)
        if len(values) != len(fields):
            raise TypeError(f"{full_name}() takes a {len(fields)}-sequence ({len(values)}-sequence given)")
        return tuple.__new__(cls, values)

    def represent(self):
        return f"{full_name}({', '.join(f'{field}={value!r}' for field, value in zip(fields, self))})"

    return type(name, (tuple,), {
        "__new__": new, "__repr__": represent, "__reduce__": lambda self: (type(self), (tuple(self), {})),
        "__module__": module, "__doc__": doc, "__slots__": (), "__match_args__": tuple(fields),
        "n_fields": len(fields), "n_sequence_fields": len(fields), "n_unnamed_fields": 0,
        **{field: property(lambda self, i=i: self[i]) for i, field in enumerate(fields)},
    })


stat_result = _record(
    "os", "stat_result", "st_mode st_ino st_dev st_nlink st_uid st_gid st_size st_atime st_mtime st_ctime",
    "stat_result: Result from stat, fstat, or lstat.",
)
terminal_size = _record(
    "os", "terminal_size", "columns lines", "A tuple of (columns, lines) for holding terminal window size"
)
uname_result = _record(
    "posix", "uname_result", "sysname nodename release version machine", "uname_result: Result from os.uname()."
)


class DirEntry:
    """The type of the entries of `os.scandir`."""


def urandom(size, /):
    return _host.urandom(size)


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


def uname():
    return uname_result(("Linux", HOST_NAME, "6.1.0", "#1 SMP", "x86_64"))


def confstr(name, /):
    if name == "CS_GNU_LIBC_VERSION":
        return LIBC_VERSION
    raise ValueError("unrecognized configuration name")


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


def WIFEXITED(status):
    return WTERMSIG(status) == 0


def WEXITSTATUS(status):
    return status >> 8 & 0xFF


def WIFSIGNALED(status):
    return WTERMSIG(status) not in (0, 0x7F)


def WTERMSIG(status):
    return status & 0x7F


def WIFSTOPPED(status):
    return status & 0xFF == 0x7F


WSTOPSIG = WEXITSTATUS


def get_inheritable(fd, /):
    raise PermissionError(NO_FILES)


def _exit(status):
    # Ends this child process. The parent starts a new one and restores the variables.
    _host.end()
