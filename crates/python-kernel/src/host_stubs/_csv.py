"""Reads and writes CSV, for the module `csv`.

It replaces the interpreter's own module, which, among other things, does not support line breaks inside quotes.
"""

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL = range(6)
_QUOTINGS = range(6)

# The states of the reader's state machine.
_START_RECORD, _START_FIELD, _IN_FIELD, _ESCAPED, _AFTER_ESCAPED_END = range(5)
_QUOTED, _ESCAPED_IN_QUOTES, _AFTER_QUOTE, _END = range(5, 9)
_DONE = ""  # passed to the state machine after the last character of a line

__version__ = "1.0"

_dialects = {}
_field_limit = 128 * 1024


class Error(Exception):
    pass


class Dialect:
    """CSV dialect

    The Dialect type records CSV dialect options."""

    __slots__ = ("_options",)

    def __new__(
        cls,
        dialect=None,
        delimiter=...,
        doublequote=...,
        escapechar=...,
        lineterminator=...,
        quotechar=...,
        quoting=...,
        skipinitialspace=...,
        strict=...,
        **unknown,
    ):
        for name in unknown:
            raise TypeError(f"this function got an unexpected keyword argument '{name}'")
        given = {
            "delimiter": delimiter,
            "doublequote": doublequote,
            "escapechar": escapechar,
            "lineterminator": lineterminator,
            "quotechar": quotechar,
            "quoting": quoting,
            "skipinitialspace": skipinitialspace,
            "strict": strict,
        }
        if isinstance(dialect, str):
            dialect = get_dialect(dialect)
        if dialect is not None:
            if type(dialect) is Dialect and all(value is ... for value in given.values()):
                return dialect
            for name, value in given.items():
                if value is ...:
                    given[name] = getattr(dialect, name, ...)
        self = object.__new__(cls)
        object.__setattr__(self, "_options", _checked(given))
        return self

    def __getattr__(self, name):
        try:
            return self._options[name]
        except KeyError:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'") from None

    def __setattr__(self, name, value):
        if name in self._options:
            raise AttributeError(f"attribute '{name}' of '_csv.Dialect' objects is not writable")
        raise AttributeError(f"'_csv.Dialect' object has no attribute '{name}'")

    def __delattr__(self, name):
        self.__setattr__(name, None)

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle 'Dialect' instances")


def _character(name, value, default):
    if value is ...:
        return default
    if value is None and name != "delimiter":
        return None
    alternative = "" if name == "delimiter" else " or None"
    if not isinstance(value, str):
        raise TypeError(f'"{name}" must be string{alternative}, not {_type_name(value)}')
    if len(value) != 1:
        raise TypeError(f'"{name}" must be a 1-character string')
    return value


def _checked(given):
    """Returns the options of a dialect, with the defaults for those that were not given."""
    options = {}
    options["delimiter"] = _character("delimiter", given["delimiter"], ",")
    options["doublequote"] = True if given["doublequote"] is ... else bool(given["doublequote"])
    options["escapechar"] = _character("escapechar", given["escapechar"], None)
    line_end = given["lineterminator"]
    if line_end is ...:
        line_end = "\r\n"
    elif line_end is not None and not isinstance(line_end, str):
        raise TypeError('"lineterminator" must be a string')
    options["lineterminator"] = line_end
    options["quotechar"] = _character("quotechar", given["quotechar"], '"')
    quoting = given["quoting"]
    if quoting is ...:
        quoting = QUOTE_MINIMAL
        if given["quotechar"] is None:
            quoting = QUOTE_NONE
    elif type(quoting) is not int:
        raise TypeError('"quoting" must be an integer')
    options["quoting"] = quoting
    for name in ("skipinitialspace", "strict"):
        options[name] = False if given[name] is ... else bool(given[name])

    if quoting not in _QUOTINGS:
        raise TypeError('bad "quoting" value')
    if quoting != QUOTE_NONE and options["quotechar"] is None:
        raise TypeError("quotechar must be set if quoting enabled")
    if line_end is None:
        raise TypeError("lineterminator must be set")
    for name in ("delimiter", "escapechar", "quotechar"):
        value = options[name]
        if value is None:
            continue
        if value in "\r\n" or value == " " and name != "delimiter" and options["skipinitialspace"]:
            raise ValueError(f"bad {name} value")
        if value in line_end:
            raise ValueError(f"bad {name} or lineterminator value")
    for one, other in (("delimiter", "escapechar"), ("delimiter", "quotechar"), ("escapechar", "quotechar")):
        if options[one] is not None and options[one] == options[other]:
            raise ValueError(f"bad {one} or {other} value")
    return options


