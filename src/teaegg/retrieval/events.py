"""What happens while an answer is made, in order, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass

from teaegg.core.answers import Answer, Evidence, Sentence


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The search is done; `evidence` is what the answer will be made from."""

    understood: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SentenceReady:
    """One more sentence whose proof has been checked."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The whole answer; always the last event, exactly once."""

    answer: Answer


AnswerEvent = EvidenceFound | SentenceReady | AnswerReady
