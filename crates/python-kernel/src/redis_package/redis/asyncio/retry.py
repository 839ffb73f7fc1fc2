"""How often a failed attempt of an asyncio client is repeated, and after which errors."""

from asyncio import sleep

from redis.exceptions import ConnectionError, TimeoutError
from redis.retry import AbstractRetry


class Retry(AbstractRetry):
    """Repeats an attempt up to `retries` times (-1: no limit) after `supported_errors`, with pauses by `backoff`."""

    def __init__(self, backoff, retries, supported_errors=(ConnectionError, TimeoutError)):
        super().__init__(backoff, retries, supported_errors)

    def __eq__(self, other):
        return self._settings() == other._settings() if isinstance(other, Retry) else NotImplemented

    __hash__ = AbstractRetry.__hash__

    async def call_with_retry(self, do, fail, is_retryable=None, with_failure_count=False):
        """Awaits `do` until it succeeds or no retries are left. Awaits `fail` with the error of each failure."""
        self._backoff.reset()
        failures = 0
        while True:
            try:
                return await do()
            except self._supported_errors as error:
                failed = error
            if getattr(failed, "refused", False) or (is_retryable is not None and not is_retryable(failed)):
                raise failed
            failures += 1
            if with_failure_count:
                await fail(failed, failures)
            else:
                await fail(failed)
            if 0 <= self._retries < failures:
                raise failed
            pause = self._backoff.compute(failures)
            if pause > 0:
                await sleep(pause)
