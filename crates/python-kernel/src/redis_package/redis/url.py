"""Connection URLs: redis://user:password@host:port/db?option=value."""

from redis import connection

FALSE_STRINGS = ("0", "F", "FALSE", "N", "NO")


def to_bool(value):
    """Converts the text of an option to a bool, and no text to None."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.upper() in FALSE_STRINGS:
        return False
    return bool(value)


def parse_ssl_verify_flags(value):
    """Converts a text such as [VERIFY_X509_STRICT] to flags of `ssl`."""
    import ssl

    names = [name.strip() for name in value.replace("[", "").replace("]", "").split(",")]
    for name in names:
        if not hasattr(ssl.VerifyFlags, name):
            raise ValueError(f"Invalid ssl verify flag: {name}")
    return [getattr(ssl.VerifyFlags, name) for name in names]


URL_QUERY_ARGUMENT_PARSERS = {
    "db": int,
    "socket_timeout": float,
    "socket_connect_timeout": float,
    "socket_read_size": int,
    "socket_keepalive": to_bool,
    "retry_on_timeout": to_bool,
    "retry_on_error": list,
    "max_connections": int,
    "health_check_interval": int,
    "ssl_check_hostname": to_bool,
    "ssl_include_verify_flags": parse_ssl_verify_flags,
    "ssl_exclude_verify_flags": parse_ssl_verify_flags,
    "ssl_min_version": int,
    "timeout": float,
    "protocol": int,
    "legacy_responses": to_bool,
}


def unquote(text):
    """Decodes percent-encoded text: %41 becomes A."""
    if "%" not in text:
        return text
    first, *rest = text.encode().split(b"%")
    out = [first]
    for part in rest:
        try:
            out.append(bytes([int(part[:2], 16)]) + part[2:])
        except ValueError:
            out.append(b"%" + part)
    return b"".join(out).decode("utf-8", "replace")


def _options(query):
    found = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name, value = unquote(name.replace("+", " ")), unquote(value.replace("+", " "))
        if value and name not in found:
            found[name] = value
    return found


def _converted(name, value):
    convert = URL_QUERY_ARGUMENT_PARSERS.get(name)
    if convert is None:
        return value
    try:
        return convert(value)
    except (TypeError, ValueError):
        raise ValueError(f"Invalid value for '{name}' in connection URL.") from None


def _port(text):
    if not text.isdigit() or not text.isascii():
        raise ValueError(f"Port could not be cast to integer value as {text!r}")
    if int(text) > 65535:
        raise ValueError("Port out of range 0-65535")
    return int(text)


def _place(place):
    """Converts user:password@host:port to keyword arguments."""
    found = {}
    user, has_user, address = place.rpartition("@")
    if has_user:
        name, _, password = user.partition(":")
        if name:
            found["username"] = unquote(name)
        if password:
            found["password"] = unquote(password)
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        port = rest.partition(":")[2]
    else:
        host, _, port = address.partition(":")
    if host:
        found["host"] = unquote(host.lower())
    if port and _port(port):
        found["port"] = _port(port)
    return found


def parse_url(url):
    """Converts a URL to the keyword arguments of a connection."""
    scheme, divider, rest = url.partition("://")
    if not divider or scheme not in ("redis", "rediss", "unix"):
        raise ValueError(
            "Redis URL must specify one of the following schemes (redis://, rediss://, unix://)"
        )
    rest, _, query = rest.partition("#")[0].partition("?")
    place, slash, path = rest.partition("/")
    kwargs = {name: _converted(name, value) for name, value in _options(query).items()}
    found = _place(place)
    if scheme == "unix":
        kwargs.update({name: found[name] for name in ("username", "password") if name in found})
        if slash:
            kwargs["path"] = unquote(slash + path)
        kwargs["connection_class"] = connection.UnixDomainSocketConnection
        return kwargs
    kwargs.update(found)
    if path and "db" not in kwargs:
        try:
            kwargs["db"] = int(unquote(path).replace("/", ""))
        except ValueError:
            pass
    if scheme == "rediss":
        kwargs["connection_class"] = connection.SSLConnection
    return kwargs
