"""What every reranker must do; each one is added to `reranker`."""

from __future__ import annotations

import random

import pytest

from teaegg.core.answers import Evidence
from teaegg.core.documents import Location, Passage
from teaegg.core.settings import SearchSettings
from teaegg.retrieval.query import understand
from teaegg.retrieval.ranking.base import Reranker
from teaegg.retrieval.ranking.factory import make_reranker

QUESTIONS = ("试用期最长不得超过几个月？", "How long is probation?", "？", "QH-HX-M8X30")
TEXTS = (
    "试用期最长不得超过六个月。",
    "劳动者提前三十日以书面形式通知。",
    "Probation is at most six months.",
    "",
    "QH-HX-M8X30 单价 1.20 元",
)


@pytest.fixture(params=["fitted"])
def reranker(request: pytest.FixtureRequest) -> Reranker:
    made = make_reranker(SearchSettings(reranker=request.param))
    assert made is not None
    assert made.name == request.param
    return made


def candidates() -> list[Evidence]:
    """Some found by both searches, some by one; two passages that differ only in their place."""
    texts = [*TEXTS, TEXTS[0]]
    return [
        Evidence(
            Passage(
                f"p{i}", f"d{i % 2}", "v", "c", "劳动合同法", i, text, 0, len(text),
                Location(path=("第二章",)),
            ),
            score=1 - i / 10,
            text_score=None if i % 3 == 1 else 9.0 - i,
            vector_score=None if i % 3 == 2 else 0.9 - i / 100,
        )
        for i, text in enumerate(texts)
    ]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_passage_is_lost_and_none_is_added(reranker: Reranker, question: str) -> None:
    ranked = await reranker.rerank(understand(question, []), candidates())
    assert sorted(item.passage.id for item in ranked) == [f"p{i}" for i in range(len(TEXTS) + 1)]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_scores_fall_and_lie_over_0_and_at_most_at_1(
    reranker: Reranker, question: str
) -> None:
    scores = [i.score for i in await reranker.rerank(understand(question, []), candidates())]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


async def test_what_the_searches_gave_stays(reranker: Reranker) -> None:
    before = {item.passage.id: item for item in candidates()}
    for item in await reranker.rerank(understand(QUESTIONS[0], []), candidates()):
        known = before[item.passage.id]
        assert (item.passage, item.exact) == (known.passage, known.exact)
        assert (item.text_score, item.vector_score) == (known.text_score, known.vector_score)


async def test_the_order_that_comes_in_does_not_matter(reranker: Reranker) -> None:
    query = understand(QUESTIONS[0], [])
    shuffled = candidates()
    random.Random(7).shuffle(shuffled)
    ordered = await reranker.rerank(query, candidates())
    assert [i.passage.id for i in await reranker.rerank(query, shuffled)] == [
        item.passage.id for item in ordered
    ]


async def test_nothing_found_stays_nothing(reranker: Reranker) -> None:
    assert await reranker.rerank(understand(QUESTIONS[0], []), []) == []


async def test_one_candidate_without_any_score_is_returned(reranker: Reranker) -> None:
    only = Evidence(candidates()[0].passage, 0.0)
    ranked = await reranker.rerank(understand(QUESTIONS[0], []), [only])
    assert [item.passage.id for item in ranked] == ["p0"]


async def test_the_passage_that_answers_comes_first(reranker: Reranker) -> None:
    ranked = await reranker.rerank(understand(QUESTIONS[0], []), candidates())
    assert ranked[0].passage.text == TEXTS[0]
