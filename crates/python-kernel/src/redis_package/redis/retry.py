"""Policies that decide how often a failed attempt is repeated, and after which errors."""

from _wire import sleep

from redis.exceptions import ConnectionError, TimeoutError


class AbstractRetry:
    """The base class of Retry: a backoff, a number of retries, and the errors after which to retry."""

    def __init__(self, backoff, retries, supported_errors):
        self._backoff = backoff
        self._retries = retries
        self._supported_errors = supported_errors

    def __hash__(self):
        return hash((self._backoff, self._retries, frozenset(self._supported_errors)))

    def _settings(self):
        return self._backoff, self._retries, set(self._supported_errors)

    def __deepcopy__(self, memo):
        return self.copied()

    def copied(self):
        """Returns an independent copy."""
        return type(self)(self._backoff, self._retries, self._supported_errors)

    def update_supported_errors(self, specified_errors):
        """Adds error classes to those after which to retry."""
        self._supported_errors = tuple({*self._supported_errors, *specified_errors})

    def get_retries(self):
        """Returns the maximum number of retries."""
        return self._retries

    def update_retries(self, value):
        """Sets the maximum number of retries."""
        self._retries = value


class Retry(AbstractRetry):
    """Repeats an attempt up to `retries` times (-1: no limit) after `supported_errors`, with pauses by `backoff`."""

    def __init__(self, backoff, retries, supported_errors=(ConnectionError, TimeoutError)):
        super().__init__(backoff, retries, supported_errors)

    def __eq__(self, other):
        return self._settings() == other._settings() if isinstance(other, Retry) else NotImplemented

    __hash__ = AbstractRetry.__hash__

    def call_with_retry(self, do, fail, is_retryable=None, with_failure_count=False):
        """Calls `do` until it succeeds or no retries are left. Calls `fail` with the error of each failure."""
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
