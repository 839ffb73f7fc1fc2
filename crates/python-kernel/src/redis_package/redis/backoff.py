"""How long to wait between two attempts, in seconds."""

DEFAULT_CAP = 0.512
DEFAULT_BASE = 0.008


def _random():
    # Imported when something has failed: an import of redis must stay cheap.
    import random

    return random


class AbstractBackoff:
    """The root of the waiting rules."""

    def reset(self):
        """Starts anew, before the first failure."""

    def compute(self, failures):
        """The seconds to wait after so many failures."""
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
    """Always the same wait."""

    def __init__(self, backoff):
        self._backoff = backoff

    def _settings(self):
        return (self._backoff,)

    def compute(self, failures):
        """The seconds to wait after so many failures."""
        return self._backoff


class NoBackoff(ConstantBackoff):
    """No wait at all."""

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
    """Twice as long after each failure, up to a cap."""

    def compute(self, failures):
        """The seconds to wait after so many failures."""
        return self._doubled(failures)


class FullJitterBackoff(_Growing):
    """Anything from nothing up to the exponential wait."""

    def compute(self, failures):
        """The seconds to wait after so many failures."""
        return _random().uniform(0, self._doubled(failures))


class EqualJitterBackoff(_Growing):
    """Half of the exponential wait, and up to as much again."""

    def compute(self, failures):
        """The seconds to wait after so many failures."""
        half = self._doubled(failures) / 2
        return half + _random().uniform(0, half)


class DecorrelatedJitterBackoff(_Growing):
    """Anything up to three times the last wait, up to a cap."""

    _previous_backoff = 0

    def reset(self):
        """Starts anew, before the first failure."""
        self._previous_backoff = 0

    def compute(self, failures):
        """The seconds to wait after so many failures."""
        longest = max(self._base, self._previous_backoff * 3)
        self._previous_backoff = min(self._cap, _random().uniform(self._base, longest))
        return self._previous_backoff


class ExponentialWithJitterBackoff(_Growing):
    """A random part of the exponential wait, up to a cap: what a client does by default."""

    def compute(self, failures):
        """The seconds to wait after so many failures."""
        return min(self._cap, _random().random() * self._base * 2**failures)


def default_backoff():
    """A wait with equal jitter."""
    return EqualJitterBackoff()