def _type_name(value):
    return type(value).__name__


class _Reader:
    """CSV reader

    Reader objects are responsible for reading and parsing tabular data
    in CSV format."""

    def __init__(self, lines, dialect):
        self._lines = iter(lines)
        self.dialect = dialect
        self.line_num = 0
        options = dialect._options
        self._options = options
        # A line that contains none of these characters can be split at its delimiters, because none of its fields is
        # quoted.
        self._specials = [one for one in (options["quotechar"], options["escapechar"]) if one is not None]
        self._is_plain = (
            options["quoting"] in (QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONE) and not options["skipinitialspace"]
        )

    def __iter__(self):
        return self

    def __next__(self):
        self._fields, self._field, self._length = [], [], 0
        self._state, self._is_unquoted = _START_RECORD, False
        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if not self._length and self._state != _QUOTED:
                    raise
                if self._options["strict"]:
                    raise Error("unexpected end of data") from None
                self._save()
                return self._fields
            if not isinstance(line, str):
                raise Error(
                    f"iterator should return strings, not {_type_name(line)} (the file should be opened in text mode)"
                )
            self.line_num += 1
            if self._state == _START_RECORD and self._is_plain:
                fields = self._plain_fields(line)
                if fields is not None:
                    return fields
            self._read(line)
            if self._state == _START_RECORD:
                return self._fields

    def _plain_fields(self, line):
        """Returns the fields of a line without quotes and escapes, and None for any other line."""
        for special in self._specials:
            if special in line:
                return None
        text = line.rstrip("\r\n")
        if "\n" in text or "\r" in text:
            return None
        fields = text.split(self._options["delimiter"]) if text else []
        if line and not text:
            return []
        if len(text) > _field_limit and any(len(field) > _field_limit for field in fields):
            return None
        return fields

    def _add(self, character):
        if self._length >= _field_limit:
            raise Error(f"field larger than field limit ({_field_limit})")
        self._field.append(character)
        self._length += 1

    def _save(self):
        quoting = self._options["quoting"]
        field = "".join(self._field)
        if self._is_unquoted:
            if not field and quoting in (QUOTE_NOTNULL, QUOTE_STRINGS):
                field = None
            elif field and quoting in (QUOTE_NONNUMERIC, QUOTE_STRINGS):
                field = float(field)
        self._field, self._length = [], 0
        self._fields.append(field)

    def _read(self, line):
        """Reads a line, and stores the state that the reader is in after the line."""
        options = self._options
        delimiter, quote, escape = options["delimiter"], options["quotechar"], options["escapechar"]
        if options["quoting"] == QUOTE_NONE:
            quote = None
        state = self._state
        for character in [*line, _DONE]:
            is_end = character in ("\n", "\r", _DONE)
            if state == _AFTER_ESCAPED_END and character is _DONE:
                # The record continues on the next line.
                continue
            if state == _START_RECORD:
                if character is _DONE:
                    continue
                if is_end:
                    state = _END
                    continue
                state = _START_FIELD
            if state in (_IN_FIELD, _AFTER_ESCAPED_END):
                if is_end:
                    self._save()
                    state = _START_RECORD if character is _DONE else _END
                elif character == escape:
                    state = _ESCAPED
                elif character == delimiter:
                    self._save()
                    state = _START_FIELD
                else:
                    self._add(character)
            elif state == _START_FIELD:
                self._is_unquoted = True
                if is_end:
                    self._save()
                    state = _START_RECORD if character is _DONE else _END
                elif character == quote:
                    self._is_unquoted = False
                    state = _QUOTED
                elif character == escape:
                    state = _ESCAPED
                elif character == " " and options["skipinitialspace"]:
                    pass
                elif character == delimiter:
                    self._save()
                else:
                    self._add(character)
                    state = _IN_FIELD
            elif state == _QUOTED:
                if character is _DONE:
                    pass
                elif character == escape:
                    state = _ESCAPED_IN_QUOTES
                elif character == quote:
                    state = _AFTER_QUOTE if options["doublequote"] else _IN_FIELD
                else:
                    self._add(character)
            elif state == _AFTER_QUOTE:
                if character == quote:
                    self._add(character)
                    state = _QUOTED
                elif character == delimiter:
                    self._save()
                    state = _START_FIELD
                elif is_end:
                    self._save()
                    state = _START_RECORD if character is _DONE else _END
                elif options["strict"]:
                    self._state = state
                    raise Error(f"'{delimiter}' expected after '{quote}'")
                else:
                    self._add(character)
                    state = _IN_FIELD
            elif state == _ESCAPED:
                self._add(character or "\n")
                state = _AFTER_ESCAPED_END if is_end and character else _IN_FIELD
            elif state == _ESCAPED_IN_QUOTES:
                self._add(character or "\n")
                state = _QUOTED
            elif character is _DONE:
                state = _START_RECORD
            elif not is_end:
                raise Error(
                    "new-line character seen in unquoted field - do you need to open the file with newline=''?"
                )
        self._state = state


