"""Published sets of questions → items: a closed list of forms, fed with files that people hold themselves.

Nothing of these sets is shipped. Several are licensed for non-commercial use: for them the licence in each
item's `source` says that they examine and never teach.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import ExamItem
from teaegg.evals.items.catalogue import SOURCES, KnownSet
from teaegg.evals.items.forms import validated
from teaegg.ingest.records import Found, read_records

_OPTIONS = re.compile(
    r"(.*)A[:：](.*?)[;；]\s*B[:：](.*?)[;；]\s*C[:：](.*?)[;；]\s*D[:：](.*?)。?", re.DOTALL
)
_LETTER = re.compile(r"[A-D]")
_READING = re.compile(r"段落[:：](.*)问题[:：](.*)", re.DOTALL)
_PASSAGES = 5
_NOISE = 3
"""As in Chen et al. 2024 (RGB): five documents are shown, of which so many say nothing of the answer."""


@dataclass(frozen=True, slots=True)
class SetRead:
    """`left_out` says by place what could not be taken: published sets have their faults too."""

    items: tuple[ExamItem, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One record of a file: `name` is the file's without its ending, `number` counts from 0."""

    fields: Mapping[str, Any]
    name: str
    number: int

    def __getitem__(self, field: str) -> Any:
        if field not in self.fields:
            raise InvalidRequestError(f"{field!r} is missing")
        return self.fields[field]


def read_known(path: Path, known: KnownSet, *, subject: str = "") -> SetRead:
    """The items of a file of that set, in its order; `subject` (or task) keeps only what is of it.

    cmrc2018 wants the file of questions, with `passages.jsonl` beside it. Raises NotFoundError and
    UnreadableDocumentError for the file, InvalidRequestError when nothing in it can be taken.
    """
    parse = _parser(known, path)
    items: dict[str, ExamItem] = {}
    left_out: list[str] = []
    subjects: dict[str, None] = {}
    for number, found in enumerate(read_records(path).found):
        try:
            values = parse(_asked(found, path, number))
            subjects.setdefault(values.get("kind", ""))
            if not subject or values.get("kind", "") == subject:
                item = validated({**values, "source": SOURCES[known]})
                items.setdefault(item.id, item)
        except InvalidRequestError as error:
            left_out.append(f"{path.name}, {found.place}: {error.message.rstrip('.')}.")
    if not items:
        raise _nothing(path, known, subject, [*subjects], left_out)
    return SetRead(tuple(items.values()), tuple(left_out))


def _parser(known: KnownSet, path: Path) -> Callable[[_Asked], dict[str, Any]]:
    if known != "cmrc2018":
        return _PARSERS[known]
    beside = read_records(path.with_name("passages.jsonl")).found
    passages = {str(found.fields.get("doc_id")): found for found in beside}
    return lambda row: _read_passage(row, passages)


def _asked(found: Found, path: Path, number: int) -> _Asked:
    if found.problem:
        raise InvalidRequestError(found.problem)
    fields = {name if len(name) == 1 else name.lower(): v for name, v in found.fields.items()}
    return _Asked(fields, path.stem, number)


def _choice(row: _Asked) -> dict[str, Any]:
    """C-Eval, CMMLU and FinanceIQ: a question, A to D, the letter."""
    if not row["answer"]:
        raise InvalidRequestError("it has no answer")
    return {
        **_named(row, row.fields.get("subject") or row.name),
        "form": "choice",
        "questions": [row["question"]],
        "options": [str(row[letter]) for letter in "ABCD"],
        "right": [str(row["answer"]).strip()],
    }


def _law(row: _Asked) -> dict[str, Any]:
    task = str(row.fields.get("task") or row.name)
    named, question, answer = _named(row, task), str(row["question"]), str(row["answer"])
    if found := _READING.fullmatch(question):
        passage = {"text": found[1].strip()}
        right = [answer.removeprefix("回答:").removeprefix("回答：")]
        asked = {"form": "grounded", "questions": [found[2].strip()], "passages": [passage]}
        return {**named, **asked, "right": right}
    if options := _OPTIONS.fullmatch(question.strip()):
        told = [part.strip() for part in options.groups()]
        letters = _LETTER.findall(answer)
        asked = {"form": "choice", "questions": told[:1], "options": told[1:]}
        return {**named, **asked, "right": letters}
    asked = {"form": "short", "questions": [f"{row['instruction']}\n{question}".strip()]}
    return {**named, **asked, "right": [answer]}


