"""XML that programs exchange: elements that repeat are records, running text stays text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.encodings import decode, decode_declared
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.records.values import Value, fill_from_value, title_of

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_CHARSET = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([\w-]{3,20})""")


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Raises UnreadableDocumentError for markup that is damaged or declares entities."""
    declared = _CHARSET.match(data.lstrip())
    text = decode_declared(data, declared[1].decode("ascii")) if declared else None
    note = ""
    if text is None:
        text, note = decode(data, name)
    try:
        # Decoded already: the parser knows few encodings, and a declaration in text is an error.
        root = fromstring(_DECLARATION.sub("", text, count=1))
    except DefusedXmlException as error:
        raise unreadable(
            name, "it declares entities, an attack on XML readers", "Ask who sent it."
        ) from error
    except (ParseError, ValueError) as error:
        raise unreadable(name, f"it is not valid XML ({error})", "Export it again.") from error
    outline = Outline(notes=[note] if note else [])
    value = _value(root)
    fill_from_value(outline, value)
    return outline.parsed(title_of(value) or stem_of(name))


def _value(element: Element) -> Value:
    """Attributes and children by name; an element with text between its children is that text."""
    running = [element.text, *(child.tail for child in element)]
    if len(element) and any(text and text.strip() for text in running):
        return " ".join("".join(element.itertext()).split())
    found: dict[str, Value] = dict(element.attrib.items())
    for child in element:
        _put(found, _local(child.tag), _value(child))
    text = (element.text or "").strip()
    if not found:
        return text
    if text:
        found["text"] = text
    return found


def _put(found: dict[str, Value], name: str, value: Value) -> None:
    """The second of a name makes an array of both."""
    known = found.get(name)
    if known is None:
        found[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        found[name] = [known, value]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
