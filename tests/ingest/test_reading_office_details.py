"""What Office files hold beside text and cells: charts, signs, restarted numbers, comments."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import BarChart
from openpyxl.drawing.image import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from teaegg.ingest.readers.office.cell_values import shown_value
from teaegg.ingest.readers.signs import sign, sign_font
from teaegg.ingest.reading import read_document

CHART = """\
<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
  xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart>
<c:title><c:tx><c:rich><a:p><a:r><a:t>各厂</a:t></a:r><a:r><a:t>产量</a:t></a:r></a:p></c:rich></c:tx></c:title>
<c:plotArea><c:barChart>
<c:ser><c:tx><c:strRef><c:f>底稿!$B$1</c:f><c:strCache><c:pt idx="0"><c:v>一厂</c:v></c:pt></c:strCache>
</c:strRef></c:tx>{categories}
<c:val><c:numRef><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="2"/>
<c:pt idx="0"><c:v>120</c:v></c:pt><c:pt idx="1"><c:v>95</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>
<c:ser><c:tx><c:v>二厂</c:v></c:tx>{categories}
<c:val><c:numRef><c:numCache><c:formatCode>0%</c:formatCode>
<c:pt idx="1"><c:v>0.25</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart>
<c:catAx><c:title><c:tx><c:rich><a:p><a:r><a:t>时间</a:t></a:r></a:p></c:rich></c:tx></c:title></c:catAx>
</c:plotArea></c:chart></c:chartSpace>"""
QUARTERS = """\
<c:cat><c:multiLvlStrRef><c:multiLvlStrCache><c:lvl><c:pt idx="0"><c:v>一季度</c:v></c:pt>
<c:pt idx="1"><c:v>二季度</c:v></c:pt></c:lvl><c:lvl><c:pt idx="0"><c:v>2025年</c:v></c:pt></c:lvl>
</c:multiLvlStrCache></c:multiLvlStrRef></c:cat>"""
MONTHS = """\
<c:cat><c:numRef><c:numCache><c:formatCode>yyyy\\-mm</c:formatCode><c:pt idx="0"><c:v>45658</c:v></c:pt>
<c:pt idx="1"><c:v>45689</c:v></c:pt></c:numCache></c:numRef></c:cat>"""


def workbook_with_chart(markup: str) -> bytes:
    """openpyxl writes charts without the figures that spreadsheet programs keep: the part is replaced."""
    book = openpyxl.Workbook()
    book.active.title = "看板"
    book.active["A1"] = "各厂情况"
    book.active.add_chart(BarChart(), "C3")
    out, made = io.BytesIO(), io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, markup if "charts/chart" in name else old.read(name))
    return made.getvalue()


@pytest.mark.parametrize(
    ("categories", "lines"),
    [
        (QUARTERS, ["时间: 2025年 一季度；一厂: 120", "时间: 2025年 二季度；一厂: 95；二厂: 25%"]),
        (MONTHS, ["时间: 2025-01-01；一厂: 120", "时间: 2025-02-01；一厂: 95；二厂: 25%"]),
        ("", ["一厂: 120", "一厂: 95；二厂: 25%"]),
    ],
)
def test_a_chart_of_a_workbook_says_what_it_draws(categories: str, lines: list[str]) -> None:
    made = workbook_with_chart(CHART.format(categories=categories))
    (chart,) = (b for b in read_document(made, "a.xlsx").blocks if b.location.part == "drawing")
    assert chart.text.splitlines() == ["各厂产量", *lines]
    assert (chart.location.sheet, chart.location.path) == ("看板", ("看板",))


@pytest.mark.parametrize("markup", ["<c:chart", "", "<chartSpace/>", "<a><pt idx='9'/></a>"])
def test_a_broken_chart_leaves_the_cells_readable(markup: str) -> None:
    assert "各厂情况" in read_document(workbook_with_chart(markup), "a.xlsx").text


def test_text_boxes_and_pictures_of_a_sheet_are_read(files: Any) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "见下图"
    book.active.add_image(Image(io.BytesIO(files.png())), "B2")
    assert "十五天带薪年休假" in read_document(files.saved(book), "a.xlsx").text


def test_a_chart_on_a_slide_is_one_piece_with_its_figures(files: Any) -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "销售"
    data = CategoryChartData()
    data.categories = ["华东", "华南"]
    data.add_series("2024", (19.5, 21))
    data.add_series("2025", (None, 28))
    slide.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(4), data
    )
    parsed = read_document(files.saved(show), "a.pptx")
    chart = next(block for block in parsed.blocks if "华东" in block.text)
    assert chart.text == "华东；2024: 19.5\n华南；2024: 21；2025: 28"
    assert chart.location.page == 1


def numbered(levels: list[str], paragraphs: list[tuple[str, int]], files: Any) -> list[str]:
    """The texts of paragraphs (list id, depth) of a document whose lists 1 and 2 share their levels."""
    document = docx.Document()
    root = document.part.numbering_part.element
    for child in list(root):
        root.remove(child)
    shapes = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{"bullet" if text == "•" else "decimal"}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, text in enumerate(levels)
    )
    spaces = nsdecls("w")
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    root.append(parse_xml(f'<w:abstractNum {spaces} w:abstractNumId="1">{shapes}</w:abstractNum>'))
    for number, override in (("1", ""), ("2", restart), ("3", "")):
        root.append(
            parse_xml(
                f'<w:num {spaces} w:numId="{number}"><w:abstractNumId w:val="1"/>{override}</w:num>'
            )
        )
    for number, depth in paragraphs:
        properties = document.add_paragraph("款")._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {spaces}><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
            )
        )
    return [block.text for block in read_document(files.saved(document), "a.docx").blocks]


def test_a_level_of_a_list_that_was_passed_over_counts_as_used(files: Any) -> None:
    places = [("1", depth) for depth in (1, 0, 2, 1)]
    texts = numbered(["%1", "%1.%2", "%1.%2.%3"], places, files)
    assert texts == ["1.1 款", "2 款", "2.1.1 款", "2.2 款"]


def test_a_list_restarts_where_it_says_so_and_goes_on_where_it_does_not(files: Any) -> None:
    texts = numbered(["第%1条"], [(number, 0) for number in ("1", "1", "3", "2", "2")], files)
    assert texts == ["第1条 款", "第2条 款", "第3条 款", "第1条 款", "第2条 款"]


def test_a_level_of_signs_gives_no_number_to_those_below_it(files: Any) -> None:
    texts = numbered(["%1.", "•", "%1.%2%3."], [("1", 0), ("1", 2), ("1", 2)], files)
    assert texts == ["1. 款", "1.1. 款", "1.2. 款"]


def test_ticked_and_empty_boxes_of_a_form_are_told_apart(files: Any) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("")
    for code, text in (("F052", "同意　"), ("00A3", "不同意")):
        symbol = f'<w:r {nsdecls("w")}><w:sym w:font="Wingdings 2" w:char="{code}"/></w:r>'
        paragraph._p.append(parse_xml(symbol))
        paragraph.add_run(text)
    assert read_document(files.saved(document), "a.docx").text == "☑同意　□不同意"


@pytest.mark.parametrize(
    ("font", "code", "seen"),
    [
        ("ABCDEF+Wingdings-Regular", 0xFE, "☑"),
        ("Wingdings", 0xF0A8, "□"),
        ("Wingdings2", 0x52, "☑"),
        ("Wingdings", ord("y"), "•"),
        ("Wingdings", 0x20, " "),
    ],
)
def test_signs_are_what_a_person_sees(font: str, code: int, seen: str) -> None:
    assert sign(code, sign_font(font)) == seen


@given(
    st.one_of(st.integers(), st.floats(), st.datetimes(), st.times(), st.text(max_size=5)),
    st.text(alphabet='0#?.,%;-/\\"[]$¥ ymdhs_*@Ee+()年', max_size=15),
)
def test_every_value_can_be_shown_in_every_format(value: object, number_format: str) -> None:
    assert isinstance(shown_value(value, number_format), str)


@pytest.mark.parametrize("font", ["SimSun", "Wingman", "ABCDEF+TimesNewRoman"])
def test_fonts_of_letters_are_left_alone(font: str) -> None:
    assert sign_font(font) == ""
