"""Replaces the interpreter's `pyexpat`, which loses attributes and reports no errors."""
import sys

import _xml_markup as markup
from _xml_parser import Parser

EXPAT_VERSION = "expat_2.6.3"
version_info = (2, 6, 3)
native_encoding = "UTF-8"
features = [
    ("sizeof(XML_Char)", 1), ("sizeof(XML_LChar)", 1), ("XML_DTD", 0), ("XML_CONTEXT_BYTES", 1024), ("XML_NS", 0),
    ("XML_BLAP_MAX_AMP", 100), ("XML_BLAP_ACT_THRES", 8388608), ("XML_GE", 0),
]
XML_PARAM_ENTITY_PARSING_NEVER, XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE, XML_PARAM_ENTITY_PARSING_ALWAYS = 0, 1, 2

# The errors of Expat: their names without "XML_ERROR_" and their messages. An error's code is its position, from 1.
ERRORS = """
NO_MEMORY out of memory
SYNTAX syntax error
NO_ELEMENTS no element found
INVALID_TOKEN not well-formed (invalid token)
UNCLOSED_TOKEN unclosed token
PARTIAL_CHAR partial character
TAG_MISMATCH mismatched tag
DUPLICATE_ATTRIBUTE duplicate attribute
JUNK_AFTER_DOC_ELEMENT junk after document element
PARAM_ENTITY_REF illegal parameter entity reference
UNDEFINED_ENTITY undefined entity
RECURSIVE_ENTITY_REF recursive entity reference
ASYNC_ENTITY asynchronous entity
BAD_CHAR_REF reference to invalid character number
BINARY_ENTITY_REF reference to binary entity
ATTRIBUTE_EXTERNAL_ENTITY_REF reference to external entity in attribute
MISPLACED_XML_PI XML or text declaration not at start of entity
UNKNOWN_ENCODING unknown encoding
INCORRECT_ENCODING encoding specified in XML declaration is incorrect
UNCLOSED_CDATA_SECTION unclosed CDATA section
EXTERNAL_ENTITY_HANDLING error in processing external entity reference
NOT_STANDALONE document is not standalone
UNEXPECTED_STATE unexpected parser state - please send a bug report
ENTITY_DECLARED_IN_PE entity declared in parameter entity
FEATURE_REQUIRES_XML_DTD requested feature requires XML_DTD support in Expat
CANT_CHANGE_FEATURE_ONCE_PARSING cannot change setting once parsing has begun
UNBOUND_PREFIX unbound prefix
UNDECLARING_PREFIX must not undeclare prefix
INCOMPLETE_PE incomplete markup in parameter entity
XML_DECL XML declaration not well-formed
TEXT_DECL text declaration not well-formed
PUBLICID illegal character(s) in public id
SUSPENDED parser suspended
NOT_SUSPENDED parser not suspended
ABORTED parsing aborted
FINISHED parsing finished
SUSPEND_PE cannot suspend in external parameter entity
RESERVED_PREFIX_XML reserved prefix (xml) must not be undeclared or bound to another namespace name
RESERVED_PREFIX_XMLNS reserved prefix (xmlns) must not be declared or undeclared
RESERVED_NAMESPACE_URI prefix must not be bound to one of the reserved namespace names
INVALID_ARGUMENT invalid argument
NO_BUFFER a successful prior call to function XML_GetBuffer is required
AMPLIFICATION_LIMIT_BREACH limit on input amplification factor (from DTD and entities) breached
"""

module = type(sys)
errors = module("pyexpat.errors", "Constants used to describe error conditions.")
errors.codes, errors.messages = {}, {}
for code, line in enumerate(ERRORS.split("\n")[1:-1], 1):
    name, _, message = line.partition(" ")
    setattr(errors, "XML_ERROR_" + name, message)
    errors.codes[message] = code
    errors.messages[code] = message
model = module("pyexpat.model", "Constants used to interpret content model information.")
for names, first in (("CTYPE_EMPTY CTYPE_ANY CTYPE_MIXED CTYPE_NAME CTYPE_CHOICE CTYPE_SEQ", 1),
                     ("CQUANT_NONE CQUANT_OPT CQUANT_REP CQUANT_PLUS", 0)):
    for code, name in enumerate(names.split(), first):
        setattr(model, "XML_" + name, code)
