"""Word documents: headings by style, automatic numbers, tables as rows, text boxes, charts, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
import docx.document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.archives import open_container
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.ocr import PictureReader
from teaegg.ingest.readers.office.charts import chart_text, markup
from teaegg.ingest.readers.office.numbering import Numbering
from teaegg.ingest.readers.signs import sign, sign_font
from teaegg.ingest.readers.tables import SPANNED, add_table

_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE_STYLES = frozenset(("title", "标题", "標題"))
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DROPPED = frozenset(
    (qn("w:del"), qn("w:moveFrom"), _ALTERNATIVE, qn("w:instrText"), qn("w:delText"))
)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{2,4}")
_NO = frozenset(("0", "false", "off", "none"))
_REPAIR = "Open it in Word or LibreOffice and save it again."
_HIDDEN_NOTE = "Hidden text was left out."
_MAX_STYLE_CHAIN = 20


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Body in order; footnotes and endnotes follow at the end. Comments and deletions are left out."""
    open_container(data, name, limits).close()
    try:
        document = docx.Document(BytesIO(data))
        return _Reading(document, PictureReader(limits)).parsed(name)
    except (
        PackageNotFoundError,
        KeyError,
        ValueError,
        AttributeError,
        IndexError,
        TypeError,
    ) as error:
        raise unreadable(name, f"it is not a complete Word document ({error})", _REPAIR) from error
    except SyntaxError as error:  # lxml's XMLSyntaxError
        raise unreadable(name, f"its markup is damaged ({error})", _REPAIR) from error


