# mypy: disable-error-code="import-untyped,import-not-found"
"""The pump manual as a PDF with a text layer, an embedded font subset and page numbers."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from kit import COMPANY, Block, blocks, column_weights, find_font
from reportlab import rl_config
from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

FONT = "QingheHei"
GREEN = colors.HexColor("#1F5F4A")
PALE = colors.HexColor("#E3EFEA")
WIDTH = 16.4 * cm
CURVES: dict[str, list[tuple[float, float]]] = {
    "QH-200-0.75": [(0, 24), (3, 23), (6.3, 20), (8.5, 15)],
    "QH-200-1.1": [(0, 27), (5, 26), (10, 22), (13, 16)],
    "QH-200-1.5": [(0, 31), (6, 30), (12.5, 25), (16, 18)],
    "QH-200-2.2": [(0, 37), (8, 35), (16, 30), (20, 22)],
}


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    base: dict[str, Any] = {"fontName": FONT, "fontSize": size, "leading": size * 1.65}
    return ParagraphStyle(name, **{**base, "wordWrap": "CJK", "spaceAfter": 5, **more})


def _styles() -> dict[str, ParagraphStyle]:
    return {
        "h1": _style("h1", 18, textColor=GREEN, spaceBefore=18, spaceAfter=12),
        "h2": _style("h2", 13, textColor=GREEN, spaceBefore=10, keepWithNext=1),
        "para": _style("para", 10.5),
        "item": _style("item", 10.5, leftIndent=14, bulletIndent=2),
        "step": _style("step", 10.5, leftIndent=14),
        "note": _style(
            "note", 10.5, backColor=colors.HexColor("#FFF1D6"), borderPadding=6,
            borderColor=colors.HexColor("#D98A00"), borderWidth=0.8,
            spaceBefore=10, spaceAfter=12,
        ),
        "caption": _style("caption", 9.5, alignment=TA_CENTER, keepWithNext=1, spaceBefore=8),
        "cell": _style("cell", 9, leading=13, spaceAfter=0),
        "cover": _style("cover", 30, alignment=TA_CENTER, textColor=GREEN, leading=44),
        "centre": _style("centre", 13, alignment=TA_CENTER),
    }  # fmt: skip


def _axis(drawing: Drawing, x0: float, y0: float, wide: float, high: float) -> None:
    for step in range(5):
        x, y = x0 + wide * step / 4, y0 + high * step / 4
        drawing.add(Line(x0, y, x0 + wide, y, strokeColor=colors.lightgrey))
        drawing.add(Line(x, y0, x, y0 + high, strokeColor=colors.lightgrey))
        drawing.add(String(x - 4, y0 - 12, str(step * 5), fontName=FONT, fontSize=8))
        drawing.add(String(x0 - 16, y - 3, str(step * 10), fontName=FONT, fontSize=8))


def _curve() -> Drawing:
    drawing = Drawing(WIDTH, 235)
    x0, y0, wide, high = 50.0, 35.0, 330.0, 180.0
    _axis(drawing, x0, y0, wide, high)
    inks = [colors.HexColor(c) for c in ("#1F5F4A", "#C0392B", "#2456A6", "#8A5A00")]
    for ink, (name, points) in zip(inks, CURVES.items(), strict=True):
        flat: list[float] = []
        for flow, head in points:
            flat += [x0 + wide * flow / 20, y0 + high * head / 40]
        drawing.add(PolyLine(flat, strokeColor=ink, strokeWidth=1.6))
        drawing.add(String(flat[-2] + 4, flat[-1] - 4, name, fontName=FONT, fontSize=8))
    drawing.add(String(x0 + 120, 6, "流量 Q（m³/h）", fontName=FONT, fontSize=9))
    drawing.add(String(4, y0 + high + 6, "扬程 H（m）", fontName=FONT, fontSize=9))
    return drawing


def _section() -> Drawing:
    drawing = Drawing(WIDTH, 150)
    parts = [
        (30, 40, 60, 80, "1 泵体"), (90, 55, 30, 50, "2 叶轮"), (120, 45, 26, 70, "3 泵盖"),
        (146, 62, 34, 36, "4 机械密封"), (180, 50, 60, 60, "5 轴承架"),
        (240, 35, 140, 90, "6 电机"),
    ]  # fmt: skip
    for index, (x, y, wide, high, name) in enumerate(parts):
        drawing.add(Rect(x, y, wide, high, fillColor=PALE, strokeColor=GREEN))
        label = 132 if index % 2 == 0 else 14
        drawing.add(String(x + 2, label, name, fontName=FONT, fontSize=8.5))
        edge = y + high if index % 2 == 0 else y
        drawing.add(Line(x + wide / 2, edge, x + wide / 2, label + (-3 if index % 2 == 0 else 9)))
    drawing.add(Line(90, 80, 380, 80, strokeColor=colors.grey, strokeDashArray=[6, 2, 1, 2]))
    drawing.add(Rect(20, 28, 370, 6, fillColor=colors.grey, strokeColor=None))
    return drawing


def _table(rows: list[list[str]], styles: dict[str, ParagraphStyle]) -> Table:
    widths = [WIDTH * share for share in column_weights(rows, 9, 40)]
    body = [[Paragraph(escape(cell), styles["cell"]) for cell in row] for row in rows]
    table = Table(body, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), PALE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return table


def _flow(block: Block, styles: dict[str, ParagraphStyle]) -> list[Any]:
    if block.kind == "heading":
        head = Paragraph(escape(block.text), styles[f"h{block.level}"])
        return [CondPageBreak(11 * cm), head] if block.level == 1 else [head]
    if block.kind == "table":
        return [_table(block.rows, styles), Spacer(1, 8)]
    if block.kind == "figure":
        curve = block.text == "curve"
        centred = _style("figure", 9.5, alignment=TA_CENTER)
        name = "图3-1 QH-200系列性能曲线" if curve else "图2-1 QH-200结构示意图"
        return [KeepTogether([_curve() if curve else _section(), Paragraph(name, centred)])]
    if block.kind == "item":
        return [Paragraph(escape(block.text), styles["item"], bulletText="•")]
    return [Paragraph(escape(block.text), styles[block.kind])]


class _Manual(BaseDocTemplate):  # type: ignore[misc, unused-ignore]
    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802
        name = getattr(getattr(flowable, "style", None), "name", "")
        if name in ("h1", "h2"):
            level, text = int(name[1]) - 1, flowable.getPlainText()
            key = f"s{self.page}-{abs(hash_text(text))}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level, closed=True)
            self.notify("TOCEntry", (level, text, self.page, key))


def hash_text(text: str) -> int:
    """A stable number for a heading (hash() changes from run to run)."""
    return sum((i + 1) * ord(c) for i, c in enumerate(text))


def _page(canvas: Any, doc: Any) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 8.5)
    canvas.setFillColor(colors.grey)
    canvas.drawString(2.3 * cm, 28.3 * cm, f"{COMPANY}　QH-200系列离心泵使用说明书")
    canvas.drawRightString(18.7 * cm, 28.3 * cm, "QH-DOC-200-CN V4.0")
    canvas.line(2.3 * cm, 28.1 * cm, 18.7 * cm, 28.1 * cm)
    canvas.drawCentredString(10.5 * cm, 1.3 * cm, f"第 {doc.page} 页")
    canvas.restoreState()


def _front(styles: dict[str, ParagraphStyle]) -> list[Any]:
    toc = TableOfContents()
    toc.levelStyles = [
        _style("t1", 10.5, leading=11.6, spaceAfter=1.8),
        _style("t2", 9.5, leftIndent=16, leading=11.2, spaceAfter=0.6),
    ]
    return [
        Spacer(1, 6 * cm),
        Paragraph("QH-200系列离心泵", styles["cover"]),
        Paragraph("安装、使用与维护说明书", styles["cover"]),
        Spacer(1, 1.2 * cm),
        Paragraph("文件编号：QH-DOC-200-CN　版本：V4.0　发布日期：2026年1月5日", styles["centre"]),
        Spacer(1, 7 * cm),
        Paragraph(COMPANY, styles["centre"]),
        Paragraph("临澜市高新区青禾路88号　电话：000-5550-8600", styles["centre"]),
        NextPageTemplate("body"),
        PageBreak(),
        Paragraph("目录", _style("toc", 18, textColor=GREEN, spaceAfter=4)),
        toc,
        PageBreak(),
    ]


def build(text: str) -> bytes:
    """Return the bytes of the manual."""
    rl_config.invariant = 1
    file, index = find_font("WenQuanYi Micro Hei")
    pdfmetrics.registerFont(TTFont(FONT, file, subfontIndex=index))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)
    styles = _styles()
    out = io.BytesIO()
    doc = _Manual(
        out, pagesize=A4, title="QH-200系列离心泵使用说明书", author=COMPANY, lang="zh-CN"
    )
    frame = Frame(2.2 * cm, 2.0 * cm, 16.6 * cm, 25.8 * cm, id="f")
    doc.addPageTemplates(
        [PageTemplate("cover", [frame]), PageTemplate("body", [frame], onPage=_page)]
    )
    story = _front(styles)
    for block in blocks(text):
        story.extend(_flow(block, styles))
    doc.multiBuild(story)
    return out.getvalue()