class _Writer:
    """CSV writer

    Writer objects are responsible for generating tabular data
    in CSV format from sequence input."""

    def __init__(self, write, dialect):
        self._write = write
        self.dialect = dialect

    def writerow(self, row, /):
        try:
            fields = iter(row)
        except TypeError:
            raise Error(f"iterable expected, not {_type_name(row)}") from None
        options = self.dialect._options
        quoting = options["quoting"]
        parts, is_null = [], False
        for field in fields:
            is_null = field is None
            if quoting == QUOTE_NONNUMERIC:
                is_quoted = not _is_number(field)
            elif quoting == QUOTE_STRINGS:
                is_quoted = isinstance(field, str)
            else:
                is_quoted = quoting == QUOTE_ALL or quoting == QUOTE_NOTNULL and not is_null
            parts.append(_written(field, is_quoted, options))
        if len(parts) == 1 and not parts[0]:
            if quoting == QUOTE_NONE or is_null and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                raise Error("single empty field record must be quoted")
            parts[0] = _written(None, True, options)
        return self._write(options["delimiter"].join(parts) + options["lineterminator"])

    def writerows(self, rows, /):
        for row in rows:
            self.writerow(row)


def _is_number(value):
    kind = type(value)
    return isinstance(value, complex) or any(hasattr(kind, name) for name in ("__index__", "__int__", "__float__"))


def _written(field, is_quoted, options):
    """Returns the text of a field, with quotes and escapes where it needs them."""
    delimiter, escape, quote, quoting = (
        options[name] for name in ("delimiter", "escapechar", "quotechar", "quoting")
    )
    text = "" if field is None else field if isinstance(field, str) else str(field)
    if not text and delimiter == " " and options["skipinitialspace"]:
        if quoting == QUOTE_NONE or field is None and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
            raise Error("empty field must be quoted if delimiter is a space and skipinitialspace is true")
        is_quoted = True
    specials = {delimiter, escape, quote, "\n", "\r", *options["lineterminator"]}
    if not specials.isdisjoint(text) or " " in text and options["skipinitialspace"]:
        written = []
        for character in text:
            if character in specials:
                needs_escape = quoting == QUOTE_NONE
                if not needs_escape:
                    if character == quote:
                        if options["doublequote"]:
                            written.append(quote)
                        else:
                            needs_escape = True
                    elif character == escape:
                        needs_escape = True
                    is_quoted = is_quoted or not needs_escape
                if needs_escape:
                    if escape is None:
                        raise Error("need to escape, but no escapechar set")
                    written.append(escape)
            written.append(character)
        text = "".join(written)
    return f"{quote}{text}{quote}" if is_quoted else text


_Reader.__name__ = _Reader.__qualname__ = "reader"
_Writer.__name__ = _Writer.__qualname__ = "writer"


def reader(iterable, dialect=None, **options):
    return _Reader(iterable, Dialect(dialect, **options))


def writer(fileobj, dialect=None, **options):
    write = getattr(fileobj, "write", None)
    if not callable(write):
        raise TypeError('argument 1 must have a "write" method')
    return _Writer(write, Dialect(dialect, **options))


def register_dialect(name, dialect=None, **options):
    if not isinstance(name, str):
        raise TypeError("dialect name must be a string")
    _dialects[name] = Dialect(dialect, **options)


def unregister_dialect(name):
    try:
        del _dialects[name]
    except KeyError:
        raise Error("unknown dialect") from None


def get_dialect(name):
    try:
        return _dialects[name]
    except KeyError:
        raise Error("unknown dialect") from None


def list_dialects():
    return list(_dialects)


def field_size_limit(*limit):
    global _field_limit
    old = _field_limit
    if limit:
        if type(limit[0]) is not int:
            raise TypeError("limit must be an integer")
        _field_limit = limit[0]
    return old
