"""Rows: so many of each kind, the right passage among others, and nothing shown that must not be."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.distill.data.corpora import BOOKS, MemoryCorpus, scene

from teaegg.core.scenes import SceneData
from teaegg.distill.data.balance import balanced
from teaegg.distill.data.general import general_items, hidden_orders, replay_texts
from teaegg.distill.data.records import Asked, Proof
from teaegg.distill.data.shape import Shaper, Shelf
from teaegg.distill.data.shares import USUAL, shared_out
from teaegg.distill.rows import Row
from teaegg.guard.instructions import suspicious_instructions
from teaegg.retrieval.reading_prompt import not_said

KINDS = ("lookup", "table", "unanswerable", "replay")


@given(
    st.integers(0, 500),
    st.dictionaries(st.sampled_from(KINDS), st.floats(0, 50, allow_nan=False)),
    st.dictionaries(st.sampled_from(KINDS), st.integers(0, 300)),
)
def test_shares_never_give_more_than_there_is_and_all_that_can_be_given(
    total: int, weights: dict[str, float], available: dict[str, int]
) -> None:
    counts = shared_out(total, weights, available)  # type: ignore[arg-type]
    assert all(counts[kind] <= available[kind] for kind in counts)  # type: ignore[index]
    usable = sum(available.get(kind, 0) for kind, weight in weights.items() if weight > 0)
    assert sum(counts.values()) == min(total, usable)


def items(count: int, kind: str = "lookup", document: str = "d0") -> list[Asked]:
    proof = Proof(document=document, passage=f"{document}-p", text="5天", start=0, end=2)
    return [
        Asked(
            id=f"{kind}{document}{n}",
            kind=kind,
            question=f"问题{n}是什么？",
            answer="5天",
            proofs=(proof,),
        )  # type: ignore[arg-type]
        for n in range(count)
    ]


def chosen(found: list[Asked], total: int, **more: object) -> list[Asked]:
    values = {"language": "zh", "seed": 1, **more}
    return balanced(found, USUAL, total, **values)  # type: ignore[arg-type]


def test_kinds_come_by_their_weights_and_documents_in_turns() -> None:
    found = [*items(300), *items(20, document="d1"), *items(200, "table")]
    rows = chosen(found, 200)
    counts = Counter(row.kind for row in rows)
    assert len(rows) == 200
    assert counts["lookup"] > counts["table"] > counts["unanswerable"] > counts["replay"] > 0
    lookups = Counter(row.documents[0] for row in rows if row.kind == "lookup")
    assert lookups["d1"] == 20
    assert len({row.id for row in rows}) == 200


def test_of_what_is_known_only_a_share_is_taught() -> None:
    found = items(100)
    known = {item.id for item in found[:60]}
    rows = [row for row in chosen(found, 60, known=known, known_share=0.2) if row.kind == "lookup"]
    assert sum(row.id in known for row in rows) <= 0.2 * len(rows) + 5
    assert not [
        row
        for row in chosen(found, 60, known=known, known_share=0)
        if row.kind == "lookup" and row.id in known
    ]


def test_the_seed_decides_the_order_and_nothing_else_does() -> None:
    found = items(50)
    assert chosen(found, 30) == chosen(found, 30)
    assert chosen(found, 30) != chosen(found, 30, seed=2)


def test_what_ships_for_all_scenes_is_right() -> None:
    for language in ("zh", "en"):
        orders = hidden_orders(language)
        assert len(set(orders)) >= 8
        # Some are like none that the patterns know: a student must not rely on these.
        assert sum(bool(suspicious_instructions(order)) for order in orders) >= len(orders) // 2
        texts = replay_texts(language)
        assert len(texts) >= 12
    for item in general_items("replay", "zh"):
        text = {**replay_texts("zh"), **replay_texts("en")}[item.question]
        assert all(line in text for line in item.lines)


class Bench:
    """A shaper over all books in memory."""

    def __init__(self, books: dict[str, tuple[str, ...]], **data: object) -> None:
        self.corpus = MemoryCorpus(books)
        self.scene = scene(data=SceneData(**data), style="只用原文回答。")  # type: ignore[arg-type]

    async def shelf(self, *without: str) -> Shelf:
        documents = [document.id for document in await self.corpus.documents()]
        passages = [
            passage
            for name in documents
            if name not in without
            for passage in await self.corpus.passages(name)
        ]
        groups = {name: name if name != "d9" else "d0" for name in documents}
        return Shelf({passage.id: passage for passage in passages}, groups)

    async def row(self, item: Asked, *without: str) -> Row:
        shaper = Shaper(self.scene, self.corpus, await self.shelf(*without), seed=1)
        row = await shaper.row(item)
        assert isinstance(row, Row), row
        return row

    async def item(self, kind: str, **more: object) -> Asked:
        [passage, *_] = await self.corpus.passages("d0")
        proof = Proof(document="d0", passage=passage.id, text=passage.text[:10], start=0, end=10)
        values = {"question": "员工每年享受年假几天？", "answer": "5天", "proofs": (proof,)}
        return Asked(id=f"i{kind}", kind=kind, **{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("distractors", [0, 1, 3, 4])
async def test_the_right_passage_stands_among_others(distractors: int) -> None:
    bench = Bench(dict(BOOKS), distractors=distractors)
    row = await bench.row(await bench.item("lookup"))
    prompt = row.turns[-1].content
    assert prompt.startswith("只用原文回答。\n\n[1] ")
    assert "员工每年享受年假5天" in prompt
    assert prompt.endswith("问题：员工每年享受年假几天？")
    assert prompt.count("\n\n[") == max(distractors, 1) + 1
    assert row.answer == "5天"
    assert "d0" in row.documents


async def test_no_other_passage_says_the_answer_or_is_another_version_of_the_right_one() -> None:
    books = {**BOOKS, "x": ("年假5天。",), "y": ("年假九天。",)}
    names = {f"z{n}": ("年假另有规定。",) for n in range(3)}
    bench = Bench({**books, **names, "另一版": ("员工每年享受年假七天。",)}, distractors=8)
    documents = await bench.corpus.documents()
    other = next(item.id for item in documents if item.title == "另一版")
    assert other == "d9"
    prompt = (await bench.row(await bench.item("lookup"))).turns[-1].content
    assert "年假5天。" not in prompt.replace("员工每年享受年假5天", "")
    assert "七天" not in prompt
    assert "九天" in prompt


async def test_without_the_right_passage_the_documents_do_not_say() -> None:
    bench = Bench(dict(BOOKS))
    row = await bench.row(await bench.item("unanswerable"))
    assert row.answer == not_said("zh")
    assert "5天" not in row.turns[-1].content
    assert "d0" in row.documents, "it is about that document all the same"


async def test_a_hidden_order_changes_nothing_of_the_answer() -> None:
    bench = Bench(dict(BOOKS))
    row = await bench.row(await bench.item("adversarial"))
    assert any(order in row.turns[-1].content for order in hidden_orders("zh"))
    assert row.answer == "5天"


async def test_a_follow_up_has_its_turns_before_it() -> None:
    bench = Bench(dict(BOOKS))
    row = await bench.row(await bench.item("follow_up", earlier=("婚假几天？", "3天")))
    assert [(turn.role, turn.content) for turn in row.turns[:2]] == [
        ("user", "婚假几天？"),
        ("assistant", "3天"),
    ]


async def test_nothing_of_the_other_side_is_shown() -> None:
    bench = Bench(dict(BOOKS), distractors=8)
    row = await bench.row(await bench.item("lookup"), "d1")
    assert "差旅" not in row.turns[-1].content
    assert "d1" not in row.documents


async def test_personal_data_is_not_shown() -> None:
    books = {"假期制度": BOOKS["假期制度"], "通讯录": ("王芳 13912345678 wang@x.example.com",)}
    for rule, shown in (("mask", False), ("drop", False), ("keep", True)):
        bench = Bench(books, distractors=8, personal_data=rule)
        prompt = (await bench.row(await bench.item("lookup"))).turns[-1].content
        assert ("13912345678" in prompt) is shown
        assert ("王芳" in prompt) is (rule != "drop")


@settings(max_examples=20)
@given(st.integers(0, 10**6))
async def test_the_same_seed_gives_the_same_row(seed: int) -> None:
    bench = Bench(dict(BOOKS))
    item, shelf = await bench.item("lookup"), await bench.shelf()
    first, second = [
        await Shaper(bench.scene, bench.corpus, shelf, seed=seed).row(item) for _ in range(2)
    ]
    assert first == second
