"""Commands about connections to the server."""

from redis.exceptions import DataError


def refuse(command, address=None):
    """Raises the error for a command that redis-py does not implement. Text and line breaks are redis-py's."""
    message = f"{command} is intentionally not implemented in the client."
    if address:
        more = f"For more information, see https://redis.io/commands/{address}"
        message = f"\n            {message}\n\n            {more}\n            "
    raise NotImplementedError(message)


class ManagementCommands:
    """The commands on connections. As in redis-py, server.py adds the commands on the server to the same class."""

    def auth(self, password, username=None, **kwargs):
        """Authenticates this connection."""
        words = [password] if username is None else [username, password]
        return self.execute_command("AUTH", *words, **kwargs)

    def ping(self, **kwargs):
        """Returns True if the server answers."""
        return self.execute_command("PING", **kwargs)

    def echo(self, value, **kwargs):
        """Returns the value, sent back by the server."""
        return self.execute_command("ECHO", value, **kwargs)

    def select(self, index, **kwargs):
        """Changes the database of this connection. Prefer the client's `db` argument."""
        return self.execute_command("SELECT", index, **kwargs)

    def quit(self, **kwargs):
        """Asks the server to close this connection."""
        return self.execute_command("QUIT", **kwargs)

    def reset(self):
        """Resets this connection to its initial state."""
        return self.execute_command("RESET")

    def hello(self):
        """Not implemented in redis-py. Use the client's `protocol` argument instead."""
        refuse("HELLO")

    def client_id(self, **kwargs):
        """Returns the id of this connection."""
        return self.execute_command("CLIENT ID", **kwargs)

    def client_info(self, **kwargs):
        """Returns what the server knows about this connection, as a dict."""
        return self.execute_command("CLIENT INFO", **kwargs)

    def client_list(self, _type=None, client_id=[], **kwargs):
        """Returns what the server knows about all connections, or about some of them, as a list of dicts."""
        words = []
        if _type is not None:
            types = ("normal", "master", "replica", "pubsub")
            if str(_type).lower() not in types:
                raise DataError(f"CLIENT LIST _type must be one of {types!r}")
            words += (b"TYPE", _type)
        if not isinstance(client_id, list):
            raise DataError("client_id must be a list")
        if client_id:
            words += (b"ID", *client_id)
        return self.execute_command("CLIENT LIST", *words, **kwargs)

    def client_getname(self, **kwargs):
        """Returns the name of this connection, or None."""
        return self.execute_command("CLIENT GETNAME", **kwargs)

    def client_setname(self, name, **kwargs):
        """Sets the name of this connection."""
        return self.execute_command("CLIENT SETNAME", name, **kwargs)

    def client_setinfo(self, attr, value, **kwargs):
        """Sends the library's name (LIB-NAME) or version (LIB-VER) to the server."""
        return self.execute_command("CLIENT SETINFO", attr, value, **kwargs)

    def client_kill(self, address, **kwargs):
        """Closes the connection from an address."""
        return self.execute_command("CLIENT KILL", address, **kwargs)

    def client_kill_filter(
        self, _id=None, _type=None, addr=None, skipme=None, laddr=None, user=None, maxage=None, **kwargs
    ):
        """Closes the connections that match all of these filters, and returns how many there were."""
        words = []
        if _type is not None:
            types = ("normal", "master", "slave", "replica", "pubsub")
            if str(_type).lower() not in types:
                raise DataError(f"CLIENT KILL type must be one of {types!r}")
            words += (b"TYPE", _type)
        if skipme is not None:
            if not isinstance(skipme, bool):
                raise DataError("CLIENT KILL skipme must be a bool")
            words += (b"SKIPME", b"YES" if skipme else b"NO")
        described = ((b"ID", _id), (b"ADDR", addr), (b"LADDR", laddr), (b"USER", user), (b"MAXAGE", maxage))
        for word, value in described:
            if value is not None:
                words += (word, value)
        if not words:
            raise DataError(
                "CLIENT KILL <filter> <value> ... ... <filter> <value> must specify at least one filter"
            )
        return self.execute_command("CLIENT KILL", *words, **kwargs)

    def client_unblock(self, client_id, error=False, **kwargs):
        """Wakes a blocked connection, with an error if `error` is true. Returns whether it was blocked."""
        return self.execute_command("CLIENT UNBLOCK", int(client_id), *([b"ERROR"] if error else []), **kwargs)

    def client_pause(self, timeout, all=True, **kwargs):
        """Delays all commands for some milliseconds, or only writes with `all=False`."""
        if not isinstance(timeout, int):
            raise DataError("CLIENT PAUSE timeout must be an integer")
        return self.execute_command("CLIENT PAUSE", str(timeout), *([] if all else ["WRITE"]), **kwargs)

    def client_unpause(self, **kwargs):
        """Ends a pause."""
        return self.execute_command("CLIENT UNPAUSE", **kwargs)

    def client_reply(self, reply, **kwargs):
        """Sets whether this connection gets replies: ON, OFF or SKIP."""
        replies = ["ON", "OFF", "SKIP"]
        if reply not in replies:
            raise DataError(f"CLIENT REPLY must be one of {replies!r}")
        return self.execute_command("CLIENT REPLY", reply, **kwargs)

    def client_no_evict(self, mode):
        """Sets whether this connection is exempt from eviction when memory is short: ON or OFF."""
        return self.execute_command("CLIENT NO-EVICT", mode)

    def client_no_touch(self, mode):
        """Sets whether this connection's commands leave the keys' last use unchanged: ON or OFF."""
        return self.execute_command("CLIENT NO-TOUCH", mode)

    def client_getredir(self, **kwargs):
        """Returns the id of the connection that receives tracking messages."""
        return self.execute_command("CLIENT GETREDIR", **kwargs)

    def client_tracking_on(
        self, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False
    ):
        """Starts tracking the keys that this connection reads."""
        return self.client_tracking(True, clientid, prefix, bcast, optin, optout, noloop)

    def client_tracking_off(
        self, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False
    ):
        """Stops tracking the keys that this connection reads."""
        return self.client_tracking(False, clientid, prefix, bcast, optin, optout, noloop)

    def client_tracking(
        self, on=True, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False, **kwargs
    ):
        """Starts or stops tracking the keys that this connection reads."""
        if len(prefix) != 0 and bcast is False:
            raise DataError("Prefix can only be used with bcast")
        words = ["ON" if on else "OFF"]
        if clientid is not None:
            words += ("REDIRECT", clientid)
        for start in prefix:
            words += ("PREFIX", start)
        flags = ((bcast, "BCAST"), (optin, "OPTIN"), (optout, "OPTOUT"), (noloop, "NOLOOP"))
        words += [word for given, word in flags if given]
        return self.execute_command("CLIENT TRACKING", *words, **kwargs)

    def client_trackinginfo(self, **kwargs):
        """Returns the tracking settings of this connection."""
        return self.execute_command("CLIENT TRACKINGINFO", **kwargs)
