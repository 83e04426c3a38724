"""Passages are spans of the canonical text, cut where the document is divided."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.documents import Block, Location, ParsedDocument, Passage
from teaegg.core.spelling.widths import text_width
from teaegg.ingest.passages import cut_passages
from teaegg.ingest.readers.base import Outline


def cut(parsed: ParsedDocument, target: int = 100) -> list[Passage]:
    return cut_passages(
        parsed, document="d1", version="a" * 64, collection="c", target_characters=target
    )


def outline(*pieces: tuple[str, str] | tuple[str, str, int]) -> ParsedDocument:
    made = Outline()
    for kind, text, *level in pieces:
        if kind == "heading":
            made.heading(text, level[0] if level else 1)
        else:
            made.add(kind, text)  # type: ignore[arg-type]
    return made.parsed("标题")


texts = st.text(alphabet="甲乙丙丁。，！ ab.\n", min_size=1, max_size=400)
places = st.builds(
    Location,
    path=st.sampled_from([(), ("一",), ("一", "二")]),
    page=st.sampled_from([None, 1, 2]),
    sheet=st.sampled_from([None, "表"]),
)
contents = st.builds(
    Block, st.sampled_from(["paragraph", "list", "caption", "row", "article"]), texts, places
)
headings = st.builds(
    Block,
    st.just("heading"),
    st.text("甲乙丙丁ab", min_size=1, max_size=9),
    places,
    st.integers(1, 4),
)
documents = st.builds(
    ParsedDocument, st.just("标题"), st.lists(contents | headings, max_size=8).map(tuple)
)


@settings(max_examples=300)
@given(documents, st.sampled_from([20, 50, 200, 1000]))
def test_every_passage_is_a_span_and_nothing_is_lost(parsed: ParsedDocument, target: int) -> None:
    passages = cut(parsed, target)
    canonical = parsed.text
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert len({p.id for p in passages}) == len(passages)
    covered = [False] * len(canonical)
    for passage in passages:
        assert passage.text == canonical[passage.start : passage.end]
        assert passage.text.strip() == passage.text != ""
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    for before, after in itertools.pairwise(passages):
        assert before.end <= after.start
    start = 0
    for block in parsed.blocks:
        for index in range(start, start + len(block.text)):
            assert covered[index] or canonical[index].isspace() or block.kind == "heading"
        start += len(block.text) + 1


@settings(max_examples=150)
@given(documents, st.sampled_from([20, 100]))
def test_no_passage_crosses_pages_sheets_or_headings(parsed: ParsedDocument, target: int) -> None:
    starts, position = [], 0
    for block in parsed.blocks:
        starts.append((position, position + len(block.text), block))
        position += len(block.text) + 1
    for passage in cut(parsed, target):
        inside = [
            b for s, e, b in starts if s < passage.end and e > passage.start and b.text.strip()
        ]
        assert len({(b.location.page, b.location.sheet, b.location.path) for b in inside}) <= 1
        if any(b.kind in ("row", "article") for b in inside):
            assert len(inside) == 1
        assert text_width(passage.text) <= 3 * target


def test_an_article_is_one_passage_even_when_long() -> None:
    text = "第一条 " + "甲乙丙丁戊己庚辛壬癸。" * 20
    parsed = ParsedDocument(
        "法", (Block("article", text, Location(article="1", path=("第一章",))),)
    )
    (passage,) = cut(parsed)
    assert passage.text == text and passage.location.article == "1"


def test_a_very_long_article_is_cut_at_its_paragraphs_and_keeps_its_number() -> None:
    text = "第一条 总则。\n" + "\n".join(
        f"（{n}）" + "甲乙丙丁戊己庚辛壬癸。" * 3 for n in "一二三四五六七八九十"
    )
    parsed = ParsedDocument(
        "法", (Block("article", text, Location(article="1", path=("第一章",))),)
    )
    passages = cut(parsed)
    assert len(passages) > 2
    assert all(p.location.article == "1" and p.location.path == ("第一章",) for p in passages)
    assert all(re.match(r"第一条|（", p.text) for p in passages)


def test_short_paragraphs_under_one_heading_share_a_passage() -> None:
    parsed = outline(
        ("heading", "甲"),
        ("paragraph", "一。"),
        ("paragraph", "二。"),
        ("heading", "乙"),
        ("paragraph", "三。"),
    )
    assert [(p.text, p.location.path) for p in cut(parsed)] == [
        ("一。\n二。", ("甲",)),
        ("三。", ("乙",)),
    ]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    passages = cut(outline(("paragraph", "这是一个完整的句子，有逗号。" * 30)))
    assert all(p.text.endswith("。") and len(p.text) <= 100 for p in passages)


def test_english_is_not_cut_at_decimal_points() -> None:
    passages = cut(outline(("paragraph", "The limit is 2.5 percent of the base amount. " * 20)))
    assert all(p.text.endswith(".") and not p.text.startswith("5") for p in passages)


def test_every_row_is_a_passage() -> None:
    assert [p.text for p in cut(outline(("row", "a: 1"), ("row", "a: 2")))] == ["a: 1", "a: 2"]


def test_headings_without_anything_below_stay_findable() -> None:
    parsed = outline(
        ("heading", "总则", 1),
        ("heading", "报警电话 110", 2),
        ("heading", "其他", 2),
        ("paragraph", "正文。"),
        ("heading", "完", 1),
    )
    assert [p.text for p in cut(parsed)] == ["报警电话 110", "正文。", "完"]


def test_a_document_of_headings_only_has_passages() -> None:
    assert [p.text for p in cut(outline(("heading", "甲", 1), ("heading", "乙", 2)))] == ["乙"]


def test_ids_are_the_same_every_time() -> None:
    parsed = outline(("paragraph", "一。"))
    assert cut(parsed) == cut(parsed)
    assert cut(parsed)[0].id == "d1-aaaaaaaa-0"


def test_an_english_paragraph_stays_as_whole_as_the_chinese_one_that_says_the_same() -> None:
    english = "The supplier repairs every machine within two working days. " * 4
    chinese = "供应商应当在两个工作日以内修好每一台机器。" * 4
    assert len(english) > 200 and len(cut(outline(("paragraph", english)))) == 1
    assert len(cut(outline(("paragraph", chinese)))) == 1
    assert len(cut(outline(("paragraph", english * 2)))) == 2


def test_in_a_text_of_both_languages_each_counts_by_what_it_says() -> None:
    both = "供应商应当修好每一台机器。The supplier repairs every machine. " * 8
    passages = cut(outline(("paragraph", both)))
    assert all(50 <= text_width(p.text) <= 100 for p in passages[:-1])
    assert "".join(p.text.replace(" ", "") for p in passages) == both.replace(" ", "")


def test_no_leftover_of_a_few_words_is_cut_off() -> None:
    text = "供应商应当在两个工作日以内修好每一台机器。" * 5
    assert 100 < text_width(text) < 110
    first, second = (text_width(passage.text) for passage in cut(outline(("paragraph", text))))
    assert min(first, second) > 40
