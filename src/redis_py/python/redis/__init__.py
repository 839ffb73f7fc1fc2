"""A placeholder, until the package stands."""
import _wire


class Redis:
    def __init__(self, **options):
        self.connection = None

    def execute_command(self, *command):
        if self.connection is None:
            self.connection, _ = _wire.open("localhost", 6379, [("CLIENT", "SETINFO", "LIB-NAME", "redis-py")])
        return _wire.call(self.connection, command, 5.0, None)

    def get(self, name):
        return self.execute_command("GET", name)

    def set(self, name, value):
        return self.execute_command("SET", name, value)

    def incr(self, name):
        return self.execute_command("INCRBY", name, 1)
