"""The class `io.StringIO`. The interpreter's own counts positions in bytes, so it fails for non-ASCII strings."""
import _io
from _operator import index


class StringIO(_io._TextIOBase):
    """Text I/O implementation using an in-memory buffer.

    The initial_value argument sets the value of object. The newline argument is like the one of TextIOWrapper's
    constructor.
    """

    def __init__(self, initial_value="", newline="\n"):
        if newline is not None and not isinstance(newline, str):
            raise TypeError(f"newline must be str or None, not {type(newline).__name__}")
        if newline not in (None, "", "\n", "\r", "\r\n"):
            raise ValueError(f"illegal newline value: {newline!r}")
        if initial_value is not None and not isinstance(initial_value, str):
            raise TypeError(f"initial_value must be str or None, not {type(initial_value).__name__}")
        self._newline = newline
        self._seen_newlines = set()
        self._is_closed = False
        # The content is `_text` followed by the strings in `_appended`.
        self._text = ""
        self._appended = []
        self._position = 0
        # The length of the content in characters.
        self._end = 0
        if initial_value:
            self.write(initial_value)
            self._position = 0

    def _check_open(self):
        if self._is_closed:
            raise ValueError("I/O operation on closed file")

    def _whole_text(self):
        if self._appended:
            self._text += "".join(self._appended)
            self._appended.clear()
        return self._text

    def _translated(self, text):
        """Returns a text with its line ends translated as the argument `newline` of the constructor requires."""
        if self._newline is None:
            pairs = text.count("\r\n")
            if pairs:
                self._seen_newlines.add("\r\n")
            if text.count("\r") > pairs:
                self._seen_newlines.add("\r")
            if text.count("\n") > pairs:
                self._seen_newlines.add("\n")
            return text.replace("\r\n", "\n").replace("\r", "\n")
        if self._newline in ("\r", "\r\n"):
            return text.replace("\n", self._newline)
        return text

    def write(self, s, /):
        """Write string to file.

        Returns the number of characters written, which is always equal to the length of the string.
        """
        if not isinstance(s, str):
            raise TypeError(f"string argument expected, got '{type(s).__name__}'")
        self._check_open()
        text = self._translated(s)
        if not text:
            return len(s)
        if self._position == self._end:
            self._appended.append(text)
        else:
            before = self._whole_text()[: self._position].ljust(self._position, "\0")
            self._text = before + text + self._text[self._position + len(text) :]
        self._position += len(text)
        self._end = max(self._end, self._position)
        return len(s)

    def read(self, size=-1, /):
        """Read at most size characters, returned as a string.

        If the argument is negative or omitted, read until EOF is reached. Return an empty string at EOF.
        """
        self._check_open()
        size = -1 if size is None else index(size)
        start = self._position
        end = self._end if size < 0 else min(start + size, self._end)
        if start >= end:
            return ""
        self._position = end
        return self._whole_text()[start:end]

    def _line_end(self, text, start):
        """Returns the end of the line that begins at a position."""
        newline = "\n" if self._newline is None else self._newline
        if newline:
            found = text.find(newline, start)
            return self._end if found < 0 else found + len(newline)
        ends = [text.find(end, start) + len(end) for end in ("\r\n", "\n", "\r") if text.find(end, start) >= 0]
        if not ends:
            return self._end
        first = min(ends)
        # A carriage return followed by a newline is a single line end.
        return first + 1 if text[first - 1] == "\r" and text[first : first + 1] == "\n" else first

    def readline(self, size=-1, /):
        """Read until newline or EOF.

        Returns an empty string if EOF is hit immediately.
        """
        self._check_open()
        size = -1 if size is None else index(size)
        start = self._position
        if start >= self._end:
            return ""
        text = self._whole_text()
        end = self._line_end(text, start)
        if size >= 0:
            end = min(end, start + size)
        self._position = end
        return text[start:end]

    def __iter__(self):
        self._check_open()
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def getvalue(self):
        """Retrieve the entire contents of the object."""
        self._check_open()
        return self._whole_text()

    def tell(self):
        """Tell the current file position."""
        self._check_open()
        return self._position

    def seek(self, pos, whence=0, /):
        """Change stream position.

        Seek to character offset pos relative to position indicated by whence:
            0  Start of stream (the default).  pos should be >= 0;
            1  Current position - pos must be 0;
            2  End of stream - pos must be 0.
        Returns the new absolute position.
        """
        self._check_open()
        pos = index(pos)
        if whence not in (0, 1, 2):
            raise ValueError(f"Invalid whence ({whence}, should be 0, 1 or 2)")
        if whence == 0:
            if pos < 0:
                raise ValueError(f"Negative seek position {pos}")
            self._position = pos
        elif pos != 0:
            raise OSError("Can't do nonzero cur-relative seeks")
        elif whence == 2:
            self._position = self._end
        return self._position

    def truncate(self, pos=None, /):
        """Truncate size to pos.

        The pos argument defaults to the current file position, as returned by tell(). The current file position is
        unchanged. Returns the new absolute position.
        """
        self._check_open()
        size = self._position if pos is None else index(pos)
        if size < 0:
            raise ValueError(f"Negative size value {size}")
        if size < self._end:
            self._text = self._whole_text()[:size]
            self._end = size
        return size

    def close(self):
        """Close the IO object.

        Attempting any further operation after the object is closed will raise a ValueError.
        """
        self._is_closed = True
        self._text = ""
        self._appended.clear()

    @property
    def closed(self):
        return self._is_closed

    def readable(self):
        """Returns True if the IO object can be read."""
        self._check_open()
        return True

    def writable(self):
        """Returns True if the IO object can be written."""
        self._check_open()
        return True

    def seekable(self):
        """Returns True if the IO object can be seeked."""
        self._check_open()
        return True

    @property
    def line_buffering(self):
        self._check_open()
        return False

    @property
    def newlines(self):
        self._check_open()
        seen = tuple(end for end in ("\r", "\n", "\r\n") if end in self._seen_newlines)
        return (seen[0] if len(seen) == 1 else seen) if seen else None

    def __getstate__(self):
        self._check_open()
        return (self._whole_text(), self._newline, self._position, None)

    def __setstate__(self, state):
        text, newline, position, attributes = state
        self.__init__("", newline)
        self._text, self._end, self._position = text, len(text), position
        if attributes:
            self.__dict__.update(attributes)


StringIO.__module__ = "_io"
