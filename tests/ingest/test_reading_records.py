"""JSON, JSON lines and XML: records as rows that can be understood alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.documents import ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.reading import read_document


def rows(parsed: ParsedDocument) -> list[tuple[int | None, str]]:
    return [(block.location.row, block.text) for block in parsed.blocks if block.kind == "row"]


def test_an_array_of_records_is_rows_with_nested_paths_named() -> None:
    text = """[{"型号": "QH-200", "单价": 0.30, "规格": {"直径": "M8", "长": 20}, "标签": ["不锈钢", "六角"]},
              {"型号": "QH-300", "单价": null, "库存": [{"仓": "苏州", "数": 3}, {"仓": "成都", "数": 0}]}]"""
    assert rows(read_document(text.encode(), "价目.json")) == [
        (1, "型号: QH-200；单价: 0.30；规格.直径: M8；规格.长: 20；标签: 不锈钢, 六角"),
        (2, "型号: QH-300；库存[1].仓: 苏州；库存[1].数: 3；库存[2].仓: 成都；库存[2].数: 0"),
    ]


def test_arrays_inside_of_an_object_stand_under_their_keys() -> None:
    value = {
        "title": "目录",
        "version": 2,
        "items": [{"a": 1}, {"a": 2}],
        "more": {"deep": [{"b": 3}]},
    }
    parsed = read_document(json.dumps(value).encode(), "a.json")
    assert parsed.title == "目录"
    assert rows(parsed) == [
        (None, "title: 目录；version: 2"),
        (1, "a: 1"),
        (2, "a: 2"),
        (1, "b: 3"),
    ]
    assert parsed.blocks[-1].location.path == ("more", "deep")


def test_long_text_of_a_record_is_a_paragraph_of_its_own() -> None:
    article = "员工每年享有十五天带薪年休假。\n" * 30
    parsed = read_document(json.dumps([{"id": 7, "正文": article}]).encode(), "a.json")
    assert [block.kind for block in parsed.blocks] == ["row", "paragraph"]
    assert parsed.blocks[1].location.path == ("正文",) and parsed.blocks[1].location.row == 1


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_lines_are_numbered_and_broken_ones_noted(name: str) -> None:
    parsed = read_document('{"a": "员工"}\n{"a": \n\n{"a": "工资"}\n'.encode("gb18030"), name)
    assert rows(parsed) == [(1, "a: 员工"), (4, "a: 工资")]
    assert parsed.notes == ("1 lines are not valid JSON and were left out: 2.",)


@pytest.mark.parametrize(
    "text", ["{'a': 1}", '{"a": 1', "[1, 2", "just text in a file", '{"a": 01}']
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDocumentError, match="not valid JSON") as caught:
        read_document(text.encode(), "a.json")
    assert caught.value.remedy


def test_nesting_without_end_and_endless_numbers_are_no_danger() -> None:
    for text in ("[" * 200_000, '{"a":' * 200_000):
        with pytest.raises(UnreadableDocumentError):
            read_document(text.encode(), "a.json")
    assert rows(read_document(b'[{"n": ' + b"9" * 99_000 + b"}]", "a.json")) == []


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=100)
@given(_VALUES)
def test_every_json_value_is_read_or_refused_with_a_reason(value: object) -> None:
    try:
        read_document(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), "a.json")
    except UnreadableDocumentError as error:
        assert error.remedy


@pytest.mark.parametrize("encoding", ["gb2312", "utf-8", "utf-16"])
def test_xml_records_are_rows_in_any_declared_encoding(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><c:目录 xmlns:c="urn:x"><产品 id="1"><名>螺栓</名>'
        "<价>0.30</价></产品><产品 id='2'><名>垫圈</名></产品><说明>用<b>不锈钢</b>制成</说明></c:目录>"
    )
    parsed = read_document(text.encode(encoding), "a.xml")
    assert rows(parsed) == [
        (None, "说明: 用不锈钢制成"),
        (1, "id: 1；名: 螺栓；价: 0.30"),
        (2, "id: 2；名: 垫圈"),
    ]


@pytest.mark.parametrize(
    "markup",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>',
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>',
    ],
)
def test_entities_in_xml_are_refused(markup: str) -> None:
    with pytest.raises(UnreadableDocumentError, match="entities"):
        read_document(markup.encode(), "a.xml")
    with pytest.raises(UnreadableDocumentError, match="not valid XML"):
        read_document(b"<r><a></r>", "a.xml")


def test_xml_nested_without_end_is_read_or_refused() -> None:
    try:
        read_document(b"<a>" * 50_000 + b"x" + b"</a>" * 50_000, "a.xml")
    except UnreadableDocumentError as error:
        assert error.remedy
