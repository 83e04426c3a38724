"""Electronic books: chapters in the order of the spine, headings kept, locks named."""

from __future__ import annotations

import io
import zipfile

import pytest

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.reading import read_document

PAGE = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN"
"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>{title}</title></head><body>{body}</body></html>"""


def epub(
    *chapters: tuple[str, str], rights: str = "", missing: bool = False, folder: str = "OEBPS/"
) -> bytes:
    """(title, body) of each chapter; the manifest lists them backwards, the spine in order."""
    numbered = list(enumerate(chapters))
    items = "".join(
        f'<item id="c{n}" href="text/%E7%AB%A0{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n, _ in reversed(numbered)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n, _ in numbered)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            f'<rootfile full-path="{folder}a.opf"/></rootfiles></container>',
        )
        if rights:
            book.writestr("META-INF/encryption.xml", rights)
        book.writestr(
            f"{folder}a.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>设备手册</dc:title></metadata><manifest>{items}</manifest>"
            f"<spine>{spine}</spine></package>",
        )
        for n, (title, body) in numbered:
            if not (missing and n == 0):
                book.writestr(f"{folder}text/章{n}.xhtml", PAGE.format(title=title, body=body))
    return out.getvalue()


@pytest.mark.parametrize("folder", ["OEBPS/", ""])
def test_chapters_come_in_order_under_their_headings(folder: str) -> None:
    book = epub(
        ("手册", "<h1>第一章 安装</h1><h2>准备</h2><p>先断开电源。</p>"),
        ("第二章 维护", "<p>每月加油一次。</p><p style='display:none'>隐藏</p>"),
        folder=folder,
    )
    parsed = read_document(book, "a.epub")
    assert parsed.title == "设备手册"
    told = {block.text: block.location.path for block in parsed.blocks if block.kind == "paragraph"}
    assert told == {"先断开电源。": ("第一章 安装", "准备"), "每月加油一次。": ("第二章 维护",)}
    assert parsed.notes == ("Hidden text was left out.",)


def test_a_book_under_another_ending_is_a_book() -> None:
    assert "加油" in read_document(epub(("a", "<p>每月加油一次。</p>")), "a.zip").text


def test_a_missing_chapter_leaves_a_note() -> None:
    parsed = read_document(
        epub(("a", "<p>甲</p>"), ("b", "<p>每月加油一次。</p>"), missing=True), "a.epub"
    )
    assert "加油" in parsed.text and "is missing" in parsed.notes[0]


def test_a_locked_book_is_refused_and_one_with_locked_fonts_is_read() -> None:
    method = (
        "<encryption><EncryptedData><EncryptionMethod Algorithm='{}'/></EncryptedData></encryption>"
    )
    with pytest.raises(UnreadableDocumentError, match="digital rights"):
        read_document(epub(("a", "<p>甲</p>"), rights=method.format("urn:aes256")), "a.epub")
    fonts = method.format("http://www.idpf.org/2008/embedding")
    assert read_document(epub(("a", "<p>甲乙丙</p>"), rights=fonts), "a.epub").text


def test_a_package_file_that_is_missing_is_refused() -> None:
    book = epub(("a", "<p>甲</p>")).replace(b"OEBPS/a.opf", b"OEBPS/b.opf")
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(book, "a.epub")
    assert caught.value.remedy
