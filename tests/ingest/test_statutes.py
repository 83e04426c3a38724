"""Statutes: every 第…条 is one block that knows its number, its chapter and its law."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from teaegg.ingest.reading import read_document

LAW = """# 中华人民共和国茶叶法

（2020年1月1日通过）

<!-- INFO END -->

## 第一章 总则

第一条 为了规范茶叶，制定本法。

第二条 本法所称茶叶：

（一）绿茶；

（二）红茶。

依照第一条规定执行。

## 第二章 罚则

### 第一节 处罚

第一百二十条之一 罚款六万元。
"""
PLAIN = """茶叶管理办法
目录
第一章 总则
第二章 罚则

第一章 总则
第一条　为了规范茶叶，制定本办法。
第二条　按照
第一条规定的原则办理。
第二章 罚则
第三条　罚款。
附件：收费表
一级 10元
"""


def articles(parsed: Any) -> list[tuple[str, tuple[str, ...], str]]:
    return [
        (b.location.article, b.location.path, b.text) for b in parsed.blocks if b.kind == "article"
    ]


def test_markdown_law_becomes_articles() -> None:
    parsed = read_document(LAW.encode(), "law.md")
    assert parsed.title == "中华人民共和国茶叶法"
    assert articles(parsed) == [
        ("1", ("第一章 总则",), "第一条 为了规范茶叶，制定本法。"),
        (
            "2",
            ("第一章 总则",),
            "第二条 本法所称茶叶：\n（一）绿茶；\n（二）红茶。\n依照第一条规定执行。",
        ),
        ("120-1", ("第二章 罚则", "第一节 处罚"), "第一百二十条之一 罚款六万元。"),
    ]
    assert [b.text for b in parsed.blocks if b.kind == "paragraph"] == ["（2020年1月1日通过）"]


def test_plain_text_law_with_contents_and_appendix() -> None:
    parsed = read_document(PLAIN.encode(), "law.txt")
    assert parsed.title == "茶叶管理办法"
    assert [(a, p) for a, p, _ in articles(parsed)] == [
        ("1", ("第一章 总则",)),
        ("2", ("第一章 总则",)),
        ("3", ("第二章 罚则",)),
    ]
    assert "第一条规定的原则办理。" in articles(parsed)[1][2]
    assert parsed.blocks[-1].location.article is None and "一级 10元" in parsed.blocks[-1].text


def test_articles_of_a_pdf_keep_their_page(files: Any) -> None:
    pages = (
        ("茶叶管理办法", "第一章 总则", "第一条 为了规范茶叶，制定本办法。"),
        ("第二条 茶叶分为两类。",),
    )
    parsed = read_document(files.pdf(pages), "a.pdf")
    assert [
        (b.location.article, b.location.page) for b in parsed.blocks if b.kind == "article"
    ] == [("1", 1), ("2", 2)]


def test_a_text_that_only_mentions_articles_is_left_alone() -> None:
    text = "通知\n\n根据劳动法的有关规定。\n\n第三十八条规定的情形除外，其余照旧。\n"
    parsed = read_document(text.encode(), "a.txt")
    assert not articles(parsed)


def test_every_real_law_yields_its_articles(data: Path) -> None:
    wrong = []
    for line in (data / "laws-zh" / "docs.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        path = data / "laws-zh" / record["file"]
        parsed = read_document(path.read_bytes(), path.name)
        found = {b.location.article for b in parsed.blocks if b.kind == "article"}
        # Five case reports quote a single article; they are no statutes.
        expected = record["articles"] if record["articles"] > 1 else len(found)
        if len(found) != expected or parsed.title != record["title"]:
            wrong.append((path.name, len(found), record["articles"], parsed.title))
    assert wrong == []


def test_a_known_article_of_a_real_law(data: Path) -> None:
    path = next((data / "laws-zh" / "docs").glob("劳动合同法(*.md"))
    parsed = read_document(path.read_bytes(), path.name)
    blocks = {b.location.article: b for b in parsed.blocks if b.kind == "article"}
    assert blocks["19"].text.startswith(
        "第十九条 劳动合同期限三个月以上不满一年的，试用期不得超过一个月"
    )
    assert blocks["19"].location.path == ("第二章 劳动合同的订立",)
