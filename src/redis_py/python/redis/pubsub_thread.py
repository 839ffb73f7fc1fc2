"""The thread that `PubSub.run_in_thread` starts; apart, since it imports threading."""

import threading


class PubSubWorkerThread(threading.Thread):
    """Reads a subscriber's messages until it is stopped."""

    __module__ = "redis.client"

    def __init__(self, pubsub, sleep_time, daemon=False, exception_handler=None, sharded_pubsub=False):
        super().__init__()
        self.daemon = daemon
        self.pubsub = pubsub
        self.sleep_time = sleep_time
        self.exception_handler = exception_handler
        self.sharded_pubsub = sharded_pubsub
        self._running = threading.Event()

    def run(self):
        """Reads messages until `stop`, then closes the subscriber."""
        if self._running.is_set():
            return
        self._running.set()
        pubsub = self.pubsub
        read = pubsub.get_sharded_message if self.sharded_pubsub else pubsub.get_message
        while self._running.is_set():
            try:
                read(ignore_subscribe_messages=True, timeout=self.sleep_time)
            except BaseException as error:
                if self.exception_handler is None:
                    raise
                self.exception_handler(error, pubsub, self)
        pubsub.close()

    def stop(self):
        """Ends the thread after the message it waits for."""
        self._running.clear()
