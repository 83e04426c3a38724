"""HTML as a person sees it: blocks in order, tables as rows, nothing hidden, nothing fetched."""

from __future__ import annotations

import re

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.encodings import decode, decode_declared
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.tables import add_table
from teaegg.ingest.readers.web.hiding import Hiding

_DROPPED = frozenset(
    "script style nav noscript template iframe object embed svg math head link meta button select "
    "input textarea canvas audio video dialog".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer aside blockquote pre dl dd dt figure figcaption address "
    "fieldset form details summary ul ol hr body html center table tbody thead tfoot tr td th caption "
    "h1 h2 h3 h4 h5 h6 li".split()
)
_HEADING = re.compile(r"h([1-6])")
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,200}encoding)\s*=\s*["']?\s*([\w-]{3,20})""", re.I
)
_HIDDEN_NOTE = "Hidden text was left out."
_MAX_DEPTH = 400


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """The visible text of a page; its title is <title>, else the first heading."""
    text, note = decode_page(data, name)
    outline = Outline(notes=[note] if note else [])
    title = fill_from_html(outline, text, name)
    return outline.parsed(title or outline.first_heading() or stem_of(name))


def fill_from_html(outline: Outline, text: str, name: str, place: Location | None = None) -> str:
    """Add the visible blocks of `text` to `outline`; returns the <title> or ''."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        # XML 1.0 forbids zero bytes; lxml would stop at the first one.
        root = lxml.html.document_fromstring(
            text.replace("\x00", "").encode("utf-8", "replace"), parser
        )
    except (lxml.etree.LxmlError, ValueError) as error:
        raise unreadable(
            name, f"it is not readable HTML ({error})", "Save it again as HTML."
        ) from error
    title = root.findtext(".//title") or ""
    walker = _Walker(outline, Hiding.of(root), place or Location())
    walker.walk(root, 0)
    walker.flush()
    return " ".join(title.split())


def decode_page(data: bytes, name: str) -> tuple[str, str]:
    """(text, note) of a page: as it declares itself, unless its bytes contradict that."""
    declared = _CHARSET.search(data[:4096])
    if declared:
        text = decode_declared(data, declared[1].decode("ascii"))
        if text is not None:
            return text, ""
    decoded = decode(data, name)
    return decoded.text, decoded.note


class _Walker:
    """Depth-first over the tree; inline text gathers in `_buffer` until a block begins or ends."""

    def __init__(self, outline: Outline, hiding: Hiding, place: Location) -> None:
        self._outline = outline
        self._hiding = hiding
        self._place = place
        self._buffer: list[str] = []
        self._kind: str = "paragraph"

    def walk(self, element: HtmlElement, depth: int) -> None:
        if depth > _MAX_DEPTH:
            self._buffer.append(element.text_content())
            return
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _DROPPED:
            return
        if self._hiding.hides(element):
            if element.text_content().strip():
                self._outline.note(_HIDDEN_NOTE)
            return
        self._enter(element, tag, depth)

    def _enter(self, element: HtmlElement, tag: str, depth: int) -> None:
        heading = _HEADING.fullmatch(tag)
        if heading:
            self.flush()
            self._outline.heading(self._visible_text(element, depth), int(heading[1]), self._place)
        elif tag == "table" and _is_data_table(element):
            self.flush()
            self._table(element, depth)
        elif tag == "li":
            self._item(element, depth)
        elif tag == "pre":
            self.flush()
            self._buffer.append(_text_with_breaks(element))
            self.flush(keep_spaces=True)
        else:
            self._children(element, tag, depth)

    def _children(self, element: HtmlElement, tag: str, depth: int) -> None:
        is_block = tag in _BLOCKS
        if is_block:
            self.flush()
        if tag == "br":
            self._buffer.append("\n")
        self._buffer.append(_spaced(element.text))
        for child in element:
            self.walk(child, depth + 1)
            self._buffer.append(_spaced(child.tail))
        if is_block:
            self.flush()

    def _item(self, element: HtmlElement, depth: int) -> None:
        self.flush()
        self._buffer.append(_item_mark(element))
        self._kind = "list"
        self._children(element, "li-content", depth)
        self.flush()

    def _table(self, element: HtmlElement, depth: int) -> None:
        caption = element.find("caption")
        if caption is not None:
            self._outline.add("caption", " ".join(caption.text_content().split()), self._place)
        table = [
            [self._visible_text(cell, depth) for cell in row if cell.tag in ("td", "th")]
            for row in element.iter("tr")
            if not self._hiding.hides(row)
        ]
        add_table(self._outline, table, self._place)

    def _visible_text(self, element: HtmlElement, depth: int) -> str:
        """The text of a heading or a cell, hidden parts left out, as one line."""
        inner = _Walker(Outline(), self._hiding, self._place)
        inner._children(element, "", depth)
        inner.flush()
        for note in inner._outline.notes:
            self._outline.note(note)
        return " ".join(" ".join(block.text.split()) for block in inner._outline.blocks)

    def flush(self, *, keep_spaces: bool = False) -> None:
        text = "".join(self._buffer)
        if not keep_spaces:
            text = "\n".join(" ".join(line.split(" ")).strip() for line in text.split("\n"))
        self._outline.add(
            "list" if self._kind == "list" else "paragraph", text.strip(), self._place
        )
        self._buffer.clear()
        self._kind = "paragraph"


def _spaced(text: str | None) -> str:
    """White space of the source, line breaks too, shows as one space; between Chinese, as none."""
    if not text:
        return ""
    joined = re.sub(
        r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*[\r\n]\s*(?=[\u3000-\u9fff\uff00-\uffef])",
        "",
        text,
    )
    return re.sub(r"[ \t\r\n\f]+", " ", joined)


def _text_with_breaks(element: HtmlElement) -> str:
    for line_break in element.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return str(element.text_content())


def _item_mark(element: HtmlElement) -> str:
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    start = parent.get("start", "1")
    first = int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1
    return f"{first + sum(1 for each in element.itersiblings('li', preceding=True))}. "


def _is_data_table(element: HtmlElement) -> bool:
    """A table inside of which are tables, or with one column, only arranges a page."""
    if next(element.iterdescendants("table"), None) is not None:
        return False
    return any(sum(1 for cell in row if cell.tag in ("td", "th")) > 1 for row in element.iter("tr"))
