"""The parser behind `pyexpat`: reads a document in pieces, and calls a handler for each part of it.

`_xml_markup` finds the parts, and `_xml_declarations` reads the document type. Errors, positions, the division of text
among several calls, and the order of calls are those of Expat 2.6.
"""
import re
from _codecs import lookup, utf_8_decode, utf_16_be_decode, utf_16_le_decode

import _xml_markup as markup
from _xml_declarations import Declarations
from _xml_markup import ILLEGAL, Incomplete, Mistake, normalized

DATA = re.compile("[^<&\r\n\\]]+")
CDATA = re.compile("[^\r\n\\]]+")
ATTRIBUTE_PARTS = re.compile("[^&\r\n\t]+|\r\n?|[\n\t]|&")
XML_URI, XMLNS_URI = "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"

DECLARED_ENCODING = re.compile(b"(?:\xef\xbb\xbf)?<\\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([A-Za-z0-9._-]+)")

# Expat refuses documents that expand to more than this many bytes, and to more than this multiple of their size.
LEAST_EXPANSION, MOST_AMPLIFICATION = 8 << 20, 100


class Source:
    """A text that is being read: the document, or the replacement text of an entity."""

    def __init__(self, text="", is_final=True):
        self.text = text
        self.at = 0
        self.is_final = is_final
        # The position of the text's beginning in the document.
        self.line, self.column, self.bytes = 1, 0, 0
        self.encoding = "utf-8"

    def position(self, at):
        """Returns the line, the column and the byte offset of an offset in the text."""
        before = self.text[:at]
        lines = normalized(before).count("\n")
        column = len(before) - max(before.rfind("\n"), before.rfind("\r")) - 1
        return self.line + lines, column + (0 if lines else self.column), self.bytes + len(before.encode(self.encoding))

    def append(self, text):
        self.line, self.column, self.bytes = self.position(self.at)
        self.text = self.text[self.at :] + text
        self.at = 0


