"""Users and their permissions."""

from redis.commands.arguments import words_of
from redis.encoder import Encoder
from redis.exceptions import DataError

_ENCODER = Encoder("utf-8", "strict", False)
_encode = _ENCODER.encode


def _signed(words, signs, problem):
    """Yields the replacement of each word's sign, and the rest of the word, as bytes."""
    for index, word in enumerate(words):
        encoded = _encode(word)
        sign = signs.get(encoded[:1])
        if sign is None:
            shown = encoded.decode("utf-8", "strict")
            raise DataError(problem.format(index=index, word=shown))
        yield sign, encoded[1:]


_PREFIXES = 'must be prefixed with a "+" to add or a "-" to remove'
_SIGNS = 'must be prefixed with "+" or "-"'
_SAME_SIGNS = {b"+": b"+", b"-": b"-"}


class ACLCommands:
    """The commands on users and their permissions."""

    def acl_cat(self, category=None, **kwargs):
        """Returns the categories of commands, or the commands of a category."""
        return self.execute_command("ACL CAT", *([category] if category else []), **kwargs)

    def acl_dryrun(self, username, *args, **kwargs):
        """Returns OK if a user may run a command, or the reason why not. The command is not run."""
        return self.execute_command("ACL DRYRUN", username, *args, **kwargs)

    def acl_deluser(self, *username, **kwargs):
        """Deletes users. Returns how many existed."""
        return self.execute_command("ACL DELUSER", *username, **kwargs)

    def acl_genpass(self, bits=None, **kwargs):
        """Returns a random password of hexadecimal digits, for 256 bits or for the given number of bits."""
        words = []
        if bits is not None:
            try:
                number = int(bits)
                if number < 0 or number > 4096:
                    raise ValueError
            except ValueError:
                raise DataError("genpass optionally accepts a bits argument, between 0 and 4096.")
            words.append(number)
        return self.execute_command("ACL GENPASS", *words, **kwargs)

    def acl_getuser(self, username, **kwargs):
        """Returns what a user may do, as a dict, or None if there is no such user."""
        return self.execute_command("ACL GETUSER", username, **kwargs)

    def acl_help(self, **kwargs):
        """Returns the help about the subcommands of ACL."""
        return self.execute_command("ACL HELP", **kwargs)

    def acl_list(self, **kwargs):
        """Returns all users with their rules, as a list of str."""
        return self.execute_command("ACL LIST", **kwargs)

    def acl_log(self, count=None, **kwargs):
        """Returns what was denied, newest first, as a list of dicts."""
        words = []
        if count is not None:
            if not isinstance(count, int):
                raise DataError("ACL LOG count must be an integer")
            words.append(count)
        return self.execute_command("ACL LOG", *words, **kwargs)

    def acl_log_reset(self, **kwargs):
        """Clears the log of what was denied."""
        return self.execute_command("ACL LOG", b"RESET", **kwargs)

    def acl_load(self, **kwargs):
        """Loads the users from the server's file of users."""
        return self.execute_command("ACL LOAD", **kwargs)

    def acl_save(self, **kwargs):
        """Saves the users to the server's file of users."""
        return self.execute_command("ACL SAVE", **kwargs)

    def acl_setuser(
        self,
        username,
        enabled=False,
        nopass=False,
        passwords=None,
        hashed_passwords=None,
        categories=None,
        commands=None,
        keys=None,
        channels=None,
        selectors=None,
        reset=False,
        reset_keys=False,
        reset_channels=False,
        reset_passwords=False,
        **kwargs,
    ):
        """Creates a user, or changes one.

        Passwords, categories and commands begin with "+" to add or "-" to remove them. `selectors` is a list of pairs
        of a command and a key pattern.
        """
        words = [
            word
            for given, word in (
                (reset, b"reset"),
                (reset_keys, b"resetkeys"),
                (reset_channels, b"resetchannels"),
                (reset_passwords, b"resetpass"),
            )
            if given
        ]
        words.append(b"on" if enabled else b"off")
        if (passwords or hashed_passwords) and nopass:
            raise DataError("Cannot set 'nopass' and supply 'passwords' or 'hashed_passwords'")
        if passwords:
            problem = "Password {index} " + _PREFIXES
            words += (a + b for a, b in _signed(words_of(passwords), {b"+": b">", b"-": b"<"}, problem))
        if hashed_passwords:
            problem = "Hashed password {index} " + _PREFIXES
            words += (a + b for a, b in _signed(words_of(hashed_passwords), {b"+": b"#", b"-": b"!"}, problem))
        if nopass:
            words.append(b"nopass")
        for sign, name in _signed(categories or (), _SAME_SIGNS, 'Category "{word}" ' + _SIGNS):
            words.append(sign + (name if name.startswith(b"@") else b"@" + name))
        for sign, name in _signed(commands or (), _SAME_SIGNS, 'Command "{word}" ' + _SIGNS):
            words.append(sign + name)
        if keys:
            words += (_key_pattern(key) for key in words_of(keys))
        if channels:
            words += (b"&" + _encode(channel) for channel in words_of(channels))
        for command, key in selectors or ():
            ((sign, name),) = _signed([command], _SAME_SIGNS, 'Command "{word}" ' + _SIGNS)
            words.append(b"(" + sign + name + b" " + _key_pattern(key) + b")")
        return self.execute_command("ACL SETUSER", username, *words, **kwargs)

    def acl_users(self, **kwargs):
        """Returns the names of all users."""
        return self.execute_command("ACL USERS", **kwargs)

    def acl_whoami(self, **kwargs):
        """Returns the name of this connection's user."""
        return self.execute_command("ACL WHOAMI", **kwargs)


def _key_pattern(key):
    encoded = _encode(key)
    return encoded if encoded.startswith((b"%", b"~")) else b"~" + encoded
