"""Which documents are kept for the exam is decided before anything else, and stays decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.documents import Document
from teaegg.core.ids import text_hash
from teaegg.core.scenes import SceneExam
from teaegg.distill.data.records import SplitDocument
from teaegg.distill.data.split import split_documents

PLAIN = Document(
    "d",
    "rules",
    "s",
    "t",
    "text/plain",
    "v",
    "complete",
    False,
    1,
    1,
    datetime(2026, 1, 1, tzinfo=UTC),
)
names = st.lists(st.text("abcdefgh0123", min_size=3, max_size=9), unique=True, max_size=25)


def documents(found: list[str]) -> list[Document]:
    return [replace(PLAIN, id=name, title=f"文件{name}甲") for name in found]


def texts(found: list[Document]) -> dict[str, str]:
    """Texts that share nothing."""
    return {
        item.id: "".join(text_hash(f"{item.id}{number}") for number in range(4)) for item in found
    }


def sides(split: list[SplitDocument]) -> dict[str, str]:
    return {item.document: item.side for item in split}


@given(names, names, st.integers(0, 99), st.floats(0, 0.9, allow_nan=False))
def test_a_new_document_moves_no_other(
    old: list[str], new: list[str], seed: int, share: float
) -> None:
    exam = SceneExam(share=share, seed=seed)
    before = documents(old)
    after = documents(sorted({*old, *new}))
    first = split_documents(before, texts(before), exam)
    second = split_documents(after, texts(after), exam, earlier=first)
    assert {name: sides(second)[name] for name in old} == sides(first)


@given(names, st.integers(0, 99))
def test_the_order_of_the_documents_does_not_matter(found: list[str], seed: int) -> None:
    exam = SceneExam(share=0.3, seed=seed)
    given_, turned = documents(found), documents(found[::-1])
    assert split_documents(given_, texts(given_), exam) == split_documents(
        turned, texts(turned), exam
    )


@given(names, st.integers(0, 99), st.floats(0.01, 0.9, allow_nan=False))
def test_with_two_documents_there_is_one_on_each_side(
    found: list[str], seed: int, share: float
) -> None:
    split = split_documents(
        documents(found), texts(documents(found)), SceneExam(share=share, seed=seed)
    )
    assert len(split) == len(found)
    if len(found) > 1:
        assert {item.side for item in split} == {"training", "exam"}


@given(names)
def test_without_a_share_everything_is_learned(found: list[str]) -> None:
    split = split_documents(documents(found), texts(documents(found)), SceneExam(share=0))
    assert {item.side for item in split} <= {"training"}


def test_versions_and_near_copies_stay_on_one_side() -> None:
    first = [
        replace(PLAIN, id=f"a{number}", title=f"公司法({year}-10-26)")
        for number, year in enumerate((2013, 2018, 2023))
    ]
    copies = [
        replace(PLAIN, id=f"b{number}", title=f"通知{'一二三'[number]}") for number in range(3)
    ]
    others = documents([f"o{number}" for number in range(30)])
    told = texts([*first, *others])
    base = "".join(text_hash(str(number)) for number in range(40))
    told |= {item.id: base + text_hash(item.id)[:40] for item in copies}
    for seed in range(20):
        split = split_documents([*first, *copies, *others], told, SceneExam(share=0.4, seed=seed))
        by_group = defaultdict(set)
        for item in split:
            by_group[item.group].add(item.side)
        assert all(len(found) == 1 for found in by_group.values())
        assert len({sides(split)[item.id] for item in first}) == 1
        assert len({sides(split)[item.id] for item in copies}) == 1
        assert len(by_group) == 32


def test_about_the_share_is_kept_and_the_seed_decides_which() -> None:
    found = documents([f"n{number}" for number in range(400)])
    one, other = (
        split_documents(found, texts(found), SceneExam(share=0.25, seed=seed)) for seed in (1, 2)
    )
    kept = sum(item.side == "exam" for item in one)
    assert 70 <= kept <= 130
    assert sides(one) != sides(other)


def test_a_copy_of_what_was_learned_cannot_examine() -> None:
    exam = SceneExam(share=0.9, seed=3)
    old = documents(["x", "y", "z"])
    told = texts(old)
    learned = [
        item.model_copy(update={"side": "training" if item.document == "x" else "exam"})
        for item in split_documents(old, told, exam)
    ]
    copy = replace(PLAIN, id="a-copy", title="另一份")
    split = split_documents([*old, copy], {**told, "a-copy": told["x"]}, exam, earlier=learned)
    assert sides(split) == {"x": "training", "a-copy": "training", "y": "exam", "z": "exam"}
