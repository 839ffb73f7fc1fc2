"""Encoding of strings to bytes, and decoding."""

from redis.exceptions import DataError


class Encoder:
    """Encodes arguments and decodes replies with one encoding."""

    def __init__(self, encoding, encoding_errors, decode_responses):
        self.encoding = encoding
        self.encoding_errors = encoding_errors
        self.decode_responses = decode_responses

    def is_plain_utf8(self):
        """Returns whether the native module supports this encoding."""
        return self.encoding.lower() in ("utf-8", "utf8") and self.encoding_errors == "strict"

    def encode(self, value):
        """Returns the bytes of an argument, which must be bytes, text or a number."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return repr(value).encode()
        if isinstance(value, str):
            return value.encode(self.encoding, self.encoding_errors)
        kind = "bool" if isinstance(value, bool) else type(value).__name__
        raise DataError(f"Invalid input of type: '{kind}'. Convert to a bytes, string, int or float first.")

    def decode(self, value, force=False):
        """Decodes bytes if `decode_responses` or `force` is set. Other values stay as they are."""
        if self.decode_responses or force:
            if isinstance(value, memoryview):
                value = value.tobytes()
            if isinstance(value, bytes):
                value = value.decode(self.encoding, self.encoding_errors)
        return value

    def decode_all(self, reply):
        """Decodes all bytes in a reply, at any depth."""
        if isinstance(reply, list):
            reply[:] = [self.decode_all(item) for item in reply]
            return reply
        if isinstance(reply, dict):
            return {self.decode_all(key): self.decode_all(value) for key, value in reply.items()}
        return self.decode(reply)
