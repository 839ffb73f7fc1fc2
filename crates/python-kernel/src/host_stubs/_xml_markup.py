"""Finds the parts of XML markup: names, tags, references, comments.

Each function takes a text and an offset, and returns what begins there and the offset after it. It raises Mistake for
markup that is not well-formed, and Incomplete if the text ends too early. The error codes and positions are those of
Expat.
"""
import re


class Incomplete(Exception):
    """The text ends inside a token."""


class Mistake(Exception):
    """An error of the document. Has Expat's code, and the offset of the error or None for the current token's."""

    def __init__(self, code, at=None):
        self.code = code
        self.at = at


SYNTAX, NO_ELEMENTS, INVALID_TOKEN, UNCLOSED_TOKEN, PARTIAL_CHARACTER, TAG_MISMATCH = 2, 3, 4, 5, 6, 7
DUPLICATE_ATTRIBUTE, JUNK_AFTER_ELEMENT, PARAMETER_ENTITY_REF, UNDEFINED_ENTITY, RECURSIVE_ENTITY = 8, 9, 10, 11, 12
ASYNC_ENTITY, BAD_CHARACTER_REF, BINARY_ENTITY_REF, ATTRIBUTE_EXTERNAL_REF, MISPLACED_DECLARATION = 13, 14, 15, 16, 17
UNKNOWN_ENCODING, INCORRECT_ENCODING, UNCLOSED_CDATA, EXTERNAL_ENTITY_HANDLING, NOT_STANDALONE = 18, 19, 20, 21, 22
UNBOUND_PREFIX, UNDECLARING_PREFIX, XML_DECLARATION, TEXT_DECLARATION, PUBLIC_ID, FINISHED = 27, 28, 30, 31, 32, 36
RESERVED_PREFIX_XML, RESERVED_PREFIX_XMLNS, RESERVED_URI, AMPLIFICATION = 38, 39, 40, 43

START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
)
PART = START + "\\-.0-9\xb7\u0300-\u036f\u203f-\u2040"
NAME = re.compile(f"[:{START}][:{PART}]*")
NAME_TOKEN = re.compile(f"[:{PART}]+")
QUALIFIED_NAME = re.compile(f"[{START}][{PART}]*(?::[{START}][{PART}]*)?")
BLANKS = re.compile("[ \t\r\n]*")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LINE_END = re.compile("\r\n?")
DECIMAL, HEXADECIMAL = re.compile("[0-9]+"), re.compile("[0-9a-fA-F]+")
PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def normalized(text):
    """Returns the text with a newline in place of each line end."""
    return LINE_END.sub("\n", text) if "\r" in text else text


def blanks(text, at):
    return BLANKS.match(text, at).end()


def name(text, at, qualified=False):
    """Returns the offset after the name at `at`."""
    found = NAME.match(text, at)
    if found is None:
        if at == len(text):
            raise Incomplete
        raise Mistake(INVALID_TOKEN, at)
    if qualified and ":" in found[0]:
        end = QUALIFIED_NAME.match(text, at)
        end = at if end is None else end.end()
        if end < found.end():
            # A colon at the end of the text can be followed by more of the name.
            if found.end() == len(text) and end + 1 == len(text):
                raise Incomplete
            raise Mistake(INVALID_TOKEN, end if end == at or ":" in text[at:end] else end + 1)
    if found.end() == len(text):
        raise Incomplete
    return found.end()


def is_character(code):
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def reference(text, at):
    """Returns the character or the entity's name, whether it is a name, and the end of the reference at `at`."""
    if text.startswith("&#", at):
        digits = at + 2
        base = 10
        if text.startswith("x", digits):
            digits += 1
            base = 16
        found = (DECIMAL if base == 10 else HEXADECIMAL).match(text, digits)
        end = digits if found is None else found.end()
        if end == len(text):
            raise Incomplete
        if found is None or text[end] != ";":
            raise Mistake(INVALID_TOKEN, end)
        code = int(found[0][-12:], base)
        return (chr(code) if is_character(code) and len(found[0].lstrip("0")) < 9 else None), False, end + 1
    end = name(text, at + 1)
    if text[end] != ";":
        raise Mistake(INVALID_TOKEN, end)
    return text[at + 1 : end], True, end + 1


def attribute_value(text, at):
    """Returns the offset of the quote that ends the value whose quote is at `at`."""
    end = text.find(text[at], at + 1)
    stop = len(text) if end < 0 else end
    wrong = text.find("<", at + 1, stop)
    illegal = ILLEGAL.search(text, at + 1, stop)
    if illegal is not None and (wrong < 0 or illegal.start() < wrong):
        wrong = illegal.start()
    stop = stop if wrong < 0 else wrong
    found = text.find("&", at + 1, stop)
    while found >= 0:
        found = text.find("&", reference(text, found)[2], stop)
    if wrong >= 0:
        raise Mistake(INVALID_TOKEN, wrong)
    if end < 0:
        raise Incomplete
    return end


