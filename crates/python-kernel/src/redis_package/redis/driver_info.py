"""The library name and version that a connection sends to the server."""

# The default value of arguments for which None has a meaning of its own. redis-py shares this object between its
# modules.
SENTINEL = object()
VERSION = "8.1.0"


def _printable(value, what):
    if any(not 33 <= ord(letter) <= 126 or letter in "()[]{}" for letter in value):
        raise ValueError(f"{what} must not contain spaces, newlines, non-printable characters, or braces")


class DriverInfo:
    """Name and version of this library, and of libraries built on top of it."""

    def __init__(self, name=SENTINEL, lib_version=SENTINEL, _upstream=None):
        self.name = "redis-py" if name is SENTINEL else name
        self.lib_version = VERSION if lib_version is SENTINEL else lib_version
        self._upstream = [] if _upstream is None else _upstream

    def __repr__(self):
        return f"DriverInfo(name={self.name!r}, lib_version={self.lib_version!r}, _upstream={self._upstream!r})"

    def __eq__(self, other):
        if type(other) is not DriverInfo:
            return NotImplemented
        return (self.name, self.lib_version, self._upstream) == (other.name, other.lib_version, other._upstream)

    __hash__ = None

    @property
    def upstream_drivers(self):
        """The libraries built on top, the last one added first."""
        return list(self._upstream)

    def add_upstream_driver(self, driver_name, driver_version):
        """Adds a library that is built on top of this one."""
        if driver_name is None:
            raise ValueError("Driver name must not be None")
        if driver_version is None:
            raise ValueError("Driver version must not be None")
        _printable(driver_name, "Driver name")
        letters = "abcdefghijklmnopqrstuvwxyz"
        if not driver_name or driver_name[0] not in letters or driver_name.strip(letters + "0123456789_-"):
            raise ValueError(
                "Upstream driver name must use a Python package-style name: start with a lowercase letter and contain "
                "only lowercase letters, digits, hyphens, and underscores (e.g., 'django-redis')."
            )
        _printable(driver_version, "Driver version")
        self._upstream.insert(0, f"{driver_name}_v{driver_version}")
        return self

    @property
    def formatted_name(self):
        """The name that is sent to the server, or None."""
        if not isinstance(self.name, str) or not self.name:
            return None
        return f"{self.name}({';'.join(self._upstream)})" if self._upstream else self.name


def resolve_driver_info(driver_info=SENTINEL, lib_name=SENTINEL, lib_version=SENTINEL):
    """Returns the DriverInfo for a client's arguments, or None."""
    if driver_info is SENTINEL:
        return None if lib_name is None and lib_version is None else DriverInfo(lib_name, lib_version)
    if driver_info is None or isinstance(driver_info, DriverInfo):
        return driver_info
    raise TypeError("driver_info must be a DriverInfo instance or None")
