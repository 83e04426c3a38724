"""Text in the encodings that Chinese and Western programs write is read right, short text too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.ingest.encodings import decode, decode_declared
from teaegg.ingest.reading import read_document

SIMPLIFIED = (
    "员工手册", "年假十五天。", "单价：0.35元", "请假须提前三天申请", "张三,研发部,13800000000",
    "QH-200 内六角螺栓", "各单位要严格落实安全生产责任制，切实做好汛期工作。", "2025年3月1日起施行", "是",
)  # fmt: skip
TRADITIONAL = (
    "員工手冊", "年假十五天。", "單價：0.35元", "請假須提前三天申請", "人力資源部,王小明",
    "QH-200 內六角螺栓", "各單位應落實安全生產責任制，做好防汛工作。", "自民國114年3月1日起施行",
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", SIMPLIFIED)
def test_short_simplified_text(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt").text == text


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", TRADITIONAL)
def test_short_traditional_text(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt").text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", [SIMPLIFIED[6], TRADITIONAL[6], SIMPLIFIED[3], "Plain English text, no mark."]
)
def test_utf16_without_a_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == (text, "")
    assert read_document(f"{text}\n{text}\n".encode(encoding), "a.txt").text.startswith(text)


@pytest.mark.parametrize(
    "text", ["Bush hid the facts", "this app can break", "ok", "AA BB CC DD", "1234567890"]
)
def test_plain_english_is_not_taken_for_utf16(text: str) -> None:
    assert decode(text.encode(), "a.txt") == (text, "")


@pytest.mark.parametrize("text", ["größer", "Ärger", "café à la carte", "naïve"])
def test_western_utf8_is_not_taken_for_chinese(text: str) -> None:
    assert decode(text.encode(), "a.txt") == (text, "")


def test_a_few_damaged_bytes_do_not_cost_the_rest() -> None:
    data = bytearray(("员工每年享有十五天带薪年休假。" * 40).encode())
    data[301] = 0xFF
    decoded = decode(bytes(data), "a.txt")
    assert decoded.text.count("员工每年享有十五天带薪年休假。") == 39 and "damaged" in decoded.note


@pytest.mark.parametrize(
    ("declared", "real"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("big5", "big5hkscs"),
        ("gb2312", "utf-8"),
        ("utf-8", "gb18030"),
    ],
)
def test_a_page_is_read_as_declared_unless_its_bytes_contradict(declared: str, real: str) -> None:
    text = "員工每年享有十五天" if declared == "big5" else "员工每年享有十五天，镕堃也是汉字"
    kind = f"<meta http-equiv='Content-Type' content='text/html; charset={declared}'>"
    page = f"<html><head>{kind}</head><p>{text}</p>"
    assert text in read_document(page.encode(real), "a.html").text


def test_a_declaration_that_means_nothing_decides_nothing() -> None:
    assert decode_declared("年假".encode("gb18030"), "utf-8") is None
    assert decode_declared(b"abc", "no-such-encoding") is None
    assert decode_declared(b"abc", "") is None
    assert decode_declared("年假".encode("gb18030"), "gb2312") == "年假"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_from_chinese_spreadsheet_programs(encoding: str, separator: str) -> None:
    lines = (("编号", "品名", "单价"), ("QH-1", "内六角螺栓", "0.35"), ("QH-2", "平垫圈", "0.05"))
    text = "\r\n".join(separator.join(line) for line in lines)
    rows = [block.text for block in read_document(text.encode(encoding), "价目.csv").blocks]
    assert rows == [
        "编号: QH-1；品名: 内六角螺栓；单价: 0.35",
        "编号: QH-2；品名: 平垫圈；单价: 0.05",
    ]


def test_a_table_that_names_its_separator() -> None:
    text = "sep=;\r\n品名;说明\r\n螺栓;长 20, 宽 8, 高 5\r\n"
    blocks = read_document(text.encode("gb18030"), "a.csv").blocks
    assert [(block.text, block.location.row) for block in blocks] == [
        ("品名: 螺栓；说明: 长 20, 宽 8, 高 5", 3)
    ]


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_every_text_with_a_mark_comes_back(text: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode(text.encode(encoding), "a.txt").text == text
