# mypy: disable-error-code="import-untyped,import-not-found"
"""Turn a source text into a Word document with real headings and tables."""

from __future__ import annotations

import io
import re
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from kit import COMPANY, WHEN, Block, blocks, clean_zip, column_weights

FONT = "宋体"
HEAD_FONT = "黑体"
INK = RGBColor(0x1F, 0x3A, 0x34)


def _east_asian(style: Any, font: str, size: float) -> None:
    style.font.name = "Arial"
    style.font.size = Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(attribute), None)
    fonts.set(qn("w:eastAsia"), font)


def _styles(doc: Any) -> None:
    _east_asian(doc.styles["Normal"], FONT, 11)
    doc.styles["Normal"].paragraph_format.line_spacing = 1.4
    doc.styles["Normal"].paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 24), ("Heading 1", 17), ("Heading 2", 13), ("Heading 3", 12)):
        style = doc.styles[name]
        _east_asian(style, HEAD_FONT, size)
        style.font.color.rgb = INK
        style.paragraph_format.keep_with_next = True


def _field(paragraph: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            node = OxmlElement("w:fldChar")
            node.set(qn("w:fldCharType"), kind)
        else:
            node = OxmlElement("w:instrText")
            node.text = text
        run._r.append(node)


def _frame(doc: Any, title: str) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.4)
    section.header.paragraphs[0].text = f"{COMPANY}　{title}"
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("第 ")
    _field(foot, "PAGE")
    foot.add_run(" 页")


def _runs(paragraph: Any, text: str) -> None:
    for piece in re.split(r"(\*\*.+?\*\*)", text):
        if piece.startswith("**"):
            paragraph.add_run(piece[2:-2]).bold = True
        elif piece:
            paragraph.add_run(piece)


def _shade(cell: Any, colour: str) -> None:
    node = OxmlElement("w:shd")
    node.set(qn("w:val"), "clear")
    node.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(node)


def _table(doc: Any, rows: list[list[str]]) -> None:
    table = doc.add_table(rows=len(rows), cols=len(rows[0]))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = [Cm(15.8 * share) for share in column_weights(rows, 10, 44)]
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            cell = table.cell(y, x)
            cell.width = widths[x]
            cell.text = text
            line = cell.paragraphs[0]
            line.paragraph_format.space_after = Pt(2)
            line.paragraph_format.line_spacing = 1.2
            for run in line.runs:
                run.font.size = Pt(10)
                run.bold = y == 0
            if y == 0:
                _shade(cell, "DDE9E4")
    for x, width in enumerate(widths):
        table.columns[x].width = width
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    doc.add_paragraph().paragraph_format.space_after = Pt(2)


def _add(doc: Any, block: Block, page_per_chapter: bool) -> None:
    if block.kind == "heading" and block.level == 1:
        doc.add_heading(block.text, 0)
    elif block.kind == "heading":
        head = doc.add_heading(block.text, block.level - 1)
        head.paragraph_format.page_break_before = page_per_chapter and block.level == 2
    elif block.kind == "table":
        _table(doc, block.rows)
    elif block.kind == "caption":
        line = doc.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = True
        line.add_run(block.text).bold = True
    elif block.kind == "note":
        line = doc.add_paragraph(style="Intense Quote")
        _runs(line, block.text)
    elif block.kind == "item":
        _runs(doc.add_paragraph(style="List Bullet"), block.text)
    else:
        _runs(doc.add_paragraph(), block.text)


def build(text: str, title: str, page_per_chapter: bool = True) -> bytes:
    """Return the bytes of the Word document for a source text."""
    doc = Document()
    _styles(doc)
    _frame(doc, title)
    for block in blocks(text):
        _add(doc, block, page_per_chapter)
    core = doc.core_properties
    core.title, core.author, core.language = title, COMPANY, "zh-CN"
    core.comments = ""
    core.created = core.modified = WHEN.replace(tzinfo=None)
    out = io.BytesIO()
    doc.save(out)
    return clean_zip(out.getvalue())
