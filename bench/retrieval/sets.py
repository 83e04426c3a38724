"""The sets of the retrieval bench as plain data: documents, questions, and what counts as found.

Every system gets the same documents and nothing else. RGB is non-commercial: it is only measured on.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.data import data_folder, half_of, rows

POOL = 24
_ARTICLE = re.compile(
    r"[\s\u3000]*(第[一二三四五六七八九十百千零]+条(?:之[一二三四五六七八九十]+)?)(?=[\s\u3000]|$)"
)
_HEADING = re.compile(r"\s*(?:#+\s|<!--)")


@dataclass(frozen=True, slots=True)
class Text:
    """One document. `name` is a file name that says what it is, "" where the data has none."""

    id: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Gold:
    """What has to be found: `part` of `document` word for word, or any piece of it when "" ."""

    document: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; any one of `gold` answers it. `half` 0 may be fitted on, 1 is reported."""

    id: str
    text: str
    kind: str
    gold: tuple[Gold, ...]
    half: int


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """`units` are the parts that a ranking of a document's parts counts; none: whole documents."""

    name: str
    documents: tuple[Text, ...]
    questions: tuple[Asked, ...]
    suffix: str = ".txt"
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)


def laws() -> RetrievalSet:
    """350 statutes; a question is answered by an article of a document."""
    folder = data_folder() / "laws-zh"
    documents, articles = [], {}
    for row in rows("laws-zh/docs.jsonl"):
        text = (folder / row["file"]).read_text(encoding="utf-8")
        documents.append(Text(row["doc_id"], text, Path(row["file"]).name))
        articles[row["doc_id"]] = dict(articles_of(text))
    questions = [
        Asked(
            row["id"], row["query"], row["kind"], _articles_named(row, articles), _half(row["gold"])
        )
        for row in rows("laws-zh/queries.jsonl")
    ]
    units = {document: tuple(found.values()) for document, found in articles.items()}
    return RetrievalSet("laws-zh", tuple(documents), tuple(questions), ".md", units)


def part_of_laws() -> RetrievalSet:
    """The 24 statutes that answer most questions for their length, and the questions they answer.

    A twelfth of the text and seven tenths of the questions of `laws`: a far easier task, for measuring
    every system while the machine is busy.
    """
    whole = laws()
    answers = Counter(name for asked in whole.questions for name in _documents_of(asked))
    ordered = sorted(
        whole.documents, key=lambda text: (-answers[text.id] / len(text.text), text.id)
    )
    pool = tuple(ordered[:POOL])
    names = {text.id for text in pool}
    asked = tuple(one for one in whole.questions if _documents_of(one) <= names)
    return replace(whole, name="laws-zh-24", documents=pool, questions=asked)


def _documents_of(asked: Asked) -> set[str]:
    return {gold.document for gold in asked.gold}


def _half(gold: list[dict[str, str]]) -> int:
    return half_of(gold[0]["doc_id"])


def _articles_named(row: dict[str, Any], articles: dict[str, dict[str, str]]) -> tuple[Gold, ...]:
    return tuple(Gold(g["doc_id"], articles[g["doc_id"]][g["article"]]) for g in row["gold"])


def articles_of(text: str) -> Iterator[tuple[str, str]]:
    """(number as written, text with its number) of each article, in order; not TeaEgg's own parser."""
    number = ""
    lines: list[str] = []
    for line in [*text.splitlines(), "# end"]:
        begins = _ARTICLE.match(line)
        if begins or _HEADING.match(line):
            if number:
                yield number, "\n".join(lines).strip()
            number, lines = (begins[1] if begins else ""), []
        lines.append(line)


def cmrc() -> RetrievalSet:
    """Chinese encyclopedia passages; a question belongs to one of them."""
    documents = tuple(Text(row["doc_id"], row["text"]) for row in rows("cmrc2018/passages.jsonl"))
    return RetrievalSet(
        "cmrc2018", documents, _about_documents(rows("cmrc2018/questions.jsonl"), "question")
    )


def xquad(asked: str, written: str) -> RetrievalSet:
    """Questions in language `asked` about passages in language `written` ("zh" or "en")."""
    documents = tuple(
        Text(row["doc_id"], row[f"text_{written}"]) for row in rows("xquad/passages.jsonl")
    )
    questions = _about_documents(rows("xquad/questions.jsonl"), f"question_{asked}")
    name = f"xquad-{written}" if asked == written else f"xquad-{asked}-to-{written}"
    return RetrievalSet(name, documents, questions)


def _about_documents(found: Iterable[dict[str, Any]], column: str) -> tuple[Asked, ...]:
    return tuple(
        Asked(row["id"], row[column], "", (Gold(row["doc_id"]),), half_of(row["doc_id"]))
        for row in found
        # One question of cmrc2018 is empty: there is nothing to ask.
        if row[column].strip()
    )


def rgb(part: str, name: str) -> RetrievalSet:
    """All documents of all questions in one pool; any that was found to hold the answer is right."""
    documents: dict[str, Text] = {}
    questions = []
    for row in rows(f"rgb/{part}.jsonl"):
        for text in (*row["positive"], *row["negative"]):
            documents[text] = Text(hashlib.sha256(text.encode()).hexdigest()[:16], text)
        gold = tuple(Gold(documents[text].id) for text in dict.fromkeys(row["positive"]))
        questions.append(Asked(row["id"], row["query"], "", gold, half_of(row["id"])))
    return RetrievalSet(name, tuple(documents.values()), tuple(questions))


def faq_tidb() -> RetrievalSet:
    """A product's FAQ: the heading asks, the answers without their headings are the pool."""
    found = rows("faq-tidb-zh/faq.jsonl")
    ids = {row["id"]: f"answer-{number}" for number, row in enumerate(found)}
    documents = tuple(Text(ids[row["id"]], row["answer"]) for row in found)
    questions = tuple(
        Asked(row["id"], row["question"], "", (Gold(ids[row["id"]]),), half_of(ids[row["id"]]))
        for row in found
    )
    return RetrievalSet("faq-tidb-zh", documents, questions, ".md")


def faq_befaq() -> RetrievalSet:
    """A small customer-service FAQ: users' wordings against the entries."""
    found = [(f"entry-{number}", row) for number, row in enumerate(rows("faq-befaq-zh/faq.jsonl"))]
    documents = tuple(Text(key, f"{row['question']}\n{row['answer']}") for key, row in found)
    questions = tuple(
        Asked(f"{key}-{number}", text, "", (Gold(key),), half_of(key))
        for key, row in found
        for number, text in enumerate(row["paraphrases"])
    )
    return RetrievalSet("faq-befaq-zh", documents, questions)


SETS: dict[str, Callable[[], RetrievalSet]] = {
    "laws-zh": laws,
    "laws-zh-24": part_of_laws,
    "cmrc2018": cmrc,
    "xquad-zh": lambda: xquad("zh", "zh"),
    "xquad-en": lambda: xquad("en", "en"),
    "xquad-zh-to-en": lambda: xquad("zh", "en"),
    "xquad-en-to-zh": lambda: xquad("en", "zh"),
    "rgb-zh": lambda: rgb("zh_fact", "rgb-zh"),
    "rgb-en": lambda: rgb("en_fact", "rgb-en"),
    "faq-tidb-zh": faq_tidb,
    "faq-befaq-zh": faq_befaq,
}
