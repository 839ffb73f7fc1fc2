"""A lock that several asyncio clients share.

redis-py releases and extends a lock by Lua scripts. As in `redis.lock`, a transaction that watches the key takes their
place, so only the commands that are sent differ.
"""

import asyncio

from redis import lock
from redis.exceptions import LockError, LockNotOwnedError, WatchError
from redis.lock import _new_token


class Lock:
    """A lock stored in a key, held until it is released or its `timeout` (in seconds) is over.

        async with r.lock('report', timeout=10):
            ...
    """

    __init__ = lock.Lock.__init__

    async def __aenter__(self):
        if await self.acquire():
            return self
        raise LockError("Unable to acquire lock within the time specified")

    async def __aexit__(self, exc_type, exc_value, traceback):
        try:
            await self.release()
        except LockError:
            if self.raise_on_release_error:
                raise
            import logging

            logging.getLogger(__name__).warning(
                "Lock was unlocked or no longer owned when exiting context manager."
            )

    async def acquire(self, blocking=None, blocking_timeout=None, token=None):
        """Acquires the lock, trying again every `sleep` seconds. Returns whether it was acquired.

        `blocking=False` tries only once, and `blocking_timeout` limits the time in seconds. `token` is the value of the
        key, which identifies the holder. It is random by default.
        """
        blocking = self.blocking if blocking is None else blocking
        if blocking_timeout is None:
            blocking_timeout = self.blocking_timeout
        token = _new_token() if token is None else self.redis.get_encoder().encode(token)
        now = asyncio.get_running_loop().time
        give_up = None if blocking_timeout is None else now() + blocking_timeout
        while not await self.do_acquire(token):
            if not blocking:
                return False
            if give_up is not None and now() + self.sleep > give_up:
                return False
            await asyncio.sleep(self.sleep)
        self.local.token = token
        return True

    async def do_acquire(self, token):
        """Tries once to set the key. Returns whether it was set."""
        milliseconds = int(self.timeout * 1000) if self.timeout else None
        return bool(await self.redis.set(self.name, token, nx=True, px=milliseconds))

    async def locked(self):
        """Whether any client holds the lock."""
        return await self.redis.get(self.name) is not None

    async def owned(self):
        """Whether this object holds the lock."""
        stored = await self.redis.get(self.name)
        if stored and not isinstance(stored, bytes):
            stored = self.redis.get_encoder().encode(stored)
        return self.local.token is not None and stored == self.local.token

    async def release(self):
        """Releases the lock."""
        token = self.local.token
        if token is None:
            raise LockError("Cannot release a lock that's not owned or is already unlocked.", lock_name=self.name)
        try:
            await self.do_release(token)
        except LockNotOwnedError:
            self.local.token = None
            raise
        self.local.token = None

    async def do_release(self, expected_token):
        """Deletes the key if its value is this token."""
        if not await self._change(expected_token, lambda pipe, left: pipe.delete(self.name)):
            raise LockNotOwnedError("Cannot release a lock that's no longer owned")

    def extend(self, additional_time, replace_ttl=False):
        """Adds seconds to the remaining time, or sets the remaining time with `replace_ttl`."""
        self._must_have("extend")
        return self.do_extend(additional_time, replace_ttl)

    async def do_extend(self, additional_time, replace_ttl):
        """Sets the new expiry of the key if its value is our token."""
        milliseconds = int(additional_time * 1000)

        def change(pipe, left):
            if left < 0:
                return False
            pipe.pexpire(self.name, milliseconds if replace_ttl else left + milliseconds)

        if not await self._change(self.local.token, change):
            raise LockNotOwnedError("Cannot extend a lock that's no longer owned")
        return True

    def reacquire(self):
        """Resets the remaining time to the lock's timeout."""
        self._must_have("reacquire")
        return self.do_reacquire()

    async def do_reacquire(self):
        """Resets the expiry of the key if its value is our token."""
        milliseconds = int(self.timeout * 1000)
        if not await self._change(self.local.token, lambda pipe, left: pipe.pexpire(self.name, milliseconds)):
            raise LockNotOwnedError("Cannot reacquire a lock that's no longer owned")
        return True

    def _must_have(self, verb):
        if self.local.token is None:
            raise LockError(f"Cannot {verb} an unlocked lock")
        if self.timeout is None:
            raise LockError(f"Cannot {verb} a lock with no timeout")

    async def _change(self, token, change):
        """If the key's value is the token, calls `change` to queue a command. Returns whether it was executed."""
        encode = self.redis.get_encoder().encode
        token = encode(token)
        async with self.redis.pipeline() as pipe:
            while True:
                await pipe.watch(self.name)
                stored = await pipe.get(self.name)
                if stored is None or encode(stored) != token:
                    return False
                left = await pipe.pttl(self.name)
                pipe.multi()
                if change(pipe, left) is False:
                    return False
                try:
                    await pipe.execute()
                    return True
                except WatchError:
                    continue  # the key was changed in the meantime: compare its value again