class _Reading:
    """One pass over one document."""

    def __init__(self, document: docx.document.Document, pictures: PictureReader) -> None:
        self._document = document
        self._pictures = pictures
        self._outline = Outline()
        self._title = ""
        self._styles = {style.style_id: style for style in document.styles}
        self._numbering = Numbering.of(_numbering_root(document))

    def parsed(self, name: str) -> ParsedDocument:
        self._container(self._document.element.body)
        self._notes("footnotes")
        self._notes("endnotes")
        for note in self._pictures.notes:
            self._outline.note(note)
        return self._outline.parsed(self._title or self._outline.first_heading() or stem_of(name))

    def _container(self, element: Any) -> None:
        for child in element:
            if child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag in (
                qn("w:sdt"),
                qn("w:sdtContent"),
                qn("w:ins"),
                qn("w:smartTag"),
                qn("w:customXml"),
            ):
                self._container(child)

    def _paragraph(self, element: Any) -> None:
        text = self._text(element).strip()
        label, is_list = self._label(element) if text else ("", False)
        level, is_title = self._level(element)
        if is_title and text and not self._title:
            self._title = text
        if level:
            self._outline.heading(f"{label} {text}".strip(), level)
        else:
            self._outline.add("list" if is_list else "paragraph", _joined(label, text))
        for box in _shapes(element, qn("w:txbxContent")):
            self._container(box)
        self._add_drawings(element)

    def _text(self, element: Any) -> str:
        """Visible text of one paragraph; text boxes are separate."""
        pieces: list[str] = []
        for node in _inline(element):
            if node.tag == qn("w:t"):
                if self._is_hidden(node.getparent()):
                    if node.text and node.text.strip():
                        self._outline.note(_HIDDEN_NOTE)
                else:
                    pieces.append(node.text or "")
            elif node.tag == qn("w:tab"):
                pieces.append("\t")
            elif node.tag in (qn("w:br"), qn("w:cr")):
                pieces.append("\n")
            elif node.tag == qn("w:noBreakHyphen"):
                pieces.append("-")
            elif node.tag == qn("w:sym"):
                pieces.append(_sign(node))
        return "".join(pieces)

    def _is_hidden(self, run: Any) -> bool:
        """Hidden by the run's own properties or by its character style."""
        properties = run.find(qn("w:rPr")) if run is not None else None
        if properties is None:
            return False
        own = _switch(properties, "w:vanish")
        if own is not None:
            return own
        style = properties.find(qn("w:rStyle"))
        found = self._styles.get(style.get(qn("w:val"), "")) if style is not None else None
        inherited = found.element.find(qn("w:rPr")) if found is not None else None
        return inherited is not None and bool(_switch(inherited, "w:vanish"))

    def _level(self, element: Any) -> tuple[int, bool]:
        """(heading level or 0, whether it is the document's title)."""
        properties = element.find(qn("w:pPr"))
        outline = _value(properties, "w:outlineLvl")
        if outline.isdigit() and int(outline) < 9:
            return int(outline) + 1, False
        for style in self._style_chain(_value(properties, "w:pStyle")):
            name = str(style.name or "")
            if name.lower() in _TITLE_STYLES:
                return 1, True
            if match := _HEADING_STYLE.fullmatch(name):
                return int(match[1]), False
            outline = _value(style.element.find(qn("w:pPr")), "w:outlineLvl")
            if outline.isdigit() and int(outline) < 9:
                return int(outline) + 1, False
        return 0, False

    def _label(self, element: Any) -> tuple[str, bool]:
        """(automatic number or '', whether the paragraph is in a list)."""
        properties = element.find(qn("w:pPr"))
        places = [properties]
        chain = self._style_chain(_value(properties, "w:pStyle"))
        places += [style.element.find(qn("w:pPr")) for style in chain]
        depth = number_id = ""
        for place in places:
            numbers = place.find(qn("w:numPr")) if place is not None else None
            if numbers is not None:
                depth = depth or _value(numbers, "w:ilvl")
                number_id = number_id or _value(numbers, "w:numId")
        if not number_id or number_id == "0":
            return "", False
        return self._numbering.label(number_id, int(depth) if depth.isdigit() else 0), True

    def _style_chain(self, style_id: str) -> Iterator[Any]:
        for _ in range(_MAX_STYLE_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = _value(style.element, "w:basedOn")

    def _table(self, element: Any) -> None:
        """Cells that reach over several rows or columns give their text to each of them."""
        table: list[list[str]] = []
        for row in element.iter(qn("w:tr")):
            if _nearest(row, qn("w:tbl")) is not element:
                continue
            cells: list[str] = []
            for cell in _cells(row):
                properties = cell.find(qn("w:tcPr"))
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                continues = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
                text = (
                    table[-1][len(cells)]
                    if continues and _has(table, len(cells))
                    else self._cell(cell)
                )
                span = _value(properties, "w:gridSpan")
                cells += [text] + [SPANNED] * (min(int(span), 64) - 1 if span.isdigit() else 0)
            table.append(cells)
        if max((len(row) for row in table), default=0) == 1:
            # One column only frames running text.
            for row in element.iter(qn("w:tc")):
                self._container(row)
        else:
            add_table(self._outline, table)
            self._add_drawings(element)

    def _cell(self, cell: Any) -> str:
        lines = (
            _joined(self._label(paragraph)[0], self._text(paragraph).strip())
            for paragraph in cell.iter(qn("w:p"))
        )
        return " ".join(line for line in lines if line)

    def _notes(self, kind: str) -> None:
        for relation in self._document.part.rels.values():
            if relation.is_external or not relation.reltype.endswith("/" + kind):
                continue
            root = docx.oxml.parse_xml(relation.target_part.blob)
            for note in root:
                lines = [self._text(paragraph).strip() for paragraph in note.iter(qn("w:p"))]
                if note.get(qn("w:type")) is None:
                    self._outline.add(
                        "paragraph", "\n".join(filter(None, lines)), Location(part=kind)
                    )

    def _add_drawings(self, element: Any) -> None:
        """Charts by their figures, pictures by OCR."""
        for node in element.iter(_BLIP, _CHART):
            name = node.get(qn("r:embed") if node.tag == _BLIP else qn("r:id"), "")
            relation = self._document.part.rels.get(name)
            if relation is None or relation.is_external:
                continue
            blob = relation.target_part.blob
            if node.tag == _CHART:
                self._outline.add("paragraph", chart_text(markup(blob)))
                continue
            for line in self._pictures.paragraphs(blob):
                self._outline.add("caption", line)


def _numbering_root(document: docx.document.Document) -> Any | None:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/numbering"):
            return docx.oxml.parse_xml(relation.target_part.blob)
    return None


def _inline(element: Any) -> Iterator[Any]:
    """Runs' contents in order, without deletions, alternatives, text boxes and paragraph properties."""
    for child in element:
        if child.tag in _DROPPED or child.tag in (qn("w:txbxContent"), qn("w:pPr"), qn("w:rPr")):
            continue
        yield child
        yield from _inline(child)


def _shapes(element: Any, tag: str) -> Iterator[Any]:
    """Outermost `tag` elements; the old-style copy of a text box (mc:Fallback) is skipped."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in _DROPPED:
            yield from _shapes(child, tag)


def _sign(symbol: Any) -> str:
    """A character that was inserted from a font of signs (a ticked box)."""
    font, code = symbol.get(qn("w:font"), ""), symbol.get(qn("w:char"), "")
    known = sign_font(font)
    return sign(int(code, 16), known) if known and _HEXADECIMAL.fullmatch(code) else ""


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _cells(child)


def _nearest(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)


def _has(table: list[list[str]], column: int) -> bool:
    return bool(table) and column < len(table[-1])


def _joined(label: str, text: str) -> str:
    """Chinese article numbers are followed by a full-width space in print; others by a plain one."""
    return f"{label} {text}" if label and text else text


def _switch(properties: Any, name: str) -> bool | None:
    found = properties.find(qn(name))
    return None if found is None else found.get(qn("w:val"), "1").lower() not in _NO


def _value(parent: Any | None, name: str) -> str:
    found = parent.find(qn(name)) if parent is not None else None
    return "" if found is None else str(found.get(qn("w:val"), ""))