def _noisy(row: _Asked) -> dict[str, Any]:
    """RGB's noise robustness and information integration: evidence among what says nothing."""
    parts = sum(isinstance(document, list) for document in row["positive"])
    positive = _texts(row["positive"])[: max(_PASSAGES - _NOISE, parts)]
    gold = [{"text": text} for text in positive]
    noise = [{"text": text, "gold": False} for text in _texts(row["negative"])]
    shown = [*gold, *noise[: max(0, _PASSAGES - len(gold))]]
    random.Random(str(row["id"])).shuffle(shown)  # noqa: S311 -- an order, not a secret
    named = _named(row, row.name)
    asked = {"form": "grounded", "questions": [row["query"]], "right": _said(row["answer"])}
    return {**named, **asked, "passages": shown}


def _refused(row: _Asked) -> dict[str, Any]:
    """RGB's negative rejection: of what is shown, nothing says the answer."""
    shown = [{"text": text, "gold": False} for text in _texts(row["negative"])[:_PASSAGES]]
    if not shown:
        raise InvalidRequestError("it has no negative documents")
    named = _named(row, row.name)
    return {**named, "form": "refusal", "questions": [row["query"]], "passages": shown}


def _read_passage(row: _Asked, passages: Mapping[str, Found]) -> dict[str, Any]:
    document = str(row["doc_id"])
    if document not in passages:
        raise InvalidRequestError(f"passages.jsonl has no {document}")
    found = passages[document].fields
    passage = {"text": found["text"], "place": found.get("title", "")}
    return {
        "id": str(row["id"]),
        "form": "grounded",
        "questions": [row["question"]],
        "right": list(dict.fromkeys(row["answers"])),
        "passages": [passage],
        "document": document,
    }


def _named(row: _Asked, kind: str) -> dict[str, Any]:
    return {"id": str(row.fields.get("id") or f"{kind}/{row.number}"), "kind": str(kind)}


def _texts(documents: Sequence[Any]) -> list[str]:
    """All documents; where they come in a list for each part of the answer, of every part in turn."""
    parts = [part if isinstance(part, list) else [part] for part in documents]
    turns: Iterator[tuple[Any, ...]] = itertools.zip_longest(*parts) if parts else iter(())
    is_divided = any(isinstance(part, list) for part in documents)
    texts = [text for turn in turns for text in turn] if is_divided else list(documents)
    return [str(text).strip() for text in texts if text and str(text).strip()]


def _said(answer: Any) -> list[str]:
    """Every way to say the answer. A list in RGB is of parts that are all wanted, a list within it of
    alternatives."""
    parts = answer if isinstance(answer, list) else [answer]
    ways = [part if isinstance(part, list) else [part] for part in parts]
    return ["，".join(map(str, chosen)) for chosen in itertools.product(*ways)]


def _nothing(
    path: Path, known: KnownSet, subject: str, subjects: Sequence[str], left_out: Sequence[str]
) -> InvalidRequestError:
    if subject and subjects:
        return InvalidRequestError(
            f"{path.name} has nothing of {subject!r}.", remedy=f"It has {', '.join(subjects)}."
        )
    first = left_out[0] if left_out else f"{path.name} is empty."
    return InvalidRequestError(
        f"Nothing in {path.name} is of {known}: {first}",
        remedy="Name a file of that set as its authors publish it, or leave --set away.",
    )


_PARSERS: dict[KnownSet, Callable[[_Asked], dict[str, Any]]] = {
    "ceval": _choice,
    "cmmlu": _choice,
    "financeiq": _choice,
    "lawbench": _law,
    "rgb": _noisy,
    "rgb-refusal": _refused,
}
