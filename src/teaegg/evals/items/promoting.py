"""A question that somebody really asked → an item, from the record of how it was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import ExamItem, ItemPassage

_ID_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a person says about an answer. `right` is the right one ("": the one that was given),
    `declines`: the documents do not say, and saying so is right; `complaint`: what was wrong with it."""

    right: str = ""
    declines: bool = False
    complaint: str = ""


def passages_shown(trace: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the passages that the answer quotes and that were found for it."""
    quoted = [citation["passage"] for citation in _citations(trace)]
    return tuple(dict.fromkeys((*quoted, *(each["passage"] for each in trace["evidence"]))))


def promoted(
    trace: Mapping[str, Any], passages: Mapping[str, Passage], said: Promotion
) -> ExamItem:
    """The unsigned item of a trace's record. `passages` are those of `passages_shown` that are there.

    Gold is what holds the right answer, word for word, else what the answer quoted. A follow-up is
    taken as it was understood. Raises InvalidRequestError where nothing is known to be right, or what
    the answer quotes is no longer here.
    """
    _require_clear(trace, said)
    declines = said.declines or (not said.right and trace["verdict"] != "answered")
    if not declines and not said.right:
        _require_quotes(trace, passages)
    right = "" if declines else said.right or trace["answer"]
    shown = [passages[name] for name in passages_shown(trace) if name in passages]
    gold = _gold(trace, shown, right)
    kind = "complaint" if said.complaint else "question"
    told = f": {said.complaint}" if said.complaint else ""
    return ExamItem(
        id=f"trace-{trace['trace'][:_ID_CHARACTERS]}",
        form="refusal" if declines else "grounded" if gold else "short",
        questions=(trace["understood"] or trace["question"],),
        right=(right,) if right else (),
        passages=tuple(_shown(passage, passage.id in gold) for passage in shown),
        document=next((p.document for p in shown if p.id in gold or not gold), ""),
        kind=f"real {kind}",
        source=f"real {kind}, trace {trace['trace']}{told}",
    )


def _require_clear(trace: Mapping[str, Any], said: Promotion) -> None:
    if said.right and said.declines:
        raise InvalidRequestError(
            "There is a right answer, or the documents do not say: not both.",
            remedy="Leave one of them out.",
        )
    if said.complaint and not said.right and not said.declines:
        raise InvalidRequestError(
            "The answer is complained about, and it is not said what would be right.",
            remedy="Give the right answer, or say that the documents do not say.",
        )


def _require_quotes(trace: Mapping[str, Any], passages: Mapping[str, Passage]) -> None:
    """An answer is no key any more when its proof has changed or gone; and of a forgotten document no
    word may come back."""
    for citation in _citations(trace):
        passage = passages.get(citation["passage"])
        if passage is None or citation["quote"] not in passage.text:
            raise InvalidRequestError(
                "What the answer quotes has changed or gone since it was given.",
                remedy="Ask the question again and take that answer, or say what is right.",
            )


def _gold(trace: Mapping[str, Any], shown: Sequence[Passage], right: str) -> frozenset[str]:
    if not right:
        return frozenset()
    holding = frozenset(passage.id for passage in shown if right in passage.text)
    quoted = {citation["passage"] for citation in _citations(trace)}
    return holding or frozenset(passage.id for passage in shown if passage.id in quoted)


def _shown(passage: Passage, gold: bool) -> ItemPassage:
    return ItemPassage(
        text=passage.text,
        place=passage.place,
        document=passage.document,
        passage=passage.id,
        gold=gold,
    )


def _citations(trace: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [citation for sentence in trace["sentences"] for citation in sentence["citations"]]
