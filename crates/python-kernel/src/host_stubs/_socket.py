"""Replaces the native module `_socket`. Its constants and conversions work, but a socket cannot be created.

There is a host name, because programs use it to name a worker: `f"{socket.gethostname()}-{os.getpid()}"`.
"""
from _module_names import CONSTANTS, numbers
from posix import HOST_NAME, _define_unavailable

globals().update(numbers(CONSTANTS["_socket"]))

NO_NETWORK = "redis-tutor's Python has no network: it can connect only to redis-tutor's Redis"

error = OSError
has_ipv6 = True
timeout = TimeoutError
_LOOPBACK = "127.0.0.1"
_default_timeout = None


class herror(OSError):
    """The error of `gethostbyaddr`."""


class gaierror(OSError):
    """The error of `getaddrinfo`."""


class socket:
    """The class of sockets. It cannot be instantiated."""

    __slots__ = ()

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        raise PermissionError(NO_NETWORK)

    def close(self):
        """Does nothing, because no socket is open."""


SocketType = socket
for _class in (herror, gaierror, socket):
    _class.__module__ = "_socket" if _class is socket else "socket"
del _class


def gethostname():
    """Returns the name of this host."""
    return HOST_NAME


def gethostbyname(hostname, /):
    """Returns the address of this host."""
    if hostname in ("localhost", HOST_NAME, _LOOPBACK):
        return _LOOPBACK
    raise PermissionError(NO_NETWORK)


def gethostbyname_ex(hostname, /):
    """Returns the name and the addresses of this host."""
    return hostname, [], [gethostbyname(hostname)]


def getdefaulttimeout():
    """Returns the timeout of new sockets."""
    return _default_timeout


def setdefaulttimeout(timeout, /):
    """Sets the timeout of new sockets."""
    global _default_timeout
    if timeout is not None and timeout < 0:
        raise ValueError("Timeout value out of range")
    _default_timeout = None if timeout is None else float(timeout)


def _define_conversion(name, size):
    def swap(number, /):
        if number < 0:
            raise OverflowError("can't convert negative value to unsigned int")
        if number >= 1 << (8 * size):
            raise OverflowError(f"{name}: Python int too large to convert to C {8 * size}-bit unsigned integer")
        return int.from_bytes(number.to_bytes(size, "little"), "big")

    swap.__name__ = swap.__qualname__ = name
    globals()[name] = swap


for _name, _size in (("htons", 2), ("ntohs", 2), ("htonl", 4), ("ntohl", 4)):
    _define_conversion(_name, _size)
del _name, _size


def inet_aton(ip_addr, /):
    """Converts an IPv4 address to its four bytes."""
    parts = ip_addr.split(".")
    try:
        numbers = [int(part, 0 if part.startswith("0x") else 8 if part[:1] == "0" and part != "0" else 10) for part in parts]
        tail = numbers.pop().to_bytes(5 - len(parts), "big")
        return bytes(numbers) + tail
    except (ValueError, OverflowError):
        raise OSError("illegal IP address string passed to inet_aton") from None


def inet_ntoa(packed_ip, /):
    """Converts four bytes to an IPv4 address."""
    if len(packed_ip) != 4:
        raise OSError("packed IP wrong length")
    return ".".join(map(str, bytes(packed_ip)))


def inet_pton(address_family, ip_string, /):
    """Converts an IP address to its bytes."""
    from ipaddress import IPv4Address, IPv6Address

    if address_family not in (AF_INET, AF_INET6):
        raise OSError(97, "Address family not supported by protocol")
    try:
        return (IPv4Address if address_family == AF_INET else IPv6Address)(ip_string).packed
    except ValueError:
        raise OSError("illegal IP address string passed to inet_pton") from None


def inet_ntop(address_family, packed_ip, /):
    """Converts bytes to an IP address."""
    from ipaddress import ip_address

    if address_family not in (AF_INET, AF_INET6):
        raise ValueError(f"unknown address family {address_family}")
    if len(packed_ip) != (4 if address_family == AF_INET else 16):
        raise ValueError("invalid length of packed IP address string")
    return str(ip_address(bytes(packed_ip)))


def getservbyname(servicename, protocolname="", /):
    """Returns the port of a service."""
    ports = {"ssh": 22, "domain": 53, "http": 80, "https": 443, "smtp": 25, "redis": 6379}
    if servicename not in ports:
        raise OSError("service/proto not found")
    return ports[servicename]


def CMSG_LEN(length, /):
    """Returns the length of a control message with its header."""
    return length + 16


def CMSG_SPACE(length, /):
    """Returns the padded length of a control message with its header."""
    return (length + 7) // 8 * 8 + 16


_define_unavailable(
    globals(),
    "close dup getaddrinfo gethostbyaddr getnameinfo getprotobyname getservbyport if_indextoname if_nameindex "
    "if_nametoindex sethostname socketpair",
    NO_NETWORK,
)
del CONSTANTS, numbers
