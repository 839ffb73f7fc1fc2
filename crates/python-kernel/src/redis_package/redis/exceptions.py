"""The exceptions of redis-py 8.1, and which of them an error reply becomes."""


class ExceptionType:
    """What an error is about, as the `error_type` of an exception."""

    def __init__(self, value):
        self.value = value
        self.name = value.upper()

    def __repr__(self):
        return f"<ExceptionType.{self.name}: {self.value!r}>"

    def __str__(self):
        return f"ExceptionType.{self.name}"


ExceptionType.NETWORK = ExceptionType("network")
ExceptionType.TLS = ExceptionType("tls")
ExceptionType.AUTH = ExceptionType("auth")
ExceptionType.SERVER = ExceptionType("server")


class RedisError(Exception):
    """The root of all errors that this package raises."""

    error_type = ExceptionType.SERVER

    def __init__(self, *args, status_code=None):
        super().__init__(*args)
        self.status_code = status_code

    def __repr__(self):
        return f"{self.error_type.value}:{self.__class__.__name__}"


class ConnectionError(RedisError):
    """The connection could not be made, or broke."""

    error_type = ExceptionType.NETWORK


class TimeoutError(RedisError):
    """No reply came in time."""

    error_type = ExceptionType.NETWORK


class AuthenticationError(ConnectionError):
    """User name or password were refused."""

    error_type = ExceptionType.AUTH


class AuthorizationError(ConnectionError):
    """The user may not do this."""

    error_type = ExceptionType.AUTH


class BusyLoadingError(ConnectionError):
    """The server still loads its data."""


class InvalidResponse(RedisError):
    """What came back is no reply of the protocol."""


class ResponseError(RedisError):
    """The server answered with an error."""


class DataError(RedisError):
    """An argument cannot be sent; nothing went out."""


class PubSubError(RedisError):
    """A subscription was used in a way it cannot be."""


class WatchError(RedisError):
    """A watched key changed, so that the transaction did not run."""


class NoScriptError(ResponseError):
    """No script is stored under this digest."""


class OutOfMemoryError(ResponseError):
    """The server's memory limit is reached."""


class ExecAbortError(ResponseError):
    """EXEC was given up because a queued command was refused."""


class ReadOnlyError(ResponseError):
    """A write went to a server that only reads."""


class NoPermissionError(ResponseError):
    """The user may not run this command."""

    error_type = ExceptionType.AUTH


class ModuleError(ResponseError):
    """A module could not be loaded or unloaded."""


class NoSuchFieldsetError(ResponseError):
    """No such set of fields was prepared."""


class LockError(RedisError, ValueError):
    """A lock could not be taken, or is not held."""

    def __new__(cls, *args, **kwargs):
        # RustPython would take ValueError's own __new__, which refuses a class of two builtin bases.
        return Exception.__new__(cls, *args)

    def __init__(self, message=None, lock_name=None):
        super().__init__(message)
        self.message = message
        self.lock_name = lock_name


class LockNotOwnedError(LockError):
    """The lock ran out, or somebody else holds it now."""


class ChildDeadlockedError(Exception):
    """A forked child waits for a lock that its parent held."""


class AuthenticationWrongNumberOfArgsError(ResponseError):
    """AUTH was sent more or fewer words than the server knows."""

    error_type = ExceptionType.AUTH


class RedisClusterException(Exception):
    """The root of the errors of a cluster client."""

    error_type = ExceptionType.SERVER

    def __repr__(self):
        return f"{self.error_type.value}:{self.__class__.__name__}"


class ClusterError(RedisError):
    """A cluster command failed again and again."""


class ClusterDownError(ClusterError, ResponseError):
    """The cluster does not serve at the moment."""

    def __init__(self, resp, status_code=None):
        super().__init__(resp, status_code=status_code)
        self.message = resp


class AskError(ResponseError):
    """The slot moves; this one question goes to another node."""

    def __init__(self, resp, status_code=None):
        super().__init__(resp, status_code=status_code)
        self.message = resp
        slot, address = resp.split(" ")
        host, _, port = address.rpartition(":")
        self.slot_id = int(slot)
        self.host, self.port = self.node_addr = host, int(port)


class TryAgainError(ResponseError):
    """The keys are being moved; try again later."""

    def __init__(self, *args, status_code=None, **kwargs):
        super().__init__(*args, status_code=status_code)


class ClusterCrossSlotError(ResponseError):
    """The keys of one command live in different slots."""

    message = "Keys in request don't hash to the same slot"


class MovedError(AskError):
    """The slot lives on another node."""


class MasterDownError(ClusterDownError):
    """The link to the master is down."""


class SlotNotCoveredError(RedisClusterException):
    """No node serves this slot."""


class MaxConnectionsError(ConnectionError):
    """The pool has handed out all the connections it may make."""


class CrossSlotTransactionError(RedisClusterException):
    """A transaction touches more than one slot."""


class InvalidPipelineStack(RedisClusterException):
    """The queue of a cluster pipeline is not what it should be."""


class ExternalAuthProviderError(ConnectionError):
    """An outside service for passwords failed."""


class IncorrectPolicyType(Exception):
    """A command's policy is of an unknown type."""


_NO_PASSWORD_SET = (
    "AUTH <password> called without any password configured for the default user. "
    "Are you sure your configuration is correct?"
)
_UNLOADING = "Error unloading module: "

# An error reply starts with a code. A code of this table is taken off the message, and names the class.
_BY_CODE = {
    "OOM": OutOfMemoryError,
    "WRONGPASS": AuthenticationError,
    "EXECABORT": ExecAbortError,
    "LOADING": BusyLoadingError,
    "NOSCRIPT": NoScriptError,
    "READONLY": ReadOnlyError,
    "NOAUTH": AuthenticationError,
    "NOPERM": NoPermissionError,
    "ASK": AskError,
    "TRYAGAIN": TryAgainError,
    "MOVED": MovedError,
    "CLUSTERDOWN": ClusterDownError,
    "CROSSSLOT": ClusterCrossSlotError,
    "MASTERDOWN": MasterDownError,
}
# Behind the code ERR, a whole message may have a class of its own.
_BY_MESSAGE = {
    "max number of clients reached": ConnectionError,
    "invalid password": AuthenticationError,
    "wrong number of arguments for 'auth' command": AuthenticationWrongNumberOfArgsError,
    "wrong number of arguments for 'AUTH' command": AuthenticationWrongNumberOfArgsError,
    _NO_PASSWORD_SET: AuthenticationError,
    "Client sent AUTH, but no password is set": AuthenticationError,
    "problem with LDAP service": ExternalAuthProviderError,
    "no such fieldset": NoSuchFieldsetError,
    "Error loading the extension. Please check the server logs.": ModuleError,
    _UNLOADING + "no such module with that name": ModuleError,
    _UNLOADING + "operation not possible.": ModuleError,
    _UNLOADING + "the module exports one or more module-side data types, can't unload": ModuleError,
}


def of_reply(text):
    """The exception for an error reply's text."""
    code, _, message = text.partition(" ")
    if code == "ERR":
        return _BY_MESSAGE.get(message, ResponseError)(message, status_code=code)
    known = _BY_CODE.get(code)
    return ResponseError(text) if known is None else known(message, status_code=code)
