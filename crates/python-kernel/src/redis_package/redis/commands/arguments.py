"""Checks and conversions of arguments that are shared by methods of several families."""

import sys

from redis.exceptions import DataError


def words_of(keys, args=()):
    """Returns a list of one key, or of several in a collection, followed by further keys."""
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
    """Returns a list in which the keys and values of a mapping alternate."""
    return [part for pair in mapping.items() for part in pair]


def only_one(*chosen):
    """Returns whether at most one of the values is true."""
    return sum(map(bool, chosen)) <= 1


def _is(value, name):
    # A caller that passes a timedelta or datetime has already imported the module, so it need not be imported here.
    module = sys.modules.get("datetime")
    return module is not None and isinstance(value, getattr(module, name))


def seconds(time):
    """Converts a timedelta to whole seconds. Other values stay as they are."""
    return int(time.total_seconds()) if _is(time, "timedelta") else time


def milliseconds(time):
    """Converts a timedelta to whole milliseconds. Other values stay as they are."""
    return int(time.total_seconds() * 1000) if _is(time, "timedelta") else time


def unix_seconds(when):
    """Converts a datetime to unix seconds. Other values stay as they are."""
    return int(when.timestamp()) if _is(when, "datetime") else when


def unix_milliseconds(when):
    """Converts a datetime to unix milliseconds. Other values stay as they are."""
    return int(when.timestamp() * 1000) if _is(when, "datetime") else when


def expiry(ex, px, exat, pxat):
    """Returns the command's arguments for a time to live or an expiry time, from the first parameter that is given."""
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
    """Raises an error if more than one of these is given. `other` is the value of the option called `name`."""
    if not only_one(ex is not None, px is not None, exat is not None, pxat is not None, other):
        raise DataError(f"``ex``, ``px``, ``exat``, ``pxat``, and ``{name}`` are mutually exclusive.")


def one_expiry(ex, px, exat, pxat, other, name):
    """Returns the command's arguments for an expiry. Raises an error as refuse_second_expiry does."""
    refuse_second_expiry(ex, px, exat, pxat, other, name)
    return expiry(ex, px, exat, pxat)


def conditions(nx, xx, gt, lt):
    """Returns the command's arguments for the conditions of EXPIRE."""
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
    """Raises an error if only one of the two is given. Returns whether both are."""
    if (one is None) != (other is None):
        raise DataError(message)
    return one is not None


def found(match, count):
    """Returns the command's arguments for the options MATCH and COUNT of SCAN."""
    words = []
    if match is not None:
        words += (b"MATCH", match)
    if count is not None:
        words += (b"COUNT", count)
    return words


# --- warnings, worded as in redis-py; `stacklevel=3` refers to the line that called the method ---


def warn_of_function(name, reason, version, stacklevel=3):
    """Warns that a method is deprecated."""
    import warnings

    message = f"Call to deprecated {name}. ({reason}) -- Deprecated since version {version}."
    warnings.warn(message, DeprecationWarning, stacklevel)


def warn_of_argument(argument, function, reason, version, stacklevel=3):
    """Warns that a parameter is deprecated."""
    import warnings

    message = f"Call to '{function}' function with deprecated usage of input argument/s '{argument}'. ({reason})"
    if version:
        message += f" -- Deprecated since version {version}."
    warnings.warn(message, DeprecationWarning, stacklevel)


def warn_of_experiment(name, stacklevel=3):
    """Warns that a method may change in a later version."""
    import warnings

    message = f"Call to experimental method {name}. Be aware that the function arguments can change or be removed in "
    warnings.warn(message + "future versions.", UserWarning, stacklevel)


def warn_of_experimental_argument(argument, function, stacklevel=3):
    """Warns that a parameter may change in a later version."""
    import warnings

    message = f"Call to '{function}' method with experimental usage of input argument/s '{argument}'."
    warnings.warn(message, UserWarning, stacklevel)
