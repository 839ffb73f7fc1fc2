"""A lock that several clients share.

redis-py releases and extends a lock with Lua scripts, so that it never changes another client's lock. redis-tutor's
Redis does not run scripts, so this class uses a transaction instead. It watches the key, compares the key's value
with the lock's token, and changes the key with MULTI and EXEC, which have no effect if the key was changed in the
meantime. Apart from the commands that are sent, the lock behaves as in redis-py.
"""

import _wire

from redis.exceptions import LockError, LockNotOwnedError, WatchError


class _Local:
    """Stores the token of one holder. With `thread_local`, a `threading.local` is used instead of this class."""

    token = None


def _local(for_each_thread):
    if not for_each_thread:
        return _Local()
    from _thread import _local as thread_local

    return thread_local()


class Lock:
    """A lock stored in a key, held until it is released or its `timeout` (in seconds) is over.

        with r.lock('report', timeout=10):
            ...
    """

    def __init__(
        self,
        redis,
        name,
        timeout=None,
        sleep=0.1,
        blocking=True,
        blocking_timeout=None,
        thread_local=True,
        raise_on_release_error=True,
    ):
        self.redis = redis
        self.name = name
        self.timeout = timeout
        self.sleep = sleep
        self.blocking = blocking
        self.blocking_timeout = blocking_timeout
        self.thread_local = bool(thread_local)
        self.raise_on_release_error = raise_on_release_error
        self.local = _local(self.thread_local)
        self.local.token = None

    def __enter__(self):
        if self.acquire():
            return self
        raise LockError("Unable to acquire lock within the time specified", lock_name=self.name)

    def __exit__(self, exc_type, exc_value, traceback):
        try:
            self.release()
        except LockError:
            if self.raise_on_release_error:
                raise
            import logging

            logging.getLogger(__name__).warning(
                "Lock was unlocked or no longer owned when exiting context manager."
            )

    def acquire(self, sleep=None, blocking=None, blocking_timeout=None, token=None):
        """Acquires the lock, trying again every `sleep` seconds. Returns whether it was acquired.

        `blocking=False` tries only once, and `blocking_timeout` limits the time in seconds. `token` is the value of the
        key, which identifies the holder. It is random by default.
        """
        sleep = self.sleep if sleep is None else sleep
        blocking = self.blocking if blocking is None else blocking
        if blocking_timeout is None:
            blocking_timeout = self.blocking_timeout
        token = _new_token() if token is None else self.redis.get_encoder().encode(token)
        give_up = None if blocking_timeout is None else _wire.now() + blocking_timeout
        while not self.do_acquire(token):
            if not blocking:
                return False
            if give_up is not None and _wire.now() + sleep > give_up:
                return False
            _wire.sleep(sleep)
        self.local.token = token
        return True

    def do_acquire(self, token):
        """Tries once to set the key. Returns whether it was set."""
        milliseconds = int(self.timeout * 1000) if self.timeout else None
        return bool(self.redis.set(self.name, token, nx=True, px=milliseconds))

    def locked(self):
        """Whether any client holds the lock."""
        return self.redis.get(self.name) is not None

    def owned(self):
        """Whether this object holds the lock."""
        stored = self.redis.get(self.name)
        if stored and not isinstance(stored, bytes):
            stored = self.redis.get_encoder().encode(stored)
        return self.local.token is not None and stored == self.local.token

    def release(self):
        """Releases the lock."""
        token = self.local.token
        if token is None:
            raise LockError("Cannot release a lock that's not owned or is already unlocked.", lock_name=self.name)
        self.local.token = None
        self.do_release(token)

    def do_release(self, expected_token):
        """Deletes the key if its value is this token."""
        if not self._change(expected_token, lambda pipe, left: pipe.delete(self.name)):
            raise LockNotOwnedError("Cannot release a lock that's no longer owned", lock_name=self.name)

    def extend(self, additional_time, replace_ttl=False):
        """Adds seconds to the remaining time, or sets the remaining time with `replace_ttl`."""
        self._must_have("extend")
        return self.do_extend(additional_time, replace_ttl)

    def do_extend(self, additional_time, replace_ttl):
        """Sets the new expiry of the key if its value is our token."""
        milliseconds = int(additional_time * 1000)

        def change(pipe, left):
            if left < 0:
                return False
            pipe.pexpire(self.name, milliseconds if replace_ttl else left + milliseconds)

        if not self._change(self.local.token, change):
            raise LockNotOwnedError("Cannot extend a lock that's no longer owned", lock_name=self.name)
        return True

    def reacquire(self):
        """Resets the remaining time to the lock's timeout."""
        self._must_have("reacquire")
        return self.do_reacquire()

    def do_reacquire(self):
        """Resets the expiry of the key if its value is our token."""
        milliseconds = int(self.timeout * 1000)
        if not self._change(self.local.token, lambda pipe, left: pipe.pexpire(self.name, milliseconds)):
            raise LockNotOwnedError("Cannot reacquire a lock that's no longer owned", lock_name=self.name)
        return True

    def _must_have(self, verb):
        if self.local.token is None:
            raise LockError(f"Cannot {verb} an unlocked lock", lock_name=self.name)
        if self.timeout is None:
            raise LockError(f"Cannot {verb} a lock with no timeout", lock_name=self.name)

    def _change(self, token, change):
        """If the key's value is the token, calls `change` to queue a command. Returns whether it was executed."""
        encode = self.redis.get_encoder().encode
        token = encode(token)
        with self.redis.pipeline() as pipe:
            while True:
                pipe.watch(self.name)
                stored = pipe.get(self.name)
                if stored is None or encode(stored) != token:
                    return False
                left = pipe.pttl(self.name)
                pipe.multi()
                if change(pipe, left) is False:
                    return False
                try:
                    pipe.execute()
                    return True
                except WatchError:
                    continue  # the key was changed in the meantime: compare its value again


def _new_token():
    import random

    return b"%032x" % random.getrandbits(128)
