"""Evidence, citations and answers: the proof and what it proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from teaegg.core.documents import Location, Passage
from teaegg.core.versions import VersionNote

AskedMode = Literal["quote", "compose"]
"""What one may ask for; an answer is in mode "expert" when an expert was named instead."""

AnswerMode = Literal[AskedMode, "expert"]
Verdict = Literal["answered", "abstained", "refused"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage chosen for a question, with the scores that chose it.

    `score` is the fused score; `text_score` and `vector_score` are what the two searches gave
    (None where that search did not return the passage). `exact` marks a hit by identifier or
    article reference.
    """

    passage: Passage
    score: float
    text_score: float | None = None
    vector_score: float | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """The proof of one sentence: an exact quote and where it stands.

    `quote` equals `canonical_text[start:end]` of the document's version.
    """

    document: str
    title: str
    version: str
    passage: str
    quote: str
    start: int
    end: int
    location: Location = Location()

    @classmethod
    def of(cls, passage: Passage, start: int = 0, end: int | None = None) -> Citation:
        """Characters [start, end) of `passage`, all of it unless told."""
        quote = passage.text[start:end]
        return cls(
            document=passage.document,
            title=passage.title,
            version=passage.version,
            passage=passage.id,
            quote=quote,
            start=passage.start + start,
            end=passage.start + start + len(quote),
            location=passage.location,
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with the citations that prove it."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker gets.

    `answered`: every sentence carries a citation. `abstained`: the documents do not say, `nearest`
    holds the closest passages. `refused`: what the model wrote could not be verified.
    `confidence` is the calibrated probability that the evidence answers the question.
    `timings_ms` maps a stage to milliseconds. `notes` say which cited documents are not in force;
    `versions` says the same of every shown document (cited or nearest) by id, as data. `expert` is
    the id of the expert that answered, in mode "expert".
    """

    verdict: Verdict
    text: str
    sentences: tuple[Sentence, ...]
    mode: AnswerMode
    confidence: float
    trace: str
    reason: str = ""
    nearest: tuple[Citation, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    versions: Mapping[str, VersionNote] = field(default_factory=dict)
    expert: str = ""
