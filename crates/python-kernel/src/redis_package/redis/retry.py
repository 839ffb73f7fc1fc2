"""How often a failed attempt is repeated, and which failures are."""

from _wire import sleep

from redis.exceptions import ConnectionError, TimeoutError


class AbstractRetry:
    """What Retry and its like have in common: a backoff, a number of retries, the errors that are retried."""

    def __init__(self, backoff, retries, supported_errors):
        self._backoff = backoff
        self._retries = retries
        self._supported_errors = supported_errors

    def __hash__(self):
        return hash((self._backoff, self._retries, frozenset(self._supported_errors)))

    def update_supported_errors(self, specified_errors):
        """Adds error classes to those that are retried."""
        self._supported_errors = tuple({*self._supported_errors, *specified_errors})

    def get_retries(self):
        """How many times an attempt is repeated."""
        return self._retries

    def update_retries(self, value):
        """Sets how many times an attempt is repeated."""
        self._retries = value


class Retry(AbstractRetry):
    """Repeats what failed with one of `supported_errors`, `retries` times (-1: for ever), waiting as `backoff` says."""

    def __init__(self, backoff, retries, supported_errors=(ConnectionError, TimeoutError)):
        super().__init__(backoff, retries, supported_errors)

    def __eq__(self, other):
        if not isinstance(other, Retry):
            return NotImplemented
        return (self._backoff, self._retries, set(self._supported_errors)) == (
            other._backoff,
            other._retries,
            set(other._supported_errors),
        )

    __hash__ = AbstractRetry.__hash__

    def __deepcopy__(self, memo):
        return self.copied()

    def copied(self):
        """One like this, to be changed on its own."""
        return type(self)(self._backoff, self._retries, self._supported_errors)

    def call_with_retry(self, do, fail, is_retryable=None, with_failure_count=False):
        """Calls `do` until it succeeds or the retries are used up; after each failure calls `fail` with the error."""
        self._backoff.reset()
        failures = 0
        while True:
            try:
                return do()
            except self._supported_errors as error:
                failed = error
            if getattr(failed, "refused", False) or (is_retryable is not None and not is_retryable(failed)):
                raise failed
            failures += 1
            if with_failure_count:
                fail(failed, failures)
            else:
                fail(failed)
            if 0 <= self._retries < failures:
                raise failed
            pause = self._backoff.compute(failures)
            if pause > 0:
                sleep(pause)
