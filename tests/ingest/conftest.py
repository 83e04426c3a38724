"""Files of every format, made on the spot, and the real ones of the shared data where they are there."""

from __future__ import annotations

import io
import os
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from PIL import Image, ImageDraw, ImageFont
from pptx.util import Inches
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from tests.needed import do_without

_FONTS = (
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
)
LEAVE = "员工每年享有十五天带薪年休假。"


def shared_data() -> Path | None:
    place = os.environ.get("TEAEGG_DATA")
    folder = Path(place) if place else Path(__file__).parents[3] / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def data() -> Path:
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data is not here; set TEAEGG_DATA to its folder")
    return folder


class Files:
    """Makers of small files; `make` gives one of each format that says LEAVE somewhere."""

    formats = ("txt", "md", "html", "csv", "tsv", "eml", "pdf", "docx", "pptx", "xlsx", "png")

    def make(self, form: str) -> bytes:
        return getattr(self, form)()

    def txt(self, text: str = f"员工手册\n\n{LEAVE}\n", encoding: str = "utf-8") -> bytes:
        return text.encode(encoding)

    def md(self, text: str = f"# 员工手册\n\n## 休假\n\n{LEAVE}\n") -> bytes:
        return text.encode()

    def html(self, body: str = f"<h1>员工手册</h1><p>{LEAVE}</p>", head: str = "") -> bytes:
        return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()

    def csv(self, text: str = f"项目,说明\n年假,{LEAVE}\n病假,按规定\n") -> bytes:
        return text.encode()

    def tsv(self) -> bytes:
        return self.csv().replace(b",", b"\t")

    def eml(self, attachments: tuple[tuple[str, bytes], ...] = (), html: bool = False) -> bytes:
        message = EmailMessage()
        message["From"] = "王芳 <wang@example.com>"
        message["To"] = "hr@example.com"
        message["Date"] = "Mon, 03 Mar 2025 10:00:00 +0800"
        message["Subject"] = "关于年假"
        if html:
            message.set_content(
                f"<p>{LEAVE}</p><p style='display:none'>隐藏指令</p>", subtype="html"
            )
        else:
            message.set_content(f"您好：\n\n{LEAVE}\n")
        for name, content in attachments:
            message.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        return message.as_bytes()

    def pdf(
        self,
        pages: tuple[tuple[str, ...], ...] = (("员工手册", LEAVE),),
        password: str = "",
        running: str = "",
    ) -> bytes:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        out = io.BytesIO()
        sheet = canvas.Canvas(out, encrypt=password or None)
        for number, lines in enumerate(pages, start=1):
            sheet.setFont("STSong-Light", 12)
            for index, line in enumerate(lines):
                sheet.drawString(72, 700 - 40 * index, line)
            if running:
                sheet.drawString(72, 815, f"{running} 第{number}页")
            sheet.showPage()
        sheet.save()
        return out.getvalue()

    def docx(self) -> bytes:
        document = docx.Document()
        document.add_heading("员工手册", 0)
        document.add_heading("休假", 1)
        document.add_paragraph(LEAVE)
        return self.saved(document)

    def pptx(self) -> bytes:
        show = pptx.Presentation()
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = "年假制度"
        slide.placeholders[1].text = LEAVE
        slide.notes_slide.notes_text_frame.text = "讲到这里请举例"
        table = slide.shapes.add_table(3, 2, Inches(1), Inches(4), Inches(6), Inches(1)).table
        for row, cells in enumerate((("工龄", "天数说明"), ("一年", "5"), ("十年", "10"))):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        return self.saved(show)

    def xlsx(self) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "制度"
        for row in (("编号", "项目", "说明"), (1, "年假", LEAVE), (2, "病假", "按规定")):
            sheet.append(row)
        return self.saved(book)

    def png(self, text: str = "员工每年享有十五天带薪年休假", form: str = "PNG") -> bytes:
        path = next((path for path in _FONTS if path.exists()), None)
        if path is None or "dejavu" in str(path):
            do_without("no Chinese font is installed to draw a picture of text with")
        image = Image.new("RGB", (700, 120), "white")
        ImageDraw.Draw(image).text(
            (30, 35), text, fill="black", font=ImageFont.truetype(str(path), 40)
        )
        out = io.BytesIO()
        image.save(out, form)
        return out.getvalue()

    def saved(self, document: object) -> bytes:
        out = io.BytesIO()
        document.save(out)  # type: ignore[attr-defined]
        return out.getvalue()

    def with_part(self, archive: bytes, name: str, content: bytes) -> bytes:
        """The same Office file with one part replaced or added."""
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(archive)) as old,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for item in old.infolist():
                if item.filename != name:
                    new.writestr(item, old.read(item))
            new.writestr(name, content)
        return out.getvalue()


@pytest.fixture(scope="session")
def files() -> Files:
    return Files()
