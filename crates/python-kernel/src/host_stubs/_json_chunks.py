"""Writes JSON in chunks, for `json.JSONEncoder.iterencode` and `json.dump`.

The interpreter's standard library comes from a newer version of Python, which splits the JSON into different chunks
and adds notes to exceptions.
"""


def make_iterencode(
    markers,
    default,
    encode_string,
    indent,
    encode_float,
    key_separator,
    item_separator,
    sort_keys,
    skip_keys,
    one_shot,
):
    """Returns a generator function that yields the chunks of a value at a level of indentation."""

    def line_at(level):
        return "\n" + indent * level

    def enter(container):
        if markers is not None:
            if id(container) in markers:
                raise ValueError("Circular reference detected")
            markers[id(container)] = container

    def leave(container):
        if markers is not None:
            del markers[id(container)]

    def plain(value):
        """Returns the JSON text of a value that contains no other values, or None for a container."""
        if isinstance(value, str):
            return encode_string(value)
        if value is None:
            return "null"
        if value is True:
            return "true"
        if value is False:
            return "false"
        # Subclasses of numbers, such as IntEnum, can override `repr`.
        if isinstance(value, int):
            return int.__repr__(value)
        if isinstance(value, float):
            return encode_float(value)
        return None

    def key_text(key):
        """Returns the text of a key, or None if the key is skipped."""
        if isinstance(key, str):
            return key
        if isinstance(key, float) or key is None or isinstance(key, int):
            return plain(key)
        if skip_keys:
            return None
        raise TypeError(f"keys must be str, int, float, bool or None, not {key.__class__.__name__}")

    def list_chunks(items, level):
        if not items:
            yield "[]"
            return
        enter(items)
        start, separator = "[", item_separator
        if indent is not None:
            level += 1
            start += line_at(level)
            separator += line_at(level)
        for item in items:
            text = plain(item)
            if text is not None:
                yield start + text
            else:
                yield start
                yield from chunks(item, level)
            start = separator
        if indent is not None:
            yield line_at(level - 1)
        yield "]"
        leave(items)

    def dict_chunks(members, level):
        if not members:
            yield "{}"
            return
        enter(members)
        yield "{"
        separator = item_separator
        if indent is not None:
            level += 1
            separator += line_at(level)
            yield line_at(level)
        is_first = True
        for key, value in sorted(members.items()) if sort_keys else members.items():
            name = key_text(key)
            if name is None:
                continue
            if not is_first:
                yield separator
            is_first = False
            yield encode_string(name)
            yield key_separator
            text = plain(value)
            if text is not None:
                yield text
            else:
                yield from chunks(value, level)
        if indent is not None:
            yield line_at(level - 1)
        yield "}"
        leave(members)

    def chunks(value, level):
        text = plain(value)
        if text is not None:
            yield text
        elif isinstance(value, (list, tuple)):
            yield from list_chunks(value, level)
        elif isinstance(value, dict):
            yield from dict_chunks(value, level)
        else:
            enter(value)
            yield from chunks(default(value), level)
            leave(value)

    return chunks
