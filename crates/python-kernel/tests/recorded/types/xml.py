import io, xml.dom.minidom, xml.sax, xml.etree.ElementTree as ET
from xml.parsers import expat
def f(doc, **options):
    log = []
    parser = expat.ParserCreate(options.pop("encoding", None), options.pop("separator", None))
    def handler(name):
        return lambda *a: log.append((name, *[dict(x) if isinstance(x, dict) else x for x in a])) or 1
    for name in options.pop("handlers", "StartElement EndElement CharacterData Comment ProcessingInstruction").split():
        setattr(parser, name + "Handler", handler(name))
    for name, value in options.items():
        setattr(parser, name, value)
    try:
        parser.Parse(doc, True)
    except expat.ExpatError as error:
        log.append((str(error), error.code, error.lineno, error.offset))
    return log

ET.tostring(ET.fromstring("<a><b x='1'>t</b></a>"))
ET.fromstring("<a x='1'/>").attrib
ET.tostring(ET.fromstring("<r xmlns='d' xmlns:p='u'><p:a p:x='1' y='2'>é</p:a>tail</r>"), encoding="unicode")
ET.fromstring("<a>")
ET.fromstring("<a></b>")
ET.fromstring("<a x=1/>")
ET.fromstring("<a>&nope;</a>")
ET.fromstring("")
ET.fromstring("<a/><b/>")
ET.fromstring("<p:a/>")
ET.fromstring("<a x='1' x='2'/>")
try: ET.fromstring("<a>\n<b></a>")
except ET.ParseError as error: print(error.code, error.position, error.msg)

[(e.tag, e.text, e.tail) for e in ET.fromstring("<a>1<b>2</b>3<c/>4</a>").iter()]
ET.fromstring(b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>").text
ET.fromstring("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'x<b/>y'>]><a>&e;&lt;&#65;</a>")[0].tail
[(event, e.tag) for event, e in ET.iterparse(io.StringIO("<a><b/><c>t</c></a>"), ["start", "end"])]
p = ET.XMLPullParser(["end"]); p.feed("<a><b/>"); p.flush(); print([e.tag for _, e in p.read_events()]); p.feed("</a>"); p.close(); print([e.tag for _, e in p.read_events()])
ET.canonicalize("<a b='2' a='1'><!-- c --><c/></a>")
root = ET.fromstring("<data><item id='1'><name>x</name></item><item id='2'/></data>"); print([i.get("id") for i in root.findall("item")], root.find("item[@id='1']/name").text)
ET.indent(root); print(ET.tostring(root, encoding="unicode"))
xml.dom.minidom.parseString("<a><b x='1' y='2'>t</b><!-- c --><?p d?></a>").toxml()
print(xml.dom.minidom.parseString("<a><b x='1'/><c>t</c></a>").toprettyxml(indent="  "))
xml.dom.minidom.parseString("<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY e 'v'>]><a>&e;<![CDATA[<x>]]></a>").toxml()
xml.dom.minidom.parseString("<a")
d = xml.dom.minidom.parseString("<r><i n='1'>a</i><i n='2'>b</i></r>"); print([(i.getAttribute("n"), i.firstChild.data) for i in d.getElementsByTagName("i")])
class Handler(xml.sax.ContentHandler):
    def startDocument(self): print("start")
    def endDocument(self): print("end")
    def startElement(self, name, attrs): print("<", name, dict(attrs), self._locator.getLineNumber(), self._locator.getColumnNumber())
    def endElement(self, name): print(">", name)
    def characters(self, text): print(repr(text))
    def processingInstruction(self, target, data): print("?", target, data)

xml.sax.parseString("<a x='1'>t\nu<b/>&amp;<?p d?></a>", Handler())
xml.sax.parseString("<a>\n<b></a>", Handler())
f("<a x='1' y='&lt;&#x20AC;'>a\r\nb<!-- c --><?p d?><![CDATA[x\ny]]>]</a>")
f("<a x='1' y='2'/>", ordered_attributes=True, handlers="StartElement")
f("<a xmlns='d' xmlns:p='u' p:x='1'><p:b/></a>", separator="}", handlers="StartElement EndElement StartNamespaceDecl EndNamespaceDecl")
f("<a xmlns:p='u'><p:b p:c='1'/></a>", separator=" ", namespace_prefixes=True)
f("<a>x\ny</a>", buffer_text=True)
f("<!DOCTYPE a PUBLIC 'p' 's' [<!ENTITY e 'v'><!ENTITY x SYSTEM 's' NDATA n><!NOTATION n SYSTEM 'y'><!ELEMENT a (b?,(c|d)*)><!ATTLIST a t (x|y) 'x' u CDATA #REQUIRED>]><a/>", handlers="StartDoctypeDecl EndDoctypeDecl EntityDecl UnparsedEntityDecl NotationDecl ElementDecl AttlistDecl StartElement")
f("<!DOCTYPE a [<!ENTITY e 'v'> ]><a>&e;t</a>", handlers="Default")
f("<?xml version='1.0' encoding='utf-8' standalone='yes'?><a/>", handlers="XmlDecl")
f("<a>]]></a>")
f("<a><b></a></b>")
f("<a>\x01</a>")
f(b"<a>\xff</a>")
f("<!-- a -- b --><a/>")
f(" <?xml version='1.0'?><a/>")
f("<a>&#0;</a>")
f("<a><![CDATA[x")
f("<a b='<'/>")
f("<!DOCTYPE a [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><a>&a;</a>")
f("<!DOCTYPE a [<!ATTLIST a b CDATA 'd' c NMTOKENS #IMPLIED>]><a c='  1  2 '/>")
f(b"<?xml version='1.0' encoding='nope'?><a/>")
f("<a>é</a>".encode("utf-16"))
f("<a/>", separator="ab")
parser = expat.ParserCreate(); print(parser.Parse("<a>"), parser.Parse("</a>", True), parser.CurrentLineNumber, parser.intern)
parser.Parse("x")
try: parser.nope = 1
except AttributeError: print("no such attribute")

type(parser), expat.ErrorString(3), expat.errors.XML_ERROR_SYNTAX, expat.model.XML_CTYPE_SEQ, expat.XMLParserType is type(parser)
bomb = "<!DOCTYPE a [<!ENTITY a0 'x'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 9)) + "]><a>&a8;</a>"
def explode():
    try: return len(ET.fromstring(bomb).text)
    except ET.ParseError as error: return str(error).split(":")[0]

import plistlib; plistlib.loads(plistlib.dumps({"a": 1, "b": [True, "x"]}))
