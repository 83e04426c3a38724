# mypy: disable-error-code="import-untyped,import-not-found"
"""The road show: eight slides with a table and speaker notes."""

from __future__ import annotations

import io
import tomllib
from typing import Any

from kit import COMPANY, TEXT, WHEN, clean_zip
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.util import Cm, Pt

GREEN = RGBColor(0x1F, 0x5F, 0x4A)
FONT = "微软雅黑"


def _look(frame: Any, size: float, bold: bool = False, colour: RGBColor | None = None) -> None:
    for paragraph in frame.paragraphs:
        paragraph.space_after = Pt(8)
        for run in paragraph.runs:
            run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
            if colour is not None:
                run.font.color.rgb = colour
            east = run._r.get_or_add_rPr().makeelement(qn("a:ea"), {"typeface": FONT})
            run._r.get_or_add_rPr().append(east)


def _bar(slide: Any, width: int) -> None:
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, width, Cm(0.6))
    bar.fill.solid()
    bar.fill.fore_color.rgb = GREEN
    bar.line.fill.background()


def _table(slide: Any, rows: list[list[str]], width: int) -> None:
    shape = slide.shapes.add_table(len(rows), len(rows[0]), Cm(2), Cm(5), width - Cm(4), Cm(1))
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            cell = shape.table.cell(y, x)
            cell.text = text
            _look(cell.text_frame, 20, y == 0)
            if y == 0:
                cell.fill.solid()
                cell.fill.fore_color.rgb = GREEN


def _slide(deck: Any, entry: dict[str, Any]) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _bar(slide, deck.slide_width)
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Cm(2), Cm(1.2), Cm(29), Cm(2.6)
    title.text = entry["title"]
    _look(title.text_frame, 32, True, GREEN)
    if "table" in entry:
        _table(slide, entry["table"], deck.slide_width)
    if "points" in entry:
        top = Cm(5) if "table" not in entry else Cm(12.5)
        box = slide.shapes.add_textbox(Cm(2.2), top, Cm(29), Cm(11)).text_frame
        box.word_wrap = True
        box.text = "\n".join("• " + point for point in entry["points"])
        _look(box, 28 if "table" not in entry else 20)
    slide.notes_slide.notes_text_frame.text = entry["notes"]


def build() -> bytes:
    """Return the bytes of the presentation."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Cm(33.87), Cm(19.05)
    for entry in tomllib.loads((TEXT / "roadshow.toml").read_text(encoding="utf-8"))["slide"]:
        _slide(deck, entry)
    core = deck.core_properties
    core.title, core.author = "青禾精密机械 2026年路演", COMPANY
    core.last_modified_by = COMPANY
    core.created = core.modified = WHEN.replace(tzinfo=None)
    out = io.BytesIO()
    deck.save(out)
    return clean_zip(out.getvalue())
