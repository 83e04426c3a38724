"""What the tools return: small, typed, every quote word for word and with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from teaegg.core.answers import Answer, Citation, Evidence, Sentence, Verdict
from teaegg.core.documents import Document, ParsedDocument
from teaegg.core.errors import InvalidRequestError
from teaegg.core.versions import VersionNote, VersionStatus
from teaegg.retrieval.query import Language, language_of
from teaegg.retrieval.search import SearchResult
from teaegg.retrieval.wording import place

MAX_QUOTE_CHARACTERS = 1500
MAX_OPENED_CHARACTERS = 20_000
_SCORE_DIGITS = 4


class OutOfForce(BaseModel):
    """Why a document does not apply today. 文件为何不是现行有效的。"""

    status: VersionStatus
    day: date | None = Field(
        description="Until when it applied (older, repealed), or from when it will (future)."
    )
    instead: str = Field(description="Title of what applies instead; empty if that is not known.")
    note: str = Field(description="All of it in one line: tell the user. 请转告用户。")

    @classmethod
    def of(cls, note: VersionNote, language: Language) -> OutOfForce:
        return cls(
            status=note.status, day=note.day, instead=note.title, note=note.said_in(language)
        )


class Proof(BaseModel):
    """A verbatim quote and where it stands. 逐字引文及其出处。"""

    document: str = Field(description="Id of the document; pass it to `open`.")
    title: str = Field(description="Title of the document.")
    location: str = Field(
        description="Article, page, sheet, row or heading; empty if there is none."
    )
    quote: str = Field(description="The document's own words, unchanged. Quote them as they are.")
    start: int = Field(description="First character of the quote in the document's text.")
    end: int = Field(description="Character after the last one; `quote` is text[start:end].")
    out_of_force: OutOfForce | None = Field(
        description="Set when the document is an older version, repealed or not yet in force."
    )


class Found(Proof):
    """A passage that speaks to the question."""

    collection: str = Field(description="The collection that the document belongs to.")
    score: float = Field(description="Higher is better; only for comparing within one search.")


class SearchReply(BaseModel):
    """Passages, best first; an empty list means that nothing readable was found."""

    results: list[Found]


class ProvedSentence(BaseModel):
    text: str
    citations: list[Proof]


class AskReply(BaseModel):
    """An answer in which every sentence is proved, or a plain "the documents do not say"."""

    verdict: Literal["answered", "abstained", "refused"] = Field(
        description="answered: every sentence has citations. abstained: the documents do not say; do "
        "not answer from elsewhere as if they did. refused: nothing that could be proved was written."
    )
    answer: str = Field(description="The whole answer as text, citations as [1], [2] …")
    sentences: list[ProvedSentence]
    nearest: list[Proof] = Field(description="Without an answer: the passages that come closest.")
    confidence: float = Field(description="Probability that the documents answer this, 0 to 1.")
    trace: str = Field(description="Id of the full record of this answer.")


class OpenReply(BaseModel):
    """A stretch of a document's text as it was understood."""

    document: str
    title: str
    collection: str
    text: str
    start: int = Field(description="Where `text` begins.")
    end: int = Field(description="Where `text` ends.")
    total_characters: int = Field(description="Length of the whole text.")
    next_start: int | None = Field(description="Pass it as `start` to read on; null at the end.")
    out_of_force: OutOfForce | None = Field(
        description="Set when the document is an older version, repealed or not yet in force."
    )


def search_reply(found: SearchResult) -> SearchReply:
    told = _Told(found.versions, found.query.language)
    return SearchReply(results=[_found(item, told) for item in found.evidence])


def ask_reply(answer: Answer, question: str) -> AskReply:
    verdict: Verdict = answer.verdict
    told = _Told(answer.versions, language_of(question))
    return AskReply(
        verdict=verdict,
        answer=answer.text,
        sentences=[_sentence(sentence, told) for sentence in answer.sentences],
        nearest=[_proof(citation, told) for citation in answer.nearest],
        confidence=round(answer.confidence, _SCORE_DIGITS),
        trace=answer.trace,
    )


def open_reply(
    document: Document,
    parsed: ParsedDocument,
    note: VersionNote | None,
    start: int,
    characters: int,
) -> OpenReply:
    """`characters` from `start` on. Raises InvalidRequestError when the text is shorter than that."""
    text = parsed.text
    start = max(start, 0)
    if start and start >= len(text):
        raise InvalidRequestError(
            f"The text has {len(text)} characters and ends before {start}.",
            remedy="Give a smaller `start`, for example that of a citation.",
        )
    end = min(start + characters, len(text))
    return OpenReply(
        document=document.id,
        title=document.title,
        collection=document.collection,
        text=text[start:end],
        start=start,
        end=end,
        total_characters=len(text),
        next_start=end if end < len(text) else None,
        out_of_force=OutOfForce.of(note, language_of(document.title)) if note else None,
    )


class _Told(NamedTuple):
    """Which documents are out of force, and the language in which the asker is told."""

    versions: Mapping[str, VersionNote]
    language: Language

    def of(self, document: str) -> OutOfForce | None:
        note = self.versions.get(document)
        return OutOfForce.of(note, self.language) if note else None


def _found(item: Evidence, told: _Told) -> Found:
    return Found(
        **_proof(Citation.of(item.passage), told).model_dump(),
        collection=item.passage.collection,
        score=round(item.score, _SCORE_DIGITS),
    )


def _sentence(sentence: Sentence, told: _Told) -> ProvedSentence:
    return ProvedSentence(
        text=sentence.text, citations=[_proof(citation, told) for citation in sentence.citations]
    )


def _proof(citation: Citation, told: _Told) -> Proof:
    """A very long quote is cut at its end and stays what the document says from `start` to `end`."""
    quote = citation.quote[:MAX_QUOTE_CHARACTERS]
    return Proof(
        document=citation.document,
        title=citation.title,
        location=place(citation, language_of(citation.title + citation.quote)),
        quote=quote,
        start=citation.start,
        end=citation.start + len(quote),
        out_of_force=told.of(citation.document),
    )
