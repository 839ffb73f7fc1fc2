"""Text into bytes for the wire, and back."""

from redis.exceptions import DataError


class Encoder:
    """Encodes arguments and decodes replies with one encoding."""

    def __init__(self, encoding, encoding_errors, decode_responses):
        self.encoding = encoding
        self.encoding_errors = encoding_errors
        self.decode_responses = decode_responses

    def is_plain_utf8(self):
        """Whether the native module can do the coding."""
        return self.encoding.lower() in ("utf-8", "utf8") and self.encoding_errors == "strict"

    def encode(self, value):
        """The bytes of an argument: bytes, text or a number, nothing else."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return repr(value).encode()
        if isinstance(value, str):
            return value.encode(self.encoding, self.encoding_errors)
        kind = "bool" if isinstance(value, bool) else type(value).__name__
        raise DataError(f"Invalid input of type: '{kind}'. Convert to a bytes, string, int or float first.")

    def decode(self, value, force=False):
        """Bytes as text, where replies are decoded or `force` says so; anything else as it is."""
        if self.decode_responses or force:
            if isinstance(value, memoryview):
                value = value.tobytes()
            if isinstance(value, bytes):
                value = value.decode(self.encoding, self.encoding_errors)
        return value

    def decode_all(self, reply):
        """A reply with all its bytes as text, however deep."""
        if isinstance(reply, list):
            reply[:] = [self.decode_all(item) for item in reply]
            return reply
        if isinstance(reply, dict):
            return {self.decode_all(key): self.decode_all(value) for key, value in reply.items()}
        return self.decode(reply)
