"""What the methods of all families check and build of their arguments."""

import sys

from redis.exceptions import DataError


def words_of(keys, args=()):
    """One key, or several in a collection, and further ones, as a new list."""
    if isinstance(keys, (bytes, str, bytearray, memoryview)):
        words = [keys]
    else:
        try:
            words = list(keys)
        except TypeError:
            words = [keys]
    if args:
        words.extend(args)
    return words


def flat(mapping):
    """A mapping's keys and values, one after another."""
    return [part for pair in mapping.items() for part in pair]


def only_one(*chosen):
    """Whether at most one of these is true."""
    return sum(map(bool, chosen)) <= 1


def _is(value, name):
    # Whoever passes a timedelta or a datetime has imported the module; an import of redis need not.
    module = sys.modules.get("datetime")
    return module is not None and isinstance(value, getattr(module, name))


def seconds(time):
    """A timedelta in whole seconds, anything else as it is."""
    return int(time.total_seconds()) if _is(time, "timedelta") else time


def milliseconds(time):
    """A timedelta in whole milliseconds, anything else as it is."""
    return int(time.total_seconds() * 1000) if _is(time, "timedelta") else time


def unix_seconds(when):
    """A datetime as unix seconds, anything else as it is."""
    return int(when.timestamp()) if _is(when, "datetime") else when


def unix_milliseconds(when):
    """A datetime as unix milliseconds, anything else as it is."""
    return int(when.timestamp() * 1000) if _is(when, "datetime") else when


def expiry(ex, px, exat, pxat):
    """The words for a time to live or a moment of expiry: the first that is given."""
    if ex is not None:
        if isinstance(ex, str) and ex.isdigit():
            ex = int(ex)
        ex = seconds(ex)
        if not isinstance(ex, int):
            raise DataError("ex must be datetime.timedelta or int")
        return ["EX", ex]
    if px is not None:
        px = milliseconds(px)
        if not isinstance(px, int):
            raise DataError("px must be datetime.timedelta or int")
        return ["PX", px]
    if exat is not None:
        return ["EXAT", unix_seconds(exat)]
    if pxat is not None:
        return ["PXAT", unix_milliseconds(pxat)]
    return []


def refuse_second_expiry(ex, px, exat, pxat, other, name):
    """Refuses two of these together; `other` is the flag called `name`."""
    if not only_one(ex is not None, px is not None, exat is not None, pxat is not None, other):
        raise DataError(f"``ex``, ``px``, ``exat``, ``pxat``, and ``{name}`` are mutually exclusive.")


def one_expiry(ex, px, exat, pxat, other, name):
    """The words for an expiry, after a check that no second one is given; `other` is the flag called `name`."""
    refuse_second_expiry(ex, px, exat, pxat, other, name)
    return expiry(ex, px, exat, pxat)


def conditions(nx, xx, gt, lt):
    """The words for the conditions of an EXPIRE."""
    words = []
    if nx:
        words.append("NX")
    if xx:
        words.append("XX")
    if gt:
        words.append("GT")
    if lt:
        words.append("LT")
    return words


def both_or_none(one, other, message):
    """Refuses one without the other; true if both are given."""
    if (one is None) != (other is None):
        raise DataError(message)
    return one is not None


def found(match, count):
    """The words that narrow a SCAN."""
    words = []
    if match is not None:
        words += (b"MATCH", match)
    if count is not None:
        words += (b"COUNT", count)
    return words


# --- warnings, worded as redis-py words them; stacklevel 3 is the line that called the method ---


def warn_of_function(name, reason, version, stacklevel=3):
    """Tells that a method is deprecated."""
    import warnings

    message = f"Call to deprecated {name}. ({reason}) -- Deprecated since version {version}."
    warnings.warn(message, DeprecationWarning, stacklevel)


def warn_of_argument(argument, function, reason, version, stacklevel=3):
    """Tells that a parameter is deprecated."""
    import warnings

    message = f"Call to '{function}' function with deprecated usage of input argument/s '{argument}'. ({reason})"
    if version:
        message += f" -- Deprecated since version {version}."
    warnings.warn(message, DeprecationWarning, stacklevel)


def warn_of_experiment(name, stacklevel=3):
    """Tells that a method may change."""
    import warnings

    message = f"Call to experimental method {name}. Be aware that the function arguments can change or be removed in "
    warnings.warn(message + "future versions.", UserWarning, stacklevel)


def warn_of_experimental_argument(argument, function, stacklevel=3):
    """Tells that a parameter may change."""
    import warnings

    message = f"Call to '{function}' method with experimental usage of input argument/s '{argument}'."
    warnings.warn(message, UserWarning, stacklevel)
