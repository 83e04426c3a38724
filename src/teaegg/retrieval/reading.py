"""The expert mode: a small model that was trained to point at the words that answer, line by line.

What it writes is not believed but looked up. A line that stands in the passages it was shown is given in
the words of the document, proved by the sentence around it; any other line is dropped with its reason.
Stretches of a document that speak to the model are neither shown to it nor found.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from teaegg.core.answers import Citation, Evidence, Sentence
from teaegg.core.experts import Expert, ExpertState
from teaegg.guard.polarity import disagreements
from teaegg.guard.quotes import BARRIER, find_quotes
from teaegg.models.base import ChatModel, Message
from teaegg.retrieval.compose import ComposedSentence, says_nothing
from teaegg.retrieval.proof import Proof, proof_of
from teaegg.retrieval.query import Language
from teaegg.retrieval.quote import ScoredSpan
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

NOT_THERE = "these words do not stand in the passages"
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\[\d{1,2}\]\s*)")
_NOT_BLANK = re.compile(r"\S")


class ExpertModels(Protocol):
    """Lends the models of experts: one base in memory, an adapter for each of them."""

    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        """The model that speaks for `expert`, whose files lie in `folder`; loaded when first asked.

        Raises ModelError for an adapter that does not fit the base.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadingExpert:
    """An expert that answers one question, and the model that speaks for it."""

    expert: Expert
    state: ExpertState
    chat: ChatModel
    collections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line was found: characters [start, end) of a proof's passage."""

    proof: Proof
    start: int
    end: int
    score: float

    @property
    def sentence(self) -> tuple[int, int]:
        """The sentences that the place lies in, from the first to the last."""
        touched = [(s, e) for s, e in self.proof.spans if s < self.end and self.start < e]
        return touched[0][0], touched[-1][1]


class Reader:
    """Asks an expert over the best passages and proves what it says."""

    def __init__(self, *, passages: int) -> None:
        self._passages = passages

    def messages(
        self, expert: Expert, question: str, evidence: Sequence[Evidence], language: Language
    ) -> tuple[Message, ...]:
        """What the expert is asked: the same form as in its training."""
        return reading_messages(
            question,
            [ShownPassage(_shown(proof), proof.passage.place) for proof in self._proofs(evidence)],
            language=language,
            instructions=expert.instructions,
        )

    async def stream(
        self,
        reading: ReadingExpert,
        messages: Sequence[Message],
        evidence: Sequence[Evidence],
        spans: Sequence[ScoredSpan],
    ) -> AsyncIterator[ComposedSentence]:
        """Each line as soon as it is complete and looked up; nothing when the documents do not say.

        Words that stand in several places are proved by the sentence that `spans` rank first.
        Raises ModelError and ModelUnavailableError.
        """
        proofs = self._proofs(evidence)
        if not any(proof.spans for proof in proofs):
            return
        scores = {(evidence[s.evidence].passage.id, s.start): s.score for s in spans}
        told: set[str] = set()
        async for line in _lines(reading, messages):
            if says_nothing(line):
                continue
            found = _looked_up(line, proofs, scores)
            # A small model may say a thing twice; its reader wants it once.
            if found.text not in told:
                told.add(found.text)
                yield found

    def _proofs(self, evidence: Sequence[Evidence]) -> list[Proof]:
        return [proof_of(item.passage) for item in evidence[: self._passages]]


async def _lines(reading: ReadingExpert, messages: Sequence[Message]) -> AsyncIterator[str]:
    buffer = ""
    async for piece in reading.chat.stream(messages, max_tokens=reading.expert.max_tokens):
        *complete, buffer = f"{buffer}{piece}".split("\n")
        for line in complete:
            if tidy := _tidy(line):
                yield tidy
    if tidy := _tidy(buffer):
        yield tidy


def _tidy(line: str) -> str:
    return _BULLET.sub("", line).strip()


def _looked_up(
    line: str, proofs: Sequence[Proof], scores: Mapping[tuple[str, int], float]
) -> ComposedSentence:
    places = [place for proof in proofs for place in _places(line, proof, scores)]
    if not places:
        return ComposedSentence(line, None, (NOT_THERE,))
    # max keeps the first of equals: the better passage, then the earlier place.
    best = max(places, key=lambda place: place.score)
    passage = best.proof.passage
    start, end = best.sentence
    around = passage.text[start:end]
    words = passage.text[best.start : best.end]
    # Cut out of its sentence, a stretch may say the opposite: 可以报销 stands in 不可以报销.
    if disagreements(words, [around]):
        words = around
    return ComposedSentence(words, Sentence(words, (Citation.of(passage, start, end),)))


def _places(line: str, proof: Proof, scores: Mapping[tuple[str, int], float]) -> Iterator[_Place]:
    for start, end in find_quotes(line, _readable(proof)):
        place = _Place(proof, start, end, float("-inf"))
        score = scores.get((proof.passage.id, place.sentence[0]), float("-inf"))
        yield _Place(proof, start, end, score)


def _shown(proof: Proof) -> str:
    """The passage as it stands, as in training; without what may not be shown where there is some."""
    return proof.text if BARRIER in _readable(proof) else proof.passage.text


def _readable(proof: Proof) -> str:
    """The passage's text, of the same length, with a barrier for all that may not be quoted."""
    text, pieces, position = proof.passage.text, [], 0
    for start, end in proof.spans:
        pieces += [_NOT_BLANK.sub(BARRIER, text[position:start]), text[start:end]]
        position = end
    return "".join([*pieces, _NOT_BLANK.sub(BARRIER, text[position:])])
