"""A passage as proof: what of it may be shown to a model and quoted."""

from __future__ import annotations

from dataclasses import dataclass

from teaegg.core.documents import Passage
from teaegg.guard.instructions import closed_stretches
from teaegg.retrieval.spans.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Proof:
    """A passage as proof: the sentences that may be quoted (spans of `passage.text`)."""

    passage: Passage
    spans: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        return "\n".join(self.passage.text[start:end] for start, end in self.spans)


def proof_of(passage: Passage) -> Proof:
    """The sentences of a passage up to one that speaks to the model; the rest of its line goes too."""
    closed = closed_stretches(passage.text)
    spans = tuple(
        (start, end)
        for start, end in split_sentences(passage.text)
        if not any(start < stop and begin < end for begin, stop in closed)
    )
    return Proof(passage, spans)
