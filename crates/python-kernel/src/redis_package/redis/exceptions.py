"""The exceptions of redis-py 8.1, and the mapping of error replies to exceptions."""


class ExceptionType:
    """The category of an exception, in its attribute `error_type`."""

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
    """The base class of all errors of this package."""

    _category = ExceptionType.SERVER

    def __init__(self, *args, status_code=None):
        super().__init__(*args)
        self.error_type = self._category
        self.status_code = status_code

    def __repr__(self):
        return f"{self.error_type.value}:{self.__class__.__name__}"


class ConnectionError(RedisError):
    """The connection could not be opened, or was lost."""

    _category = ExceptionType.NETWORK


class TimeoutError(RedisError):
    """No reply arrived in time."""

    _category = ExceptionType.NETWORK


class AuthenticationError(ConnectionError):
    """The server rejected the user name or password."""

    _category = ExceptionType.AUTH


class AuthorizationError(ConnectionError):
    """The user does not have the permission for this."""

    _category = ExceptionType.AUTH


class BusyLoadingError(ConnectionError):
    """The server is still loading its data."""


class InvalidResponse(RedisError):
    """The server's answer is not a valid reply."""


class ResponseError(RedisError):
    """The server replied with an error."""


class DataError(RedisError):
    """An argument cannot be encoded. Nothing was sent."""


class PubSubError(RedisError):
    """A subscriber was used incorrectly."""


class WatchError(RedisError):
    """A watched key was changed, so the transaction did not run."""


class NoScriptError(ResponseError):
    """The server has no script with this digest."""


class OutOfMemoryError(ResponseError):
    """The server has reached its memory limit."""


class ExecAbortError(ResponseError):
    """EXEC was aborted because a queued command was rejected."""


class ReadOnlyError(ResponseError):
    """A write was sent to a read-only server."""


class NoPermissionError(ResponseError):
    """The user does not have the permission to run this command."""

    _category = ExceptionType.AUTH


class ModuleError(ResponseError):
    """A module could not be loaded or unloaded."""


class NoSuchFieldsetError(ResponseError):
    """There is no prepared field set with this name."""


class LockError(RedisError, ValueError):
    """A lock could not be acquired, or is not held."""

    def __new__(cls, *args, **kwargs):
        # In RustPython, `ValueError.__new__` rejects a class with two builtin base classes.
        return Exception.__new__(cls, *args)

    def __init__(self, message=None, lock_name=None):
        super().__init__(message)
        self.message = message
        self.lock_name = lock_name


class LockNotOwnedError(LockError):
    """The lock has expired, or another client holds it."""


class ChildDeadlockedError(Exception):
    """A forked child waits for a lock that its parent held."""


class AuthenticationWrongNumberOfArgsError(ResponseError):
    """AUTH was called with a number of arguments that the server does not accept."""

    _category = ExceptionType.AUTH


class RedisClusterException(Exception):
    """The base class of the errors of a cluster client."""

    def __init__(self, *args):
        super().__init__(*args)
        self.error_type = ExceptionType.SERVER

    def __repr__(self):
        return f"{self.error_type.value}:{self.__class__.__name__}"


class ClusterError(RedisError):
    """A cluster command has failed repeatedly."""


class ClusterDownError(ClusterError, ResponseError):
    """The cluster is down at the moment."""

    def __init__(self, resp, status_code=None):
        self.message = resp
        super().__init__(resp, status_code=status_code)


class AskError(ResponseError):
    """The slot is being moved: send this one command to another node."""

    def __init__(self, resp, status_code=None):
        self.message = resp
        super().__init__(resp, status_code=status_code)
        slot, address = resp.split(" ")
        host, _, port = address.rpartition(":")
        self.slot_id = int(slot)
        self.host, self.port = self.node_addr = host, int(port)


class TryAgainError(ResponseError):
    """The keys are being moved: try again later."""

    def __init__(self, *args, status_code=None, **kwargs):
        super().__init__(*args, status_code=status_code)


class ClusterCrossSlotError(ResponseError):
    """The keys of one command are in different slots."""

    message = "Keys in request don't hash to the same slot"


class MovedError(AskError):
    """The slot is on another node."""


class MasterDownError(ClusterDownError):
    """The connection to the master is down."""


class SlotNotCoveredError(RedisClusterException):
    """No node serves this slot."""


class MaxConnectionsError(ConnectionError):
    """The pool has lent its maximum number of connections."""


class CrossSlotTransactionError(RedisClusterException):
    """A transaction uses more than one slot."""


class InvalidPipelineStack(RedisClusterException):
    """The queue of a cluster pipeline is in an invalid state."""


class ExternalAuthProviderError(ConnectionError):
    """An external authentication service failed."""


class IncorrectPolicyType(Exception):
    """A command has an unknown type of policy."""


_NO_PASSWORD_SET = (
    "AUTH <password> called without any password configured for the default user. "
    "Are you sure your configuration is correct?"
)
_UNLOADING = "Error unloading module: "

# Exception classes by the code at the start of an error reply. The code is removed from the message.
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
# Exception classes for specific messages that follow the code ERR.
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
    """Returns the exception for the text of an error reply."""
    code, _, message = text.partition(" ")
    if code == "ERR":
        return _BY_MESSAGE.get(message, ResponseError)(message, status_code=code)
    known = _BY_CODE.get(code)
    return ResponseError(text) if known is None else known(message, status_code=code)