class Parser(Declarations):
    """Reads one document. `handlers` is the object that has the handlers and options as attributes."""

    def __init__(self, handlers, encoding, separator):
        self.handlers = handlers
        self.encoding = encoding
        self.separator = separator
        self.main = Source(is_final=False)
        self.event_at = 0
        self.undecoded = b""
        self.decode = None
        self.encoding_error = None
        self.is_truncated = False
        self.tags = []
        self.namespaces = {"xml": XML_URI}
        self.direct = self.expanded = 0
        self.tried = 0
        self.is_fragment = self.is_subset = False
        self.define_nothing()
        self.steps = self.document()

    def continue_document(self, parent, context):
        """Makes this the parser of an external entity, or of the external subset if there is no context."""
        for name in ("entities", "parameter_entities", "attribute_types", "is_standalone", "has_unread_declarations"):
            setattr(self, name, getattr(parent, name))
        self.namespaces = dict(parent.namespaces)
        self.is_fragment = True
        self.is_subset = context is None

    # --- input ---

    def feed(self, data, is_final):
        self.direct += len(data)
        self.undecoded += data
        if self.decode is None and not self.choose_encoding(is_final):
            self.tried = len(self.undecoded)
            return
        self.append_decoded(is_final)
        self.main.is_final = is_final
        have = len(self.main.text)
        if self.handlers.GetReparseDeferralEnabled() and not is_final and have < 2 * self.tried:
            return
        before = self.main.at
        try:
            next(self.steps)
        except StopIteration:
            pass
        self.tried = have if self.main.at == before else 0

    def append_decoded(self, is_final):
        try:
            text, used = self.decode(self.undecoded, "strict", False)
            self.undecoded = self.undecoded[used:]
            self.is_truncated = is_final and bool(self.undecoded)
        except UnicodeDecodeError as error:
            # A character that XML does not allow makes the parser report the undecodable bytes.
            text = self.decode(self.undecoded[: error.start], "strict", True)[0] + "\0"
            self.undecoded = b""
        self.main.append(text)
        self.event_at = self.main.at

    def choose_encoding(self, is_final):
        """Finds out the document's encoding. Returns False if more data is needed for this."""
        start = self.undecoded
        name = self.encoding
        if name is None:
            if not is_final and (
                len(start) < 2
                or b"\xef\xbb\xbf".startswith(start)
                or b"<?xml".startswith(start[:5]) and b"?>" not in start[:4096]
            ):
                return False
            if start[:2] in (b"\xff\xfe", b"<\0"):
                name = "utf-16le"
            elif start[:2] in (b"\xfe\xff", b"\0<"):
                name = "utf-16be"
            else:
                declared = DECLARED_ENCODING.match(start)
                name = "utf-8" if declared is None else declared[1].decode().lower()
                if name.startswith("utf-16"):
                    # The parser reports this mistake when it reads the declaration.
                    name = "utf-8"
        self.use_encoding(name.lower())
        for mark in (b"\xef\xbb\xbf",) if name == "utf-8" else (b"\xff\xfe", b"\xfe\xff"):
            if start.startswith(mark):
                self.undecoded = start[len(mark) :]
                # Expat counts the byte order mark as a column.
                self.main.bytes, self.main.column = len(mark), 1
        return True

    def use_encoding(self, name):
        if name == "utf-16":
            name = "utf-16le" if self.undecoded.startswith(b"\xff\xfe") else "utf-16be"
        decode = {"utf-8": utf_8_decode, "utf-16le": utf_16_le_decode, "utf-16be": utf_16_be_decode}.get(name)
        if decode is None:
            table = "".join([chr(byte) if byte < 128 else "\0" for byte in range(256)])
            if name != "us-ascii":
                try:
                    table = bytes(range(256)).decode(name, "replace").replace("\ufffd", "\0")
                except LookupError as error:
                    self.encoding_error = error
                if len(table) != 256:
                    self.encoding_error = ValueError("multi-byte encodings are not supported")

            def decode(data, errors, is_final):
                return "".join([table[byte] for byte in data]), len(data)

        self.decode = decode
        self.main.encoding = name if self.encoding_error is None else "utf-8"

    def check_encoding(self, name, at):
        """Raises an error if an XML declaration names an encoding that the document does not have."""
        is_wide = self.main.encoding.startswith("utf-16")
        if is_wide and name.lower() not in ("utf-8", "us-ascii", "iso-8859-1"):
            lookup(name)
        if self.encoding is None and name.lower().startswith("utf-16") != is_wide:
            raise Mistake(markup.INCORRECT_ENCODING, at)
        self.check_known_encoding()

    def check_known_encoding(self):
        if self.encoding_error is not None:
            raise self.encoding_error

    # --- the document ---

    def document(self):
        """Reads the document, and yields whenever more data is needed."""
        source = self.main
        if self.encoding is not None:
            self.check_known_encoding()
        yield from self.declaration(source)
        if self.is_fragment:
            yield from self.subset(source, None) if self.is_subset else self.content(source, True)
            return
        if (yield from self.prolog(source)):
            yield from self.content(source, False)
            yield from self.epilog(source)

    def declaration(self, source):
        while True:
            text = source.text
            if len(text) > 5 or source.is_final:
                break
            if not "<?xml".startswith(text[:5]):
                return
            yield
        if not text.startswith("<?xml") or text[5:6] not in {" ", "\t", "\r", "\n"}:
            return
        while True:
            try:
                data, end = markup.instruction(source.text, 0)[1:]
                break
            except Incomplete:
                if source.is_final:
                    raise self.unclosed(source, 0)
            yield
        raw = source.text[:end]
        try:
            version, encoding, standalone = markup.xml_declaration(raw[5:-2], not self.is_fragment)
        except Mistake as mistake:
            mistake.at += 5
            raise
        self.is_standalone = standalone == 1
        if self.handlers.XmlDeclHandler is not None and not self.is_fragment:
            self.call(self.handlers.XmlDeclHandler, version, encoding, standalone)
        else:
            self.default(raw)
        if encoding is not None:
            self.check_encoding(encoding, raw.index(encoding, raw.index("encoding")))
        source.at = end

    def unclosed(self, source, at):
        return Mistake(markup.PARTIAL_CHARACTER if self.is_truncated else markup.UNCLOSED_TOKEN, at)

    def next_in_prolog(self, source):
        """Handles blanks, comments and processing instructions, until something else or the end of the text."""
        while True:
            text, at = source.text, source.at
            self.event_at = at
            end = markup.blanks(text, at)
            if end > at:
                self.default(text[at:end])
                source.at = self.event_at = at = end
            try:
                if at == len(text):
                    raise Incomplete
                if not (text.startswith("<?", at) or text.startswith("<!-", at)):
                    if text.startswith(("<", "<!"), at) and len(text) - at < 9 and "<!DOCTYPE".startswith(text[at:]):
                        raise Incomplete
                    return True
                self.comment_or_instruction(source, at)
            except Incomplete:
                if source.is_final:
                    if at == len(text) and not self.is_truncated:
                        return False
                    raise self.unclosed(source, at)
                yield

    def comment_or_instruction(self, source, at):
        text = source.text
        if text[at + 1] == "?":
            target, data, end = markup.instruction(text, at)
            if target == "xml":
                raise Mistake(markup.MISPLACED_DECLARATION, at)
            handler, values = self.handlers.ProcessingInstructionHandler, (target, normalized(data))
        else:
            content, end = markup.comment(text, at)
            handler, values = self.handlers.CommentHandler, (normalized(content),)
        source.at = end
        if handler is None:
            self.default(text[at:end])
        else:
            self.call(handler, *values)

    def prolog(self, source):
        """Reads all that comes before the first element. Returns False if there is no element."""
        has_type = False
        while True:
            if not (yield from self.next_in_prolog(source)):
                raise Mistake(markup.NO_ELEMENTS, source.at)
            text, at = source.text, source.at
            if text.startswith("<!DOCTYPE", at) and not has_type:
                has_type = True
                yield from self.document_type(source)
            elif text[at] == "<" and text[at + 1 : at + 2] not in ("!", "/"):
                return True
            else:
                self.check_token(text, at)
                raise Mistake(markup.SYNTAX, at)

    def epilog(self, source):
        if (yield from self.next_in_prolog(source)):
            text, at = source.text, source.at
            self.check_token(text, at)
            raise Mistake(markup.JUNK_AFTER_ELEMENT, at)

    def check_token(self, text, at):
        """Raises Mistake if no token of a prolog begins at `at`."""
        if text[at] == "<" and text[at + 1 : at + 2] == "!":
            self.token_end(text, at, True)
        elif text[at] == "<" and text[at + 1 : at + 2] != "":
            markup.NAME.match(text, at + 1) or self.wrong_token(at + 1)
        elif text[at] == "&" or ILLEGAL.match(text, at):
            self.wrong_token(at)
        elif text[at] not in "<>[](),|%#\"'":
            self.token_end(text, at, True)

    def wrong_token(self, at):
        raise Mistake(markup.INVALID_TOKEN, at)

    # --- elements and text ---

    def content(self, source, is_entity):
        """Reads the content of elements: until the document's element ends, or until the entity ends."""
        floor = len(self.tags)
        while True:
            text, at = source.text, source.at
            if source is self.main:
                self.event_at = at
            try:
                if at == len(text):
                    if not source.is_final:
                        raise Incomplete
                    if not is_entity:
                        raise Mistake(markup.PARTIAL_CHARACTER if self.is_truncated else markup.NO_ELEMENTS, at)
                    if len(self.tags) != floor:
                        raise Mistake(markup.ASYNC_ENTITY, at)
                    return
                if text[at] == "<":
                    if text.startswith("<![", at):
                        self.section_start(source, at)
                        yield from self.section(source)
                    elif self.markup(source, text, at) and len(self.tags) == floor == 0 and not is_entity:
                        return
                    elif len(self.tags) < floor:
                        raise Mistake(markup.ASYNC_ENTITY, at)
                elif text[at] == "&":
                    entity = self.reference(source, text, at)
                    if entity is not None:
                        yield from self.expand(entity)
                else:
                    self.text(source, text, at)
            except Incomplete:
                if source.is_final:
                    raise self.unclosed(source, at)
                yield

    def markup(self, source, text, at):
        """Handles a tag, a comment or a processing instruction. Returns whether an element has ended."""
        following = text[at + 1 : at + 2]
        if not following:
            raise Incomplete
        if following == "/":
            name, end = markup.end_tag(text, at, self.separator is not None)
            if not self.tags:
                raise Mistake(markup.ASYNC_ENTITY, at)
            if self.tags[-1][0] != name:
                raise Mistake(markup.TAG_MISMATCH, at + 2)
            source.at = end
            self.end_element(text[at:end])
            return True
        if following == "?" or following == "!":
            if following == "!":
                if at + 2 == len(text):
                    raise Incomplete
                if text[at + 2] != "-":
                    raise Mistake(markup.INVALID_TOKEN, at + 2)
            self.comment_or_instruction(source, at)
            return False
        name, attributes, is_empty, end = markup.start_tag(text, at, self.separator is not None)
        raw = text[at:end]
        self.start_element(name, attributes, is_empty, raw)
        source.at = end
        if is_empty:
            self.end_element("")
        return is_empty

    def start_element(self, name, attributes, is_empty, raw):
        handlers = self.handlers
        seen = set()
        values = []
        declared = self.attribute_types.get(name, {})
        for key, at, value in attributes:
            if key in seen:
                raise Mistake(markup.DUPLICATE_ATTRIBUTE, at)
            seen.add(key)
            value = self.attribute_value(value, at + len(key))
            if key in declared and declared[key][0] != "CDATA":
                value = " ".join(value.split(" ")).strip(" ") if "  " not in value else " ".join(value.split())
            values.append((key, value))
        if declared:
            defaults = [(key, value) for key, (_, value) in declared.items() if value is not None and key not in seen]
        else:
            defaults = []
        bound = []
        full_name = name
        if self.separator is not None:
            values, defaults, bound = self.bind(values, defaults)
            full_name = self.expanded_name(name, True)
            values = self.expanded_names(values)
            defaults = self.expanded_names(defaults)
        self.tags.append((name, full_name, bound))
        if handlers.StartElementHandler is None:
            if handlers.EndElementHandler is None or not is_empty:
                self.default(raw)
            return
        pairs = values if handlers.specified_attributes else values + defaults
        intern = self.intern
        if handlers.ordered_attributes:
            given = []
            for key, value in pairs:
                given += intern(key), value
        else:
            given = {intern(key): value for key, value in pairs}
        self.call(handlers.StartElementHandler, intern(full_name), given)

    def end_element(self, raw):
        _, full_name, bound = self.tags.pop()
        handlers = self.handlers
        if handlers.EndElementHandler is not None:
            self.call(handlers.EndElementHandler, self.intern(full_name))
        else:
            self.default(raw)
        for prefix, before in reversed(bound):
            if handlers.EndNamespaceDeclHandler is not None:
                self.call(handlers.EndNamespaceDeclHandler, prefix)
            if before is None:
                self.namespaces.pop(prefix, None)
            else:
                self.namespaces[prefix] = before

    def intern(self, name):
        names = self.handlers.intern
        return name if names is None else names.setdefault(name, name)

    # --- namespaces ---

    def bind(self, *kinds):
        """Applies namespace declarations. Returns the other attributes of each kind, and the former bindings."""
        rest, bound = [], []
        for attributes in kinds:
            others = []
            for key, value in attributes:
                if key == "xmlns" or key.startswith("xmlns:"):
                    bound.append(self.bind_prefix(key[6:] or None, value))
                else:
                    others.append((key, value))
            rest.append(others)
        return *rest, bound

    def bind_prefix(self, prefix, uri):
        if prefix is not None and not uri:
            raise Mistake(markup.UNDECLARING_PREFIX)
        if prefix == "xmlns":
            raise Mistake(markup.RESERVED_PREFIX_XMLNS)
        if (prefix == "xml") != (uri == XML_URI):
            raise Mistake(markup.RESERVED_PREFIX_XML if prefix == "xml" else markup.RESERVED_URI)
        if uri == XMLNS_URI:
            raise Mistake(markup.RESERVED_URI)
        if self.separator and self.separator in uri and not self.separator.isascii():
            raise Mistake(markup.SYNTAX)
        before = self.namespaces.get(prefix)
        self.namespaces[prefix] = uri
        if self.handlers.StartNamespaceDeclHandler is not None:
            self.call(self.handlers.StartNamespaceDeclHandler, prefix, uri or None)
        return prefix, before

    def expanded_name(self, name, is_element):
        prefix, colon, local = name.partition(":")
        if not colon:
            prefix, local = None, name
            if not is_element:
                return name
        uri = self.namespaces.get(prefix)
        if not uri:
            if colon:
                raise Mistake(markup.UNBOUND_PREFIX)
            return name
        expanded = uri + self.separator + local
        if self.handlers.namespace_prefixes and prefix is not None and self.separator:
            expanded += self.separator + prefix
        return expanded

    def expanded_names(self, attributes):
        expanded, seen = [], set()
        for key, value in attributes:
            full = self.expanded_name(key, False)
            if full in seen:
                raise Mistake(markup.DUPLICATE_ATTRIBUTE)
            seen.add(full)
            expanded.append((full, value))
        return expanded

    # --- text, references and sections ---

    def text(self, source, text, at):
        if text[at] == "\r":
            if at + 1 == len(text) and not source.is_final:
                raise Incomplete
            source.at = at + 2 if text.startswith("\r\n", at) else at + 1
            self.characters("\n", text[at : source.at])
            return
        if text[at] == "\n":
            source.at = at + 1
            self.characters("\n", "\n")
            return
        end = at
        while True:
            found = DATA.match(text, end)
            end = end if found is None else found.end()
            if text[end : end + 1] != "]":
                break
            if text.startswith("]]>", end):
                raise Mistake(markup.INVALID_TOKEN, end + 2)
            if "]]>".startswith(text[end:]) and not source.is_final:
                break
            end += 1
        illegal = ILLEGAL.search(text, at, end)
        if illegal is not None:
            end = illegal.start()
            if end == at:
                raise Mistake(markup.INVALID_TOKEN, at)
        if end == at:
            raise Incomplete
        source.at = end
        self.characters(text[at:end], text[at:end])

    def characters(self, text, raw):
        if self.handlers.CharacterDataHandler is None:
            self.default(raw)
        else:
            self.handlers._data(text)

    def default(self, raw):
        handlers = self.handlers
        handler = handlers.DefaultHandlerExpand or handlers.DefaultHandler
        if handler is not None and raw:
            self.call(handler, raw)

    def call(self, handler, *values):
        self.handlers._flush()
        return handler(*values)

    def reference(self, source, text, at):
        """Handles a reference in the content. Returns the entity if its text must be read."""
        value, is_name, end = markup.reference(text, at)
        raw = text[at:end]
        if not is_name or value in markup.PREDEFINED:
            if value is None:
                raise Mistake(markup.BAD_CHARACTER_REF, at)
            source.at = end
            self.characters(value if not is_name else markup.PREDEFINED[value], raw)
            return None
        handlers = self.handlers
        entity = self.entities.get(value)
        if entity is None:
            if not self.has_unread_declarations or self.is_standalone:
                raise Mistake(markup.UNDEFINED_ENTITY, at)
            source.at = end
            if handlers.SkippedEntityHandler is not None:
                self.call(handlers.SkippedEntityHandler, value, False)
            else:
                self.default(raw)
            return None
        if entity.is_open:
            raise Mistake(markup.RECURSIVE_ENTITY, at)
        if entity.notation is not None:
            raise Mistake(markup.BINARY_ENTITY_REF, at)
        source.at = end
        if entity.value is not None:
            if handlers.DefaultHandler is None or handlers.DefaultHandlerExpand is not None:
                return entity
            if handlers.SkippedEntityHandler is not None:
                self.call(handlers.SkippedEntityHandler, value, False)
            else:
                self.default(raw)
        elif handlers.ExternalEntityRefHandler is not None:
            entity.is_open = True
            context = self.context(entity)
            entity.is_open = False
            if not self.call(handlers.ExternalEntityRefHandler, context, entity.base, entity.system, entity.public):
                raise Mistake(markup.EXTERNAL_ENTITY_HANDLING, at)
        else:
            self.default(raw)
        return None

    def context(self, entity):
        """Returns the bound prefixes and the open entities, as `ExternalEntityParserCreate` takes them."""
        prefixes = [f"{prefix or ''}={uri}" for prefix, uri in self.namespaces.items() if self.separator is not None]
        return "\f".join([*prefixes, *(name for name, each in self.entities.items() if each.is_open)])

    def expand(self, entity):
        self.count_expansion(entity)
        entity.is_open = True
        try:
            yield from self.content(Source(entity.value), True)
        except Mistake as mistake:
            # The position of a mistake in an entity is that of the reference.
            mistake.at = None
            raise
        entity.is_open = False

    def count_expansion(self, entity):
        self.expanded += len(entity.value.encode())
        total = self.direct + self.expanded
        if total > LEAST_EXPANSION and total > MOST_AMPLIFICATION * self.direct:
            raise Mistake(markup.AMPLIFICATION)

    def attribute_value(self, raw, at):
        """Returns the value of an attribute from its written form."""
        if "&" not in raw and "\n" not in raw and "\t" not in raw and "\r" not in raw:
            return raw
        parts = []
        position = 0
        while found := ATTRIBUTE_PARTS.match(raw, position):
            position = found.end()
            if found[0][0] in "\r\n\t":
                parts.append(" ")
            elif found[0] != "&":
                parts.append(found[0])
            else:
                value, is_name, position = markup.reference(raw, found.start())
                start = self.main.text.find(raw[found.start() : position], at)
                parts.append(self.referenced_value(value, is_name, start))
        return "".join(parts)

    def referenced_value(self, value, is_name, at):
        """Returns the text that a reference in an attribute stands for."""
        if not is_name:
            if value is None:
                raise Mistake(markup.BAD_CHARACTER_REF, at)
            return value
        if value in markup.PREDEFINED:
            return markup.PREDEFINED[value]
        entity = self.entities.get(value)
        if entity is None:
            if self.has_unread_declarations and not self.is_standalone:
                return ""
            raise Mistake(markup.UNDEFINED_ENTITY)
        if entity.is_open:
            raise Mistake(markup.RECURSIVE_ENTITY, at)
        if entity.notation is not None:
            raise Mistake(markup.BINARY_ENTITY_REF, at)
        if entity.value is None:
            raise Mistake(markup.ATTRIBUTE_EXTERNAL_REF, at)
        self.count_expansion(entity)
        if "<" in entity.value:
            raise Mistake(markup.INVALID_TOKEN)
        entity.is_open = True
        expanded = self.attribute_value(entity.value, at)
        entity.is_open = False
        return expanded

    def section_start(self, source, at):
        start = "<![CDATA["
        text = source.text
        for offset, char in enumerate(start):
            if at + offset == len(text):
                raise Incomplete
            if text[at + offset] != char:
                raise Mistake(markup.INVALID_TOKEN, at + offset)
        source.at = at + len(start)
        if self.handlers.StartCdataSectionHandler is not None:
            self.call(self.handlers.StartCdataSectionHandler)
        else:
            self.default(start)

    def section(self, source):
        """Reads a CDATA section after its start."""
        while True:
            text, at = source.text, source.at
            if source is self.main:
                self.event_at = at
            if text.startswith("]]>", at):
                source.at = at + 3
                if self.handlers.EndCdataSectionHandler is not None:
                    self.call(self.handlers.EndCdataSectionHandler)
                else:
                    self.default("]]>")
                return
            if at == len(text) or text[at] in "]\r" and "]]>".replace("]]", text[at:]) and len(text) - at < 2:
                if source.is_final:
                    raise Mistake(markup.UNCLOSED_CDATA, at)
                yield
                continue
            if text[at] in "\r\n":
                self.text(source, text, at)
                continue
            if text[at] == "]":
                if text[at:] == "]]":
                    if source.is_final:
                        raise Mistake(markup.UNCLOSED_CDATA, at)
                    yield
                    continue
                end = at + 1
            else:
                end = at
            found = CDATA.match(text, end)
            end = end if found is None else found.end()
            illegal = ILLEGAL.search(text, at, end)
            if illegal is not None:
                end = illegal.start()
                if end == at:
                    raise Mistake(markup.INVALID_TOKEN, at)
            source.at = end
            self.characters(text[at:end], text[at:end])