sys.modules["pyexpat.errors"], sys.modules["pyexpat.model"] = errors, model
del code, line, name, names, first, message, module, ERRORS


class ExpatError(Exception):
    """The exception for a document that is not well-formed."""


ExpatError.__module__ = "xml.parsers.expat"
error = ExpatError

HANDLERS = (
    "StartElementHandler EndElementHandler ProcessingInstructionHandler UnparsedEntityDeclHandler NotationDeclHandler "
    "StartNamespaceDeclHandler EndNamespaceDeclHandler CommentHandler StartCdataSectionHandler EndCdataSectionHandler "
    "DefaultHandler DefaultHandlerExpand NotStandaloneHandler ExternalEntityRefHandler StartDoctypeDeclHandler "
    "EndDoctypeDeclHandler EntityDeclHandler XmlDeclHandler ElementDeclHandler AttlistDeclHandler SkippedEntityHandler"
).split()
OPTIONS = ["namespace_prefixes", "ordered_attributes", "specified_attributes"]


def option(name):
    """Returns a property that stores whether its value is true."""
    private = f"_{name}"

    def set_option(self, value):
        setattr(self, private, bool(value))

    return property(lambda self: getattr(self, private), set_option)


class xmlparser:
    """XML parser"""

    __slots__ = (
        *HANDLERS, *(f"_{name}" for name in OPTIONS), "intern", "_character_handler", "_buffer_text", "_buffer_size",
        "_buffered", "_buffered_bytes", "_parser", "_base", "_parameter_entities", "_uses_foreign_dtd", "_defers",
        "_error", "_is_finished", "__weakref__",
    )

    def __init__(self, encoding, separator, intern):
        for name in HANDLERS:
            setattr(self, name, None)
        for name in OPTIONS:
            setattr(self, f"_{name}", False)
        self.intern = {} if intern is None else intern
        self._character_handler = None
        self._buffer_text, self._buffer_size, self._buffered, self._buffered_bytes = False, 8192, [], 0
        self._base, self._parameter_entities, self._uses_foreign_dtd, self._defers = None, 0, False, True
        self._error, self._is_finished = (0, 1, 0, 0), False
        self._parser = Parser(self, encoding, separator)

    for name in OPTIONS:
        locals()[name] = option(name)
    del name

    @property
    def CharacterDataHandler(self):
        return self._character_handler

    @CharacterDataHandler.setter
    def CharacterDataHandler(self, handler):
        self._flush()
        self._character_handler = handler

    @property
    def buffer_text(self):
        return self._buffer_text

    @buffer_text.setter
    def buffer_text(self, value):
        self._flush()
        self._buffer_text = bool(value)

    @property
    def buffer_size(self):
        return self._buffer_size

    @buffer_size.setter
    def buffer_size(self, value):
        if not isinstance(value, int):
            raise TypeError("buffer_size must be an integer")
        if value <= 0:
            raise ValueError("buffer_size must be greater than zero")
        self._flush()
        self._buffer_size = value

    @property
    def buffer_used(self):
        return self._buffered_bytes

    def _data(self, text):
        """Passes text of the document on to its handler, at once or later."""
        if not self._buffer_text:
            self._character_handler(text)
            return
        size = len(text.encode())
        if self._buffered_bytes + size > self._buffer_size:
            self._flush()
            if self._character_handler is None:
                return
        if size > self._buffer_size:
            self._character_handler(text)
        else:
            self._buffered.append(text)
            self._buffered_bytes += size

    def _flush(self):
        if self._buffered:
            text = "".join(self._buffered)
            self._buffered, self._buffered_bytes = [], 0
            if self._character_handler is not None:
                self._character_handler(text)

    # --- parsing ---

    def Parse(self, data, isfinal=False, /):
        """Parse XML data.

        'isfinal' should be true at end of input."""
        if isinstance(data, str):
            data = data.encode("utf-8")
            if self._parser.encoding is None and self._parser.decode is None:
                self._parser.encoding = "utf-8"
        else:
            data = bytes(memoryview(data))
        if self._is_finished:
            self._raise(markup.FINISHED, self._position())
        self._is_finished = bool(isfinal)
        try:
            self._parser.feed(data, bool(isfinal))
            self._flush()
        except markup.Mistake as mistake:
            at = self._parser.event_at if mistake.at is None else mistake.at
            code = mistake.code
        except BaseException:
            self._is_finished = True
            raise
        else:
            return 1
        self._is_finished = True
        self._raise(code, self._position(at))

    def ParseFile(self, file, /):
        """Parse XML data from file-like object."""
        if not hasattr(file, "read"):
            raise TypeError("argument must have 'read' attribute")
        while data := file.read(2048):
            if not isinstance(data, (bytes, bytearray)):
                raise TypeError(f"read() did not return a bytes object (type={type(data).__name__})")
            self.Parse(data, False)
        return self.Parse(b"", True)

    def _position(self, at=None):
        main = self._parser.main
        return main.position(self._parser.event_at if at is None else at)

    def _raise(self, code, position):
        line, column, _ = position
        self._error = (code, *position)
        error = ExpatError(f"{ErrorString(code)}: line {line}, column {column}")
        error.code, error.offset, error.lineno = code, column, line
        raise error

    ErrorCode = property(lambda self: self._error[0])
    ErrorLineNumber = property(lambda self: self._error[1] if self._error[0] else self._position()[0])
    ErrorColumnNumber = property(lambda self: self._error[2] if self._error[0] else self._position()[1])
    ErrorByteIndex = property(lambda self: self._error[3] if self._error[0] else self._position()[2])
    CurrentLineNumber = property(lambda self: self.ErrorLineNumber)
    CurrentColumnNumber = property(lambda self: self.ErrorColumnNumber)
    CurrentByteIndex = property(lambda self: self.ErrorByteIndex)

    # --- settings ---

    def SetBase(self, base, /):
        """Set the base URL for the parser."""
        self._base = base

    def GetBase(self):
        """Return base URL string for the parser."""
        return self._base

    def GetInputContext(self):
        """Return the untranslated text of the input that caused the current event.

        If the event was generated by a large amount of text (such as a start tag
        for an element with many attributes), not all of the text may be available."""
        main = self._parser.main
        return main.text[self._parser.event_at :].encode(main.encoding) if self._parser.decode is not None else None

    def SetReparseDeferralEnabled(self, enabled, /):
        """Enable/Disable reparse deferral; enabled by default with Expat >=2.6.0."""
        self._defers = bool(enabled)

    def GetReparseDeferralEnabled(self):
        """Retrieve reparse deferral enabled status; always returns false with Expat <2.6.0."""
        return self._defers

    def SetParamEntityParsing(self, flag, /):
        """Controls parsing of parameter entities (including the external DTD subset).

        Possible flag values are XML_PARAM_ENTITY_PARSING_NEVER,
        XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE and
        XML_PARAM_ENTITY_PARSING_ALWAYS. Returns true if setting the flag
        was successful."""
        self._parameter_entities = flag
        return 1

    def UseForeignDTD(self, flag=True, /):
        """Allows the application to provide an artificial external subset if one is not specified as part of the document instance.

        This readily allows the use of a 'default' document type controlled by the
        application, while still getting the advantage of providing document type
        information to the parser. 'flag' defaults to True if not provided."""
        self._uses_foreign_dtd = bool(flag)

    def ExternalEntityParserCreate(self, context, encoding=None, /):
        """Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler."""
        child = xmlparser(encoding, self._parser.separator, self.intern)
        for name in (*HANDLERS, "_character_handler", "_buffer_text", "_buffer_size", "_base", "_parameter_entities",
                     "_defers", *(f"_{name}" for name in OPTIONS)):
            setattr(child, name, getattr(self, name))
        child._parser.continue_document(self._parser, context)
        return child


xmlparser.__module__ = "pyexpat"
XMLParserType = xmlparser


def ParserCreate(encoding=None, namespace_separator=None, intern=None):
    """Return a new XML parser object."""
    for name, value in (("encoding", encoding), ("namespace_separator", namespace_separator)):
        if value is not None and not isinstance(value, str):
            kind = type(value).__name__
            raise TypeError(f"ParserCreate() argument '{name}' must be str or None, not {kind}")
    if namespace_separator is not None and len(namespace_separator) > 1:
        raise ValueError("namespace_separator must be at most one character, omitted, or None")
    return xmlparser(encoding, namespace_separator, intern)


def ErrorString(code, /):
    """Returns string error for given number."""
    return errors.messages.get(code)


del option
