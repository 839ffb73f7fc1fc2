"""Reads the document type of an XML document: the declarations of entities, elements, attributes and notations.

Expat calls the handlers of declarations, or the default handler with each token. So does this module.
"""
import re

import _xml_markup as markup
from _xml_markup import Incomplete, Mistake, normalized

EMPTY, ANY, MIXED, NAME, CHOICE, SEQUENCE = 1, 2, 3, 4, 5, 6
QUANTIFIERS = {"": 0, "?": 1, "*": 2, "+": 3}
DECLARATION = re.compile("[A-Za-z_]*")
PUBLIC_CHARACTERS = re.compile("[ \r\na-zA-Z0-9\\-'()+,./:=?;!*#@$_%]*")
ATTRIBUTE_TYPES = {"CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS"}


class Entity:
    """A declared entity. It has a value, or else a system identifier."""

    __slots__ = ("name", "value", "system", "public", "notation", "base", "is_open")

    def __init__(self, name, value, system, public, notation, base):
        self.name, self.value, self.system, self.public = name, value, system, public
        self.notation, self.base, self.is_open = notation, base, False


class Declarations:
    """The part of the parser that reads the document type."""

    def define_nothing(self):
        self.entities, self.parameter_entities = {}, {}
        # The declared attributes of each element: their type and their default value.
        self.attribute_types = {}
        self.element_names = set()
        self.is_standalone = False
        # Whether there are declarations that were not read, so that an unknown entity is no error.
        self.has_unread_declarations = False
        self.keeps_declarations = True

    def token(self, source):
        """Returns the next token of a declaration and its offset. Reports the blanks before it."""
        while True:
            text, at = source.text, source.at
            if source is self.main:
                self.event_at = at
            end = markup.blanks(text, at)
            if end > at:
                self.token_seen(text[at:end])
                source.at = at = end
                if source is self.main:
                    self.event_at = at
            try:
                if at == len(text):
                    raise Incomplete
                end = self.token_end(text, at, source.is_final)
            except Incomplete:
                if source.is_final:
                    if at == len(text) and not self.is_truncated:
                        raise Mistake(markup.NO_ELEMENTS if source is self.main else markup.SYNTAX, at)
                    raise self.unclosed(source, at)
                yield
                continue
            source.at = end
            return text[at:end], at

    def token_end(self, text, at, is_final):
        char = text[at]
        if char in "\"'":
            end = text.find(char, at + 1)
            markup.checked(text, at, len(text) if end < 0 else end)
            if end < 0:
                raise Incomplete
            if end + 1 < len(text) and text[end + 1] not in " \t\r\n>%[":
                raise Mistake(markup.INVALID_TOKEN, end + 1)
            return end + 1
        if char == "<":
            if text.startswith("<!--", at):
                return markup.comment(text, at)[1]
            if text.startswith("<?", at):
                return markup.instruction(text, at)[2]
            if at + 2 >= len(text):
                raise Incomplete
            if text[at + 1] != "!":
                if markup.NAME.match(text, at + 1):
                    raise Mistake(markup.SYNTAX, at)
                raise Mistake(markup.INVALID_TOKEN, at + 1)
            if text[at + 2] == "[":
                return at + 3
            end = DECLARATION.match(text, at + 2).end()
            if end == len(text):
                raise Incomplete
            if end == at + 2 or text[end] not in " \t\r\n%":
                raise Mistake(markup.INVALID_TOKEN, end)
            return end
        if char == "%":
            if at + 1 == len(text):
                raise Incomplete
            if text[at + 1] in " \t\r\n":
                return at + 1
            end = markup.name(text, at + 1)
            if text[end] != ";":
                raise Mistake(markup.INVALID_TOKEN, end)
            return end + 1
        if char == "#":
            return markup.name(text, at + 1)
        if char == ")":
            if at + 1 == len(text) and not is_final:
                raise Incomplete
            return at + 2 if text[at + 1 : at + 2] in ("*", "+", "?") else at + 1
        if char == "]":
            if text.startswith("]]>", at):
                return at + 3
            return at + 1
        if char in ">[(|,":
            return at + 1
        found = markup.NAME_TOKEN.match(text, at)
        if found is None:
            raise Mistake(markup.INVALID_TOKEN, at)
        end = found.end()
        if end == len(text):
            if not is_final:
                raise Incomplete
            return end
        if text[end] in "*+?" and markup.NAME.match(text, at):
            return end + 1
        if text[end] not in ">),|[% \t\r\n":
            raise Mistake(markup.INVALID_TOKEN, end)
        return end

    def token_seen(self, raw):
        """Reports a token to the default handler, unless the handler of the current declaration is set."""
        if not self.is_reported:
            self.default(raw)

    def expect(self, source, *allowed):
        """Returns the next token and reports it. If any are given, the token must be one of `allowed`."""
        token, at = yield from self.token(source)
        if allowed and token not in allowed:
            raise Mistake(markup.SYNTAX, at)
        self.token_seen(token)
        return token

    def name_token(self, source):
        token, at = yield from self.token(source)
        if markup.NAME.fullmatch(token) is None:
            raise Mistake(markup.SYNTAX, at)
        self.token_seen(token)
        return token

    def literal(self, source, is_public=False):
        token, at = yield from self.token(source)
        if token[0] not in "\"'":
            raise Mistake(markup.SYNTAX, at)
        self.token_seen(token)
        if is_public and not PUBLIC_CHARACTERS.fullmatch(token[1:-1]):
            raise Mistake(markup.PUBLIC_ID, at)
        return " ".join(token[1:-1].split()) if is_public else token[1:-1]

    # --- the document type ---

    def document_type(self, source):
        handlers = self.handlers
        self.is_reported = handlers.StartDoctypeDeclHandler is not None
        yield from self.expect(source, "<!DOCTYPE")
        name = yield from self.name_token(source)
        system = public = None
        token, at = yield from self.token(source)
        if token in ("SYSTEM", "PUBLIC"):
            self.token_seen(token)
            if token == "PUBLIC":
                public = yield from self.literal(source, True)
            system = yield from self.literal(source)
            self.has_unread_declarations = True
            if not handlers._parameter_entities:
                self.check_standalone()
            token, at = yield from self.token(source)
        if token not in ("[", ">"):
            raise Mistake(markup.SYNTAX, at)
        if handlers.StartDoctypeDeclHandler is not None:
            self.call(handlers.StartDoctypeDeclHandler, name, system, public, int(token == "["))
        self.token_seen(token)
        self.is_reported = False
        if token == "[":
            yield from self.subset(source, "]")
            token, at = yield from self.token(source)
            if token != ">":
                raise Mistake(markup.SYNTAX, at)
            self.is_reported = handlers.EndDoctypeDeclHandler is not None
            self.token_seen(token)
        if system is not None or self.handlers._uses_foreign_dtd:
            self.external_subset(system, public)
        self.is_reported = False
        if handlers.EndDoctypeDeclHandler is not None:
            self.call(handlers.EndDoctypeDeclHandler)

    def external_subset(self, system, public):
        handlers = self.handlers
        self.has_unread_declarations = True
        if self.reads_parameter_entities() and handlers.ExternalEntityRefHandler is not None:
            if not self.call(handlers.ExternalEntityRefHandler, None, handlers._base, system, public):
                raise Mistake(markup.EXTERNAL_ENTITY_HANDLING)

    def check_standalone(self):
        if not self.is_standalone and self.handlers.NotStandaloneHandler is not None:
            if not self.call(self.handlers.NotStandaloneHandler):
                raise Mistake(markup.NOT_STANDALONE)

    def reads_parameter_entities(self):
        setting = self.handlers._parameter_entities
        return setting == 2 or setting == 1 and not self.is_standalone

    def subset(self, source, end):
        """Reads declarations until the token `end`, or until the end of an entity if `end` is None."""
        readers = {
            "<!ENTITY": self.entity, "<!ATTLIST": self.attribute_list, "<!ELEMENT": self.element,
            "<!NOTATION": self.notation,
        }
        while True:
            self.is_reported = False
            if end is None and markup.blanks(source.text, source.at) == len(source.text) and source.is_final:
                return
            token, at = yield from self.token(source)
            if token == end:
                self.is_reported = self.handlers.StartDoctypeDeclHandler is not None
                self.token_seen(token)
                return
            if token in readers:
                yield from readers[token](source, token)
            elif token.startswith(("<!--", "<?")):
                source.at = at
                self.comment_or_instruction(source, at)
            elif token[0] == "%" and token != "%":
                if not (yield from self.parameter_entity(token, at)):
                    self.default(token)
            else:
                raise Mistake(markup.SYNTAX, at)

    def parameter_entity(self, token, at):
        """Handles a reference to a parameter entity. Returns whether it was reported to a handler or replaced."""
        is_handled = False
        entity = self.parameter_entities.get(token[1:-1])
        self.has_unread_declarations = True
        if not self.reads_parameter_entities():
            self.keeps_declarations = self.is_standalone
            self.check_standalone()
            return False
        if entity is None:
            if self.is_standalone:
                raise Mistake(markup.UNDEFINED_ENTITY, at)
            self.keeps_declarations = False
            if self.handlers.SkippedEntityHandler is None:
                return False
            self.call(self.handlers.SkippedEntityHandler, token[1:-1], 1)
            return True
        if entity.is_open:
            raise Mistake(markup.RECURSIVE_ENTITY, at)
        if entity.value is not None:
            from _xml_parser import Source

            self.count_expansion(entity)
            entity.is_open = True
            try:
                yield from self.subset(Source(entity.value), None)
            except Mistake as mistake:
                mistake.at = at
                raise
            entity.is_open = False
            is_handled = True
        elif self.handlers.ExternalEntityRefHandler is not None:
            if not self.call(
                self.handlers.ExternalEntityRefHandler, None, entity.base, entity.system, entity.public
            ):
                raise Mistake(markup.EXTERNAL_ENTITY_HANDLING, at)
            is_handled = True
            self.keeps_declarations = self.is_standalone
        else:
            self.keeps_declarations = self.is_standalone
        self.check_standalone()
        return is_handled

    # --- declarations ---

    def entity(self, source, start):
        handlers = self.handlers
        self.is_reported = handlers.EntityDeclHandler is not None
        self.token_seen(start)
        token, at = yield from self.token(source)
        is_parameter = token == "%"
        if is_parameter:
            self.token_seen(token)
            token, at = yield from self.token(source)
        if markup.NAME.fullmatch(token) is None:
            raise Mistake(markup.SYNTAX, at)
        self.token_seen(token)
        name = token
        value = system = public = notation = None
        token, at = yield from self.token(source)
        self.token_seen(token)
        if token[0] in "\"'":
            value = self.entity_value(token[1:-1], at + 1)
        elif token in ("SYSTEM", "PUBLIC"):
            if token == "PUBLIC":
                public = yield from self.literal(source, True)
            system = yield from self.literal(source)
        else:
            raise Mistake(markup.SYNTAX, at)
        token, at = yield from self.token(source)
        if token == "NDATA" and system is not None and not is_parameter:
            self.token_seen(token)
            notation = yield from self.name_token(source)
            token, at = yield from self.token(source)
        if token != ">":
            raise Mistake(markup.SYNTAX, at)
        entities = self.parameter_entities if is_parameter else self.entities
        if self.keeps_declarations and name not in entities and (is_parameter or name not in markup.PREDEFINED):
            entities[name] = Entity(name, value, system, public, notation, handlers._base)
            if notation is not None and handlers.UnparsedEntityDeclHandler is not None:
                self.call(handlers.UnparsedEntityDeclHandler, name, handlers._base, system, public, notation)
            elif handlers.EntityDeclHandler is not None:
                self.call(
                    handlers.EntityDeclHandler, name, int(is_parameter), value, handlers._base, system, public, notation
                )
        self.token_seen(token)

    def entity_value(self, raw, at):
        """Returns the replacement text of an entity: its value with the character references replaced."""
        parts = []
        start = 0
        while (found := raw.find("&", start)) >= 0 or "%" in raw[start:]:
            percent = raw.find("%", start)
            if percent >= 0 and (found < 0 or percent < found):
                raise Mistake(markup.PARAMETER_ENTITY_REF, at + percent)
            parts.append(raw[start:found])
            try:
                value, is_name, start = markup.reference(raw, found)
            except (Incomplete, Mistake) as error:
                raise Mistake(markup.INVALID_TOKEN, at + (getattr(error, "at", None) or found)) from None
            if not is_name and value is None:
                raise Mistake(markup.BAD_CHARACTER_REF, at + found)
            parts.append(raw[found:start] if is_name else value)
        return normalized("".join(parts) + raw[start:])

    def notation(self, source, start):
        handlers = self.handlers
        self.is_reported = handlers.NotationDeclHandler is not None
        self.token_seen(start)
        name = yield from self.name_token(source)
        kind = yield from self.expect(source, "SYSTEM", "PUBLIC")
        system = public = None
        if kind == "PUBLIC":
            public = yield from self.literal(source, True)
        else:
            system = yield from self.literal(source)
        token, at = yield from self.token(source)
        if token[0] in "\"'" and kind == "PUBLIC":
            self.token_seen(token)
            system = token[1:-1]
            token, at = yield from self.token(source)
        if token != ">":
            raise Mistake(markup.SYNTAX, at)
        if handlers.NotationDeclHandler is not None:
            self.call(handlers.NotationDeclHandler, name, handlers._base, system, public)
        self.token_seen(token)

    def element(self, source, start):
        handlers = self.handlers
        self.is_reported = handlers.ElementDeclHandler is not None
        self.token_seen(start)
        name = yield from self.name_token(source)
        token, at = yield from self.token(source)
        self.token_seen(token)
        if token == "EMPTY":
            model = (EMPTY, 0, None, ())
        elif token == "ANY":
            model = (ANY, 0, None, ())
        elif token == "(":
            model = yield from self.content_model(source, True)
        else:
            raise Mistake(markup.SYNTAX, at)
        token, at = yield from self.token(source)
        if token != ">":
            raise Mistake(markup.SYNTAX, at)
        if handlers.ElementDeclHandler is not None:
            self.call(handlers.ElementDeclHandler, name, model)
        self.token_seen(token)

    def content_model(self, source, is_outermost=False):
        """Returns the content model whose opening parenthesis has just been read."""
        children, kind = [], None
        token, at = yield from self.token(source)
        self.token_seen(token)
        if is_outermost and token == "#PCDATA":
            return (yield from self.mixed_model(source))
        while True:
            if token == "(":
                children.append((yield from self.content_model(source)))
            else:
                plain = token.rstrip("?*+")
                if markup.NAME.fullmatch(plain) is None:
                    raise Mistake(markup.SYNTAX, at)
                children.append((NAME, QUANTIFIERS[token[len(plain) :]], plain, ()))
            token, at = yield from self.token(source)
            if token[0] != ")" and (token not in ("|", ",") or kind not in (None, token)):
                raise Mistake(markup.SYNTAX, at)
            self.token_seen(token)
            if token[0] == ")":
                kind = SEQUENCE if kind in (None, ",") else CHOICE
                return kind, QUANTIFIERS[token[1:]], None, tuple(children)
            kind = token
            token, at = yield from self.token(source)
            self.token_seen(token)

    def mixed_model(self, source):
        children = []
        while True:
            token, at = yield from self.token(source)
            self.token_seen(token)
            if token in (")", ")*") and (token == ")*" or not children):
                return MIXED, QUANTIFIERS[token[1:]], None, tuple(children)
            if token != "|":
                raise Mistake(markup.SYNTAX, at)
            children.append((NAME, 0, (yield from self.name_token(source)), ()))

    def attribute_list(self, source, start):
        handlers = self.handlers
        self.is_reported = handlers.AttlistDeclHandler is not None
        self.token_seen(start)
        element = yield from self.name_token(source)
        while True:
            token, at = yield from self.token(source)
            if token == ">":
                self.token_seen(token)
                return
            if markup.NAME.fullmatch(token) is None:
                raise Mistake(markup.SYNTAX, at)
            self.token_seen(token)
            name = token
            kind = yield from self.attribute_type(source)
            token, at = yield from self.token(source)
            self.token_seen(token)
            value, is_required = None, False
            if token == "#FIXED":
                is_required = True
                token, at = yield from self.token(source)
                self.token_seen(token)
                if token[0] not in "\"'":
                    raise Mistake(markup.SYNTAX, at)
            if token == "#REQUIRED":
                is_required = True
            elif token[0] in "\"'":
                value = self.attribute_value(token[1:-1], at + 1)
                if kind != "CDATA":
                    value = " ".join(value.split())
            elif token != "#IMPLIED":
                raise Mistake(markup.SYNTAX, at)
            if self.keeps_declarations:
                self.attribute_types.setdefault(element, {}).setdefault(name, (kind, value))
                if handlers.AttlistDeclHandler is not None:
                    self.call(handlers.AttlistDeclHandler, element, name, kind, value, int(is_required))

    def attribute_type(self, source):
        token, at = yield from self.token(source)
        self.token_seen(token)
        if token in ATTRIBUTE_TYPES:
            return token
        kind = ""
        if token == "NOTATION":
            kind = token
            token, at = yield from self.token(source)
            self.token_seen(token)
        if token != "(":
            raise Mistake(markup.SYNTAX, at)
        kind += token
        while True:
            token, at = yield from self.token(source)
            if markup.NAME_TOKEN.fullmatch(token) is None:
                raise Mistake(markup.SYNTAX, at)
            self.token_seen(token)
            kind += token
            token = yield from self.expect(source, "|", ")")
            kind += token
            if token == ")":
                return kind
