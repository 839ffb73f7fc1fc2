"""A class for a subscription and its handler, and aliases for annotations."""


class Subscription:
    """A channel or pattern, and the function to call with each of its messages."""

    def __init__(self, name, handler=None):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "handler", handler)

    def __setattr__(self, attribute, value):
        raise AttributeError(f"cannot assign to field {attribute!r}")

    def __repr__(self):
        return f"Subscription(name={self.name!r}, handler={self.handler!r})"

    def __eq__(self, other):
        if type(other) is not Subscription:
            return NotImplemented
        return (self.name, self.handler) == (other.name, other.handler)

    def __hash__(self):
        return hash((self.name, self.handler))


def __getattr__(name):
    # The aliases are loaded on first use, because they need the module `typing`, whose import is slow.
    from redis import type_aliases

    try:
        return getattr(type_aliases, name)
    except AttributeError:
        raise AttributeError(f"module 'redis.typing' has no attribute {name!r}") from None
