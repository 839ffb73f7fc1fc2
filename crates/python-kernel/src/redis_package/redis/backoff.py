"""Backoff policies, which decide how many seconds to wait between two attempts."""

DEFAULT_CAP = 0.512
DEFAULT_BASE = 0.008


def _random():
    # `random` is imported only after a failure, so that importing redis stays fast.
    import random

    return random


class AbstractBackoff:
    """The base class of all policies."""

    def reset(self):
        """Resets the policy to its state before the first failure."""

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        raise NotImplementedError

    def _settings(self):
        return ()

    def __hash__(self):
        return hash(self._settings())

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return self._settings() == other._settings()


class ConstantBackoff(AbstractBackoff):
    """The same pause after each failure."""

    def __init__(self, backoff):
        self._backoff = backoff

    def _settings(self):
        return (self._backoff,)

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        return self._backoff


class NoBackoff(ConstantBackoff):
    """No pause."""

    def __init__(self):
        super().__init__(0)


class _Growing(AbstractBackoff):
    def __init__(self, cap=DEFAULT_CAP, base=DEFAULT_BASE):
        self._cap = cap
        self._base = base

    def _settings(self):
        return (self._base, self._cap)

    def _doubled(self, failures):
        return min(self._cap, self._base * 2**failures)


class ExponentialBackoff(_Growing):
    """Doubles the pause after each failure, up to a maximum."""

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        return self._doubled(failures)


class FullJitterBackoff(_Growing):
    """A random pause from 0 to the exponential pause."""

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        return _random().uniform(0, self._doubled(failures))


class EqualJitterBackoff(_Growing):
    """Half of the exponential pause, plus a random part of the other half."""

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        half = self._doubled(failures) / 2
        return half + _random().uniform(0, half)


class DecorrelatedJitterBackoff(_Growing):
    """A random pause up to three times the previous one, up to a maximum."""

    _previous_backoff = 0

    def reset(self):
        """Resets the policy to its state before the first failure."""
        self._previous_backoff = 0

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        longest = max(self._base, self._previous_backoff * 3)
        self._previous_backoff = min(self._cap, _random().uniform(self._base, longest))
        return self._previous_backoff


class ExponentialWithJitterBackoff(_Growing):
    """A random part of the exponential pause, up to a maximum. The default of a client."""

    def compute(self, failures):
        """Returns the pause in seconds after this number of failures."""
        return min(self._cap, _random().random() * self._base * 2**failures)


def default_backoff():
    """Returns an EqualJitterBackoff."""
    return EqualJitterBackoff()
