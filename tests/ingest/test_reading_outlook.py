"""Outlook mail files: the same as the mail would be in its open form."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ingest.compound_files import attachment, compound, mail

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.reading import read_document


def test_header_body_and_attachments_are_read(files: Any) -> None:
    tree = mail(
        "关于年假",
        "您好：\r\n\r\n年假改为十五天。",
        (attachment("制度.docx", files.docx()), attachment("../坏.pdf", b"%PDF-1.4 x")),
    )
    parsed = read_document(compound(tree), "a.msg")
    assert parsed.title == "关于年假"
    assert parsed.blocks[0].text.splitlines() == [
        "From: 王芳 <wang@example.com>",
        "To: hr@example.com",
        "Date: Mon, 03 Mar 2025 10:00:00 +0000",
        "Subject: 关于年假",
    ]
    assert [block.text for block in parsed.blocks if block.location.part == "body"] == [
        "您好：",
        "年假改为十五天。",
    ]
    inside = [block for block in parsed.blocks if block.location.part == "制度.docx"]
    assert any("十五天带薪年休假" in block.text for block in inside)
    assert len(parsed.notes) == 1 and "坏.pdf" in parsed.notes[0] and "/" not in parsed.notes[0]


def test_text_in_a_code_page_is_decoded() -> None:
    parsed = read_document(compound(mail("年假", "改为十五天", code_page="cp936")), "a.msg")
    assert parsed.title == "年假" and "改为十五天" in parsed.text and "王芳" in parsed.text


def test_a_body_in_html_hides_what_is_hidden() -> None:
    html = "<p>年假十五天</p><p style='display:none'>隐藏指令</p>".encode()
    text = read_document(compound(mail("年假", "", html=html)), "a.msg").text
    assert "年假十五天" in text and "隐藏指令" not in text


def test_a_mail_inside_of_a_mail_is_read_to_a_limited_depth() -> None:
    inner = mail("最里面", "第五封", is_inner=True)
    for number in range(4):
        inner = mail(f"第{number}层", "转发", (attachment("转发.msg", inner),), is_inner=number < 3)
    parsed = read_document(compound(inner), "a.msg")
    assert parsed.title == "第3层" and "Subject: 第1层" in parsed.text
    assert any("nested too deeply" in note for note in parsed.notes)
    assert "第五封" not in parsed.text


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8])
def test_a_truncated_file_is_refused_or_read_in_part(files: Any, share: float) -> None:
    whole = compound(mail("年假", "改为十五天" * 900, (attachment("a.docx", files.docx()),)))
    try:
        assert read_document(whole[: int(len(whole) * share)], "a.msg").text
    except UnreadableDocumentError as error:
        assert error.remedy and "a.msg" in error.message
