"""The threads that read messages. They have their own module because it imports `threading`."""

import threading


class _ReadingThread(threading.Thread):
    """Reads messages until it is stopped, then closes the subscriber."""

    def __init__(self, daemon, exception_handler):
        super().__init__()
        self.daemon = daemon
        self.exception_handler = exception_handler
        self._running = threading.Event()
        self._begun = threading.Event()

    def start(self):
        """Starts the thread, and waits until it runs, so that a `stop` directly after `start` has an effect.

        A new thread in CPython runs before `start` returns. In this interpreter, the two threads run at the same time.
        """
        super().start()
        self._begun.wait()

    def _source(self):
        """Returns the subscriber, the method that reads a message, and the timeout of that method."""
        raise NotImplementedError

    def run(self):
        """Reads messages until `stop`, then closes the subscriber."""
        if self._running.is_set():
            return
        self._running.set()
        self._begun.set()
        source, read, timeout = self._source()
        while self._running.is_set():
            try:
                read(ignore_subscribe_messages=True, timeout=timeout)
            except BaseException as error:
                if self.exception_handler is None:
                    raise
                self.exception_handler(error, source, self)
        source.close()

    def stop(self):
        """Ends the thread after its current wait for a message."""
        self._running.clear()


class PubSubWorkerThread(_ReadingThread):
    """Reads a subscriber's messages until it is stopped."""

    __module__ = "redis.client"

    def __init__(self, pubsub, sleep_time, daemon=False, exception_handler=None, sharded_pubsub=False):
        super().__init__(daemon, exception_handler)
        self.pubsub = pubsub
        self.sleep_time = sleep_time
        self.sharded_pubsub = sharded_pubsub

    def _source(self):
        pubsub = self.pubsub
        return pubsub, pubsub.get_sharded_message if self.sharded_pubsub else pubsub.get_message, self.sleep_time


class KeyspaceWorkerThread(_ReadingThread):
    """Reads notifications until it is stopped."""

    __module__ = "redis.keyspace_notifications"

    def __init__(self, notifications, poll_timeout, daemon=False, exception_handler=None):
        super().__init__(daemon, exception_handler)
        self.notifications = notifications
        self.poll_timeout = poll_timeout

    def _source(self):
        return self.notifications, self.notifications.get_message, self.poll_timeout
