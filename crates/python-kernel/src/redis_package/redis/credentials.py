"""Providers of a connection's user name and password."""


class CredentialProvider:
    """Provides the credentials of each new connection."""

    def get_credentials(self):
        """Returns a tuple: (password,) or (username, password)."""
        raise NotImplementedError("get_credentials must be implemented")

    async def get_credentials_async(self):
        """Returns the same as get_credentials."""
        return self.get_credentials()


class StreamingCredentialProvider(CredentialProvider):
    """The base class of providers that renew credentials in the background."""

    def on_next(self, callback):
        """Sets the function to call with new credentials."""
        raise NotImplementedError("on_next must be implemented")

    def on_error(self, callback):
        """Sets the function to call with an error."""
        raise NotImplementedError("on_error must be implemented")

    def is_streaming(self):
        """Returns whether new credentials are awaited."""
        raise NotImplementedError("is_streaming must be implemented")


class UsernamePasswordCredentialProvider(CredentialProvider):
    """Always provides the same user name and password."""

    def __init__(self, username=None, password=None):
        self.username = username or ""
        self.password = password or ""

    def get_credentials(self):
        """Returns a tuple: (password,) or (username, password)."""
        return (self.username, self.password) if self.username else (self.password,)
