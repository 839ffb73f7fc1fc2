"""The connections to the server: who they are, what they are told."""

from redis.exceptions import DataError


def refuse(command, address=None):
    """Some commands are not implemented in redis-py itself; the wording, line breaks included, is its own."""
    message = f"{command} is intentionally not implemented in the client."
    if address:
        more = f"For more information, see https://redis.io/commands/{address}"
        message = f"\n            {message}\n\n            {more}\n            "
    raise NotImplementedError(message)


class ManagementCommands:
    """The commands on connections; those on the server are in server.py, under the same name as in redis-py."""

    def auth(self, password, username=None, **kwargs):
        """Says who this connection is."""
        words = [password] if username is None else [username, password]
        return self.execute_command("AUTH", *words, **kwargs)

    def ping(self, **kwargs):
        """True if the server answers."""
        return self.execute_command("PING", **kwargs)

    def echo(self, value, **kwargs):
        """The value back from the server."""
        return self.execute_command("ECHO", value, **kwargs)

    def select(self, index, **kwargs):
        """Changes this connection's database; a client's `db` is the better way."""
        return self.execute_command("SELECT", index, **kwargs)

    def quit(self, **kwargs):
        """Asks the server to close the connection."""
        return self.execute_command("QUIT", **kwargs)

    def reset(self):
        """Puts this connection in its first state."""
        return self.execute_command("RESET")

    def hello(self):
        """Not in redis-py: a client's `protocol` says the same."""
        refuse("HELLO")

    def client_id(self, **kwargs):
        """This connection's number."""
        return self.execute_command("CLIENT ID", **kwargs)

    def client_info(self, **kwargs):
        """What the server knows of this connection, as a dict."""
        return self.execute_command("CLIENT INFO", **kwargs)

    def client_list(self, _type=None, client_id=[], **kwargs):
        """What the server knows of all connections, or of these, as a list of dicts."""
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
        """This connection's name, or None."""
        return self.execute_command("CLIENT GETNAME", **kwargs)

    def client_setname(self, name, **kwargs):
        """Names this connection."""
        return self.execute_command("CLIENT SETNAME", name, **kwargs)

    def client_setinfo(self, attr, value, **kwargs):
        """Tells the server the library's name (LIB-NAME) or version (LIB-VER)."""
        return self.execute_command("CLIENT SETINFO", attr, value, **kwargs)

    def client_kill(self, address, **kwargs):
        """Ends the connection from an address."""
        return self.execute_command("CLIENT KILL", address, **kwargs)

    def client_kill_filter(
        self, _id=None, _type=None, addr=None, skipme=None, laddr=None, user=None, maxage=None, **kwargs
    ):
        """Ends the connections that all these describe; how many."""
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
        """Ends the waiting of a blocked connection; with an error, if asked for. Whether it was blocked."""
        return self.execute_command("CLIENT UNBLOCK", int(client_id), *([b"ERROR"] if error else []), **kwargs)

    def client_pause(self, timeout, all=True, **kwargs):
        """Lets all commands, or only writes with `all=False`, wait so many milliseconds."""
        if not isinstance(timeout, int):
            raise DataError("CLIENT PAUSE timeout must be an integer")
        return self.execute_command("CLIENT PAUSE", str(timeout), *([] if all else ["WRITE"]), **kwargs)

    def client_unpause(self, **kwargs):
        """Ends a pause."""
        return self.execute_command("CLIENT UNPAUSE", **kwargs)

    def client_reply(self, reply, **kwargs):
        """Whether this connection gets replies: ON, OFF or SKIP."""
        replies = ["ON", "OFF", "SKIP"]
        if reply not in replies:
            raise DataError(f"CLIENT REPLY must be one of {replies!r}")
        return self.execute_command("CLIENT REPLY", reply, **kwargs)

    def client_no_evict(self, mode):
        """Whether this connection may be dropped when memory is short: ON or OFF."""
        return self.execute_command("CLIENT NO-EVICT", mode)

    def client_no_touch(self, mode):
        """Whether this connection's commands leave the keys' last use alone: ON or OFF."""
        return self.execute_command("CLIENT NO-TOUCH", mode)

    def client_getredir(self, **kwargs):
        """To which connection tracking messages go."""
        return self.execute_command("CLIENT GETREDIR", **kwargs)

    def client_tracking_on(
        self, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False
    ):
        """Starts tracking the keys this connection reads."""
        return self.client_tracking(True, clientid, prefix, bcast, optin, optout, noloop)

    def client_tracking_off(
        self, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False
    ):
        """Ends tracking the keys this connection reads."""
        return self.client_tracking(False, clientid, prefix, bcast, optin, optout, noloop)

    def client_tracking(
        self, on=True, clientid=None, prefix=[], bcast=False, optin=False, optout=False, noloop=False, **kwargs
    ):
        """Starts or ends tracking the keys this connection reads."""
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
        """How this connection's tracking is set."""
        return self.execute_command("CLIENT TRACKINGINFO", **kwargs)
