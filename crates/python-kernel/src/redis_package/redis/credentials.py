"""Sources of a connection's user name and password."""


class CredentialProvider:
    """Provides the credentials of each new connection."""

    def get_credentials(self):
        """Returns a tuple: (password,) or (username, password)."""
        raise NotImplementedError("get_credentials must be implemented")


class UsernamePasswordCredentialProvider(CredentialProvider):
    """Always provides the same user name and password."""

    def __init__(self, username=None, password=None):
        self.username = username or ""
        self.password = password or ""

    def get_credentials(self):
        """Returns a tuple: (password,) or (username, password)."""
        return (self.username, self.password) if self.username else (self.password,)
