"""What every search index must do; each back end is added to `index`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Location, Passage
from teaegg.core.quantities.tokens import range_tokens
from teaegg.core.terms import index_terms
from teaegg.store.index import HINT_WEIGHT, PassageIndex
from teaegg.store.lance.index import open_lance_index

EVERYTHING = VisibleSet(everything=True)
LAWS = VisibleSet(scopes=frozenset({"collection:laws"}))
PRICES = VisibleSet(scopes=frozenset({"collection:prices"}))


@pytest.fixture(params=["lance"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> PassageIndex:
    return await open_lance_index(str(tmp_path / "index"), dimensions=4)


def passage(document: str, ordinal: int, text: str, collection: str, **place: object) -> Passage:
    return Passage(
        id=f"{document}-v1-{ordinal}",
        document=document,
        version="v1",
        collection=collection,
        title=f"Title of {document}",
        ordinal=ordinal,
        text=text,
        start=0,
        end=len(text),
        location=Location(**place),  # type: ignore[arg-type]
    )


async def fill(index: PassageIndex) -> None:
    await index.replace(
        {
            "d1": (
                "collection:laws",
                [
                    passage("d1", 0, "试用期最长不得超过六个月。", "laws", article="19"),
                    passage("d1", 1, "劳动者提前三十日以书面形式通知。", "laws", article="37"),
                ],
            ),
            "d2": (
                "collection:prices",
                [
                    passage(
                        "d2",
                        0,
                        "内六角螺钉 QH-HX-M8X30 单价 1.20 元，试用期优惠。",
                        "prices",
                        row=7,
                    )
                ],
            ),
        }
    )


async def found(index: PassageIndex, text: str, visible: VisibleSet) -> list[str]:
    hits = await index.text_search(index_terms(text), visible=visible, limit=10)
    return [hit.passage.id for hit in hits]


async def test_text_search_finds_best_first_and_no_zero_scores(index: PassageIndex) -> None:
    await fill(index)
    assert await found(index, "试用期最长几个月", EVERYTHING) == ["d1-v1-0", "d2-v1-0"]
    assert await found(index, "天气预报", EVERYTHING) == []


async def test_every_group_of_terms_can_be_demanded(index: PassageIndex) -> None:
    await fill(index)
    groups = [["试用", "螺母"], ["螺钉", "通知"]]
    for _ in range(2):
        hits = await index.text_search([], every_of=groups, visible=EVERYTHING, limit=9)
        assert [hit.passage.id for hit in hits] == ["d2-v1-0"]
        assert not await index.text_search([], every_of=groups, visible=LAWS, limit=9)
        await index.optimize()


async def test_hints_find_passages_but_count_less_than_terms(index: PassageIndex) -> None:
    await fill(index)
    for _ in range(2):
        hits = await index.text_search(["通知"], hints=["试用"], visible=LAWS, limit=9)
        assert [hit.passage.id for hit in hits] == ["d1-v1-1", "d1-v1-0"]
        (alone,) = await index.text_search(["试用"], visible=LAWS, limit=9)
        assert hits[1].score == pytest.approx(HINT_WEIGHT * alone.score, rel=1e-4)
        assert not await index.text_search([], hints=["试用"], visible=LAWS, limit=9)
        await index.optimize()


async def test_passages_come_back_as_they_were_put(index: PassageIndex) -> None:
    await fill(index)
    assert await index.passages_of("d1", visible=LAWS) == [
        passage("d1", 0, "试用期最长不得超过六个月。", "laws", article="19"),
        passage("d1", 1, "劳动者提前三十日以书面形式通知。", "laws", article="37"),
    ]


async def test_the_visible_set_is_applied_in_every_search(index: PassageIndex) -> None:
    await fill(index)
    vectors = np.eye(3, 4, dtype=np.float32)
    passages = await index.passages_of("d1", visible=EVERYTHING)
    passages += await index.passages_of("d2", visible=EVERYTHING)
    await index.add_vectors(passages, vectors, visible=EVERYTHING)
    code = frozenset({"QHHXM8X30"})
    near = vectors[2]
    for visible, seen in ((PRICES, True), (LAWS, False), (VisibleSet(), False)):
        assert ("d2-v1-0" in await found(index, "内六角螺钉", visible)) is seen
        hits = await index.vector_search(near, visible=visible, limit=5)
        assert ("d2-v1-0" in [hit.passage for hit in hits]) is seen
        read = await index.passages(["d2-v1-0", "nowhere"], visible=visible)
        assert list(read) == (["d2-v1-0"] if seen else [])
        assert bool(await index.exact_search(identifiers=code, visible=visible, limit=5)) is seen
        assert bool(await index.passages_of("d2", visible=visible)) is seen
        frequencies = await index.frequencies(["螺钉"], visible=visible, cap=9)
        assert frequencies == {"螺钉": int(seen)}
    assert await index.count(visible=LAWS) == 2
    assert await index.count(visible=VisibleSet()) == 0


async def test_a_single_document_can_be_visible(index: PassageIndex) -> None:
    await fill(index)
    only = VisibleSet(documents=frozenset({"d2"}))
    assert await found(index, "试用期", only) == ["d2-v1-0"]


async def test_replace_twice_is_replace_once_and_drops_what_is_gone(index: PassageIndex) -> None:
    await fill(index)
    await fill(index)
    assert await index.count(visible=EVERYTHING) == 3
    shorter = passage("d1", 0, "试用期最长不得超过三个月。", "laws", article="19")
    await index.replace({"d1": ("collection:laws", [shorter])})
    assert await index.passages_of("d1", visible=LAWS) == [shorter]
    await index.replace({"d1": ("collection:laws", [])})
    assert await index.count(visible=EVERYTHING) == 1


async def test_vectors_are_asked_for_only_while_they_are_missing(index: PassageIndex) -> None:
    await fill(index)
    missing = await index.vectors_missing("d1", visible=EVERYTHING)
    assert [item.ordinal for item in missing] == [0, 1]
    await index.add_vectors(missing[:1], np.eye(1, 4, dtype=np.float32), visible=EVERYTHING)
    assert [p.ordinal for p in await index.vectors_missing("d1", visible=EVERYTHING)] == [1]


async def test_a_moved_scope_hides_at_once(index: PassageIndex) -> None:
    await fill(index)
    vector = np.eye(1, 4, dtype=np.float32)
    first = (await index.passages_of("d1", visible=EVERYTHING))[:1]
    await index.add_vectors(first, vector, visible=EVERYTHING)
    await index.set_scope("d1", "document:d1")
    assert await found(index, "试用期", LAWS) == []
    assert await index.vector_search(vector[0], visible=LAWS, limit=5) == []
    moved = VisibleSet(scopes=frozenset({"document:d1"}))
    assert await found(index, "试用期", moved) == ["d1-v1-0"]


async def test_articles_are_found_in_named_documents_only(index: PassageIndex) -> None:
    await fill(index)
    article = frozenset({"37"})
    hits = await index.exact_search(
        articles=article, documents=frozenset({"d1"}), visible=LAWS, limit=5
    )
    assert [item.ordinal for item in hits] == [1]
    elsewhere = frozenset({"d2"})
    assert not await index.exact_search(
        articles=article, documents=elsewhere, visible=EVERYTHING, limit=5
    )


SCREWS = ("M6×20", "M8×30", "M8×45", "M10×60")


async def fill_screws(index: PassageIndex) -> None:
    rows = [
        passage("s", number, f"名称: 内六角螺钉；规格: {size}；电压: 12-24V", "prices", row=number)
        for number, size in enumerate(SCREWS, start=2)
    ]
    note = passage("s", 99, "规格 M8×35 已停产。", "prices")
    await index.replace({"s": ("collection:prices", [*rows, note])})


def demand(key: str, low: str | None, high: str | None) -> frozenset[str]:
    return range_tokens(key, Decimal(low) if low else None, Decimal(high) if high else None)


@pytest.mark.parametrize(
    ("demands", "sizes"),
    [
        ([("[M]", "8", "8")], ["M8×30", "M8×45"]),
        ([("[M]", "8", None)], ["M8×30", "M8×45", "M10×60"]),
        ([("[M]", "8", None), ("长度[length]", "0.03", "0.05")], ["M8×30", "M8×45"]),
        ([("[length]", None, "0.02")], ["M6×20"]),
        ([("[voltage]", "15", "18")], list(SCREWS)),
        ([("[voltage]", "25", None)], []),
        ([("宽度[length]", "0.03", "0.05")], []),
    ],
)
async def test_rows_are_found_by_what_their_cells_say(
    index: PassageIndex, demands: list[tuple[str, str | None, str | None]], sizes: list[str]
) -> None:
    await fill_screws(index)
    facts = [demand(*each) for each in demands]
    for _ in range(2):
        found = await index.exact_search(facts=facts, visible=PRICES, limit=9)
        assert [item.text.split("；")[1] for item in found] == [f"规格: {size}" for size in sizes]
        hits = await index.text_search(["螺钉"], facts=facts, visible=PRICES, limit=9)
        assert {hit.passage.id for hit in hits} == {item.id for item in found}
        assert not await index.exact_search(facts=facts, visible=LAWS, limit=9)
        assert not await index.text_search(["螺钉"], facts=facts, visible=LAWS, limit=9)
        await index.optimize()


async def test_like_words_come_from_visible_passages_only(index: PassageIndex) -> None:
    await index.replace(
        {
            "d1": ("collection:laws", [passage("d1", 0, "Bearings wear out.", "laws")]),
            "d2": ("collection:prices", [passage("d2", 0, "Berings of QH-200.", "prices")]),
        }
    )

    await index.optimize()

    async def likes(word: str, visible: VisibleSet) -> set[str]:
        return set(await index.similar_words(word, visible=visible, distance=1, limit=9))

    assert await likes("bearimgs", LAWS) == {"bearings"}
    assert await likes("bearimgs", PRICES) == set()
    assert await likes("berimgs", EVERYTHING) == {"berings"}
    assert await likes("qh2o0", PRICES) == {"qh200"}
    assert await likes("bearimgs", VisibleSet()) == set()


async def test_quotes_in_names_are_data_not_syntax(index: PassageIndex) -> None:
    odd = "d'; DROP TABLE passages --"
    await index.replace({odd: ("collection:o'brien", [passage(odd, 0, "奇怪的名字", "o'brien")])})
    visible = VisibleSet(scopes=frozenset({"collection:o'brien"}))
    assert [item.document for item in await index.passages_of(odd, visible=visible)] == [odd]


async def test_searches_give_the_same_before_and_after_optimize(index: PassageIndex) -> None:
    await fill(index)
    before = await found(index, "试用期 螺钉 通知", EVERYTHING)
    await index.optimize()
    assert sorted(await found(index, "试用期 螺钉 通知", EVERYTHING)) == sorted(before)