def start_tag(text, at, qualified):
    """Returns the name of the start tag at `at`, its attributes, whether the element is empty, and the tag's end.

    An attribute consists of its name, the offset of the name, and its value as it is written.
    """
    end = name(text, at + 1, qualified)
    tag = text[at + 1 : end]
    attributes = []
    while True:
        here = blanks(text, end)
        if here == len(text):
            raise Incomplete
        if text[here] == ">":
            return tag, attributes, False, here + 1
        if text[here] == "/":
            if here + 1 == len(text):
                raise Incomplete
            if text[here + 1] != ">":
                raise Mistake(INVALID_TOKEN, here + 1)
            return tag, attributes, True, here + 2
        if here == end:
            raise Mistake(INVALID_TOKEN, here)
        name_end = name(text, here, qualified)
        equals = blanks(text, name_end)
        if equals == len(text):
            raise Incomplete
        if text[equals] != "=":
            raise Mistake(INVALID_TOKEN, equals)
        quote = blanks(text, equals + 1)
        if quote == len(text):
            raise Incomplete
        if text[quote] not in "\"'":
            raise Mistake(INVALID_TOKEN, quote)
        value_end = attribute_value(text, quote)
        attributes.append((text[here:name_end], here, text[quote + 1 : value_end]))
        end = value_end + 1


def end_tag(text, at, qualified):
    """Returns the name in the end tag at `at`, and the tag's end."""
    end = name(text, at + 2, qualified)
    after = blanks(text, end)
    if after == len(text):
        raise Incomplete
    if text[after] != ">":
        raise Mistake(INVALID_TOKEN, after)
    return text[at + 2 : end], after + 1


def checked(text, start, end):
    """Returns a part of the text, or raises Mistake if it contains a character that XML does not allow."""
    illegal = ILLEGAL.search(text, start, end)
    if illegal is not None:
        raise Mistake(INVALID_TOKEN, illegal.start())
    return text[start:end]


def comment(text, at):
    """Returns the text of the comment at `at`, which begins with "<!-", and the comment's end."""
    if at + 3 == len(text):
        raise Incomplete
    if text[at + 3] != "-":
        raise Mistake(INVALID_TOKEN, at + 3)
    end = text.find("--", at + 4)
    checked(text, at + 4, len(text) if end < 0 else end)
    if end < 0 or end + 2 == len(text):
        raise Incomplete
    if text[end + 2] != ">":
        raise Mistake(INVALID_TOKEN, end + 2)
    return text[at + 4 : end], end + 3


def instruction(text, at):
    """Returns the target and the data of the processing instruction at `at`, and the instruction's end."""
    end = name(text, at + 2)
    target = text[at + 2 : end]
    if target != "xml" and target.lower() == "xml":
        raise Mistake(INVALID_TOKEN, end)
    if text[end] == "?":
        if end + 1 == len(text):
            raise Incomplete
        if text[end + 1] != ">":
            raise Mistake(INVALID_TOKEN, end + 1)
        return target, "", end + 2
    start = blanks(text, end)
    if start == end:
        raise Mistake(INVALID_TOKEN, end)
    stop = text.find("?>", start)
    checked(text, start, len(text) if stop < 0 else stop)
    if stop < 0:
        raise Incomplete
    return target, text[start:stop], stop + 2


PSEUDO_ATTRIBUTE = re.compile("[ \t\r\n]+([a-z]+)[ \t\r\n]*=[ \t\r\n]*(?:\"([A-Za-z0-9._:-]*)\"|'([A-Za-z0-9._:-]*)')")


def xml_declaration(data, is_document):
    """Returns the version, encoding and standalone flag (-1 if it is missing) of an XML declaration.

    `data` is the text between "<?xml" and "?>".
    """
    code = XML_DECLARATION if is_document else TEXT_DECLARATION
    values = {"version": None, "encoding": None, "standalone": None}
    order = list(values)
    at = 0
    while found := PSEUDO_ATTRIBUTE.match(data, at):
        key = found[1]
        if key not in order or is_document and order[0] == "version" != key:
            raise Mistake(code, found.start(1))
        del order[: order.index(key) + 1]
        values[key] = found[2] if found[2] is not None else found[3]
        at = found.end()
    end = blanks(data, at)
    if end != len(data) or values["version" if is_document else "encoding"] is None:
        raise Mistake(code, end)
    if values["encoding"] is not None and not values["encoding"][:1].isalpha():
        raise Mistake(code, data.index(values["encoding"], data.index("encoding")))
    if values["standalone"] not in (None, "yes", "no") or values["standalone"] and not is_document:
        raise Mistake(code, data.rindex(values["standalone"]))
    return values["version"], values["encoding"], {None: -1, "no": 0, "yes": 1}[values["standalone"]]
