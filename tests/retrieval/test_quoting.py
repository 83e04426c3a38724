"""The promise of the quote mode: whatever the model does, only verbatim spans come out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.actors import VisibleSet
from teaegg.core.answers import Evidence
from teaegg.core.clock import SystemClock
from teaegg.core.documents import Location, Passage
from teaegg.core.settings import AnswerSettings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.query import understand
from teaegg.retrieval.quote import Picked, Quoter

EVERYTHING = VisibleSet(everything=True)


class CountingIndex:
    """Of an index, only what the quoter asks: statistics."""

    async def frequencies(
        self, terms: Sequence[str], *, visible: VisibleSet, cap: int
    ) -> dict[str, int]:
        return dict.fromkeys(terms, 1)

    async def count(self, *, visible: VisibleSet) -> int:
        return 10


def evidence(*texts: str, offset: int = 100) -> list[Evidence]:
    return [
        Evidence(
            Passage(
                f"p{i}", f"d{i}", "v", "c", "T", 0, text, offset, offset + len(text), Location()
            ),
            1.0 - i / 10,
        )
        for i, text in enumerate(texts)
    ]


async def quoted(
    question: str, found: list[Evidence], chat: ScriptedChat, **changes: float
) -> list[Picked]:
    chosen = AnswerSettings(**changes)  # type: ignore[arg-type]
    quoter = Quoter(CountingIndex(), chat, TermEmbedder(), chosen, SystemClock())  # type: ignore[arg-type]
    query = understand(question, [])
    ranking = await quoter.rank(query, found, visible=EVERYTHING)
    return [picked async for picked in quoter.pick(query, ranking, found)]


TEXT = (
    "试用期最长不得超过六个月。\n年假为五天；病假另算。Leave is five days. Sick leave is separate."
)


async def test_a_citation_points_at_its_quote_in_the_document() -> None:
    found = evidence(TEXT)
    for picked in await quoted("年假几天？", found, ScriptedChat()):
        citation = picked.citation
        assert TEXT[citation.start - 100 : citation.end - 100] == citation.quote


@settings(max_examples=60)
@given(
    st.text(min_size=1, max_size=30),
    st.lists(st.text(max_size=120), max_size=4),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.floats(1, 50),
)
async def test_whatever_the_model_picks_every_quote_is_verbatim_and_once(
    question: str, texts: list[str], picks: list[int], doubt: float
) -> None:
    found = evidence(*texts)
    result = await quoted(question, found, ScriptedChat(picks=picks), doubt_ratio=doubt)
    for picked in result:
        source = texts[int(picked.citation.document[1:])]
        assert picked.citation.quote
        assert (
            source[picked.citation.start - 100 : picked.citation.end - 100] == picked.citation.quote
        )
    quotes = [picked.citation.quote for picked in result]
    assert len(quotes) == len(set(quotes))


async def test_the_model_is_asked_only_where_the_scores_leave_doubt() -> None:
    chat = ScriptedChat()
    await quoted("试用期最长几个月？", evidence(TEXT), chat, doubt_ratio=1.0)
    assert all(str(prompt).endswith("\n") for prompt in chat.prompts)
    picked = await quoted("试用期最长几个月？", evidence(TEXT), chat, doubt_ratio=1.0)
    assert picked[0].citation.quote == "试用期最长不得超过六个月。"


@pytest.mark.parametrize("budget", [20, 40, 200])
async def test_the_budget_bounds_what_is_quoted_beyond_the_best(budget: int) -> None:
    result = await quoted(
        "试用期年假病假", evidence(TEXT * 3), ScriptedChat(), quote_characters=budget
    )
    lengths = [len(picked.citation.quote) for picked in result]
    assert sum(lengths) <= max(budget, max(lengths))


async def test_without_evidence_there_is_nothing_to_quote() -> None:
    quoter = Quoter(
        CountingIndex(),
        ScriptedChat(),
        TermEmbedder(),
        AnswerSettings(),
        SystemClock(),  # type: ignore[arg-type]
    )
    ranking = await quoter.rank(understand("年假", []), [], visible=EVERYTHING)
    assert ranking.confidence == 0
    assert ranking.spans == ()
