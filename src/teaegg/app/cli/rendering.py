"""Answers, evidence and documents for people at a terminal.

Loads the retrieval rooms: commands import this module when they run, not when they are listed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.text import Text

from teaegg.app.cli.output import note, say, write_table
from teaegg.core.answers import Answer, Citation, Sentence
from teaegg.core.documents import Document, Passage
from teaegg.core.versions import VersionNote
from teaegg.retrieval.query import Language, language_of
from teaegg.retrieval.search import SearchResult
from teaegg.retrieval.wording import place

_SHOWN_CHARACTERS = 160
_SOURCES: dict[Language, str] = {"zh": "来源", "en": "Sources"}
_NEAREST: dict[Language, str] = {"zh": "最接近的内容", "en": "Nearest passages"}
_STATES = {
    "searchable": "searchable (vectors to come)",
    "complete": "complete",
    "quarantined": "quarantined",
}


class AnswerScreen:
    """Shows sentences as they come, numbers their citations, and the sources at the end."""

    def __init__(self, question: str) -> None:
        self._language: Language = language_of(question)
        self._cited: list[Citation] = []

    def sentence(self, sentence: Sentence) -> None:
        line = Text(sentence.text)
        for citation in sentence.citations:
            self._cited.append(citation)
            line.append(f"[{len(self._cited)}]", style="cyan")
        say(line)

    def finish(self, answer: Answer) -> None:
        if answer.verdict == "answered":
            self._citations(_SOURCES[self._language], self._cited, answer.versions)
        else:
            say(Text(answer.text, style="yellow"))
            self._citations(_NEAREST[self._language], answer.nearest, answer.versions)
        for remark in answer.notes:
            say(Text(remark, style="yellow"))
        seconds = answer.timings_ms.get("total", 0) / 1000
        note(f"{answer.verdict} · {seconds:.1f} s · teaegg trace {answer.trace}")

    def _citations(
        self, heading: str, citations: Sequence[Citation], versions: Mapping[str, VersionNote]
    ) -> None:
        if not citations:
            return
        say()
        say(Text(heading, style="bold"))
        for number, citation in enumerate(citations, start=1):
            where = place(citation, language_of(citation.title + citation.quote))
            line = Text.assemble(
                (f"[{number}] ", "cyan"), (citation.title, "bold"), "  ", (where, "green")
            )
            if note_of_version := versions.get(citation.document):
                line.append(f"  {note_of_version.mark_in(self._language)}", style="yellow")
            say(line)
            say(Text(f"    “{_one_line(citation.quote)}”", style="dim"))


def show_evidence(found: SearchResult) -> None:
    """Passages, best first, shortened to what fits in a glance; what is not in force is said."""
    for number, item in enumerate(found.evidence, start=1):
        passage = item.passage
        kind = "exact" if item.exact else f"{item.score:.2f}"
        say(
            Text.assemble(
                (f"{number}. ", "cyan"),
                (passage.title, "bold"),
                "  ",
                (place_of(passage), "green"),
                (f"  {kind}", "dim"),
            )
        )
        say(f"   {shortened(passage.text)}")
        if note_of_version := found.versions.get(passage.document):
            say(Text(f"   {note_of_version.said_in(found.query.language)}", style="yellow"))
    if not found.evidence:
        note("Nothing was found among the documents you may read.")


def show_documents(documents: Iterable[Document]) -> None:
    rows = (
        (d.id, d.title, d.collection, _STATES[d.state], str(d.passages), _audience(d))
        for d in documents
    )
    columns = ("id", "title", "collection", "state", "passages", "read through")
    write_table(columns, rows, empty="There are no documents. Learn some: teaegg learn PATH")


def show_document(document: Document, version: VersionNote | None) -> None:
    """One document, a fact a line; `version` is why it does not apply today."""
    facts = (
        ("id", document.id),
        ("title", document.title),
        ("collection", document.collection),
        ("source", document.source),
        ("type", document.media_type),
        ("in force", version.said_in(language_of(document.title)) if version else ""),
        ("state", _STATES[document.state]),
        ("read through", _audience(document)),
        ("size", f"{document.size_bytes} bytes"),
        ("passages", str(document.passages)),
        ("learned at", document.learned_at.isoformat(timespec="seconds")),
        ("reason", document.reason),
        ("notes", "; ".join(document.notes)),
    )
    for name, value in facts:
        if value:
            say(Text.assemble((f"{name:<13}", "bold"), value))


def show_passages(
    passages: Iterable[Passage], without_vector: Collection[str], doubted: Mapping[int, int]
) -> None:
    """Each with its place, its headings, its characters, and whether its vector is still to come.

    `doubted` maps a page whose words OCR was not sure of to its confidence in percent.
    """
    for passage in passages:
        say()
        where = place_of(passage)
        span = f"  characters {passage.start}–{passage.end}"
        waiting = "  vector to come" if passage.id in without_vector else ""
        sure = doubted.get(passage.location.page or 0)
        unsure = "" if sure is None else f"  hard to read: OCR is {sure}% sure, check the words"
        number = (f"#{passage.ordinal + 1}  ", "bold")
        say(Text.assemble(number, (where, "green"), (span, "dim"), (unsure + waiting, "yellow")))
        if passage.location.path:
            say(Text(" › ".join(passage.location.path), style="dim"))
        say(passage.text)


def show_failures(documents: Iterable[Document]) -> None:
    rows = ((d.source, d.collection, d.reason) for d in documents)
    write_table(("file", "collection", "reason"), rows, empty="Every file could be read.")


def place_of(passage: Passage) -> str:
    """Where a passage stands, in the language it is written in."""
    return place(Citation.of(passage), language_of(passage.title + passage.text))


def shortened(text: str, characters: int = _SHOWN_CHARACTERS) -> str:
    """On one line and at most `characters` long, with … where something was left out."""
    line = _one_line(text)
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _audience(document: Document) -> str:
    return "its own grants" if document.restricted else "its collection"
