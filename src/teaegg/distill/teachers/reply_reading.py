"""What a model wrote, taken apart: JSON in whatever wrapping, and each item held against the lesson."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from teaegg.distill.rows import RowKind
from teaegg.distill.teachers.base import Lesson, Taught
from teaegg.distill.teachers.lesson_prompt import UNANSWERED_KINDS, widened
from teaegg.distill.teachers.replies import Failure
from teaegg.retrieval.reading_prompt import not_said

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_MOST_ATTEMPTS = 200
_EXCERPT_CHARACTERS = 160
_SCHEMA_REMEDY = "Use a model that keeps to a JSON schema, or a larger one."


def read_reply(content: str, lesson: Lesson, teacher: str) -> tuple[Taught, ...] | Failure:
    """The items that can be used, at most as many of a kind as were asked for; or why there are none.

    Fences, words around the JSON, a bare list, a lost kind where only one was asked for and an end
    that is missing are forgiven; nothing is made up.
    """
    said = _THINKING.sub("", content).strip()
    if not said:
        return Failure("empty", "The model answered with no text.", _SCHEMA_REMEDY)
    found = _items_in(said)
    if not found:
        return Failure("no_json", f"The model answered no JSON: {_excerpt(said)}.", _SCHEMA_REMEDY)
    taught = tuple(_as_many_as_wanted(_taught(found, lesson, teacher), lesson.count))
    if not taught:
        return Failure(
            "wrong_shape",
            f"The model answered JSON without a question of the kinds asked for: {_excerpt(said)}.",
            _SCHEMA_REMEDY,
        )
    return taught


def _excerpt(text: str) -> str:
    return repr(text[:_EXCERPT_CHARACTERS])


def _items_in(text: str) -> list[Any]:
    """The first list of items in `text`; where none is whole, as in an answer that was cut off, the
    whole items in it."""
    decoder = json.JSONDecoder()
    singles: list[Any] = []
    end = attempts = 0
    for found in re.finditer(r"[{\[]", text):
        # Each attempt may cost a look at the rest of the text, so that only some are made.
        if found.start() < end or attempts == _MOST_ATTEMPTS:
            continue
        attempts += 1
        try:
            value, end = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        items = _items_of(value)
        if items is not None:
            return items
        if isinstance(value, dict) and "question" in value:
            singles.append(value)
    return singles


def _items_of(value: Any) -> list[Any] | None:
    if isinstance(value, dict) and "question" not in value:
        value = next((each for each in value.values() if _is_items(each)), None)
    return value if _is_items(value) else None


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _taught(items: Sequence[Any], lesson: Lesson, teacher: str) -> Iterator[Taught]:
    for item in items:
        kind = _kind(item, lesson)
        question = _text(item.get("question"))
        answer = _restored(_text(item.get("answer")), lesson)
        quotes = () if kind in UNANSWERED_KINDS else tuple(_quotes(item.get("quotes"), lesson))
        if kind in UNANSWERED_KINDS or (not answer and not quotes):
            answer = not_said(lesson.scene.language)
        # A model that knows no question repeats the dots of the form.
        if kind and any(character.isalnum() for character in question):
            yield Taught(kind, question, answer or quotes[0][1], quotes, teacher)


def _as_many_as_wanted(taught: Iterator[Taught], count: int) -> Iterator[Taught]:
    given: Counter[RowKind] = Counter()
    for each in taught:
        given[each.kind] += 1
        if given[each.kind] <= count:
            yield each


def _kind(item: dict[str, Any], lesson: Lesson) -> RowKind | None:
    said = item.get("kind")
    if len(lesson.kinds) == 1:
        return lesson.kinds[0]
    return next((kind for kind in lesson.kinds if kind == said), None)


def _quotes(value: Any, lesson: Lesson) -> Iterator[tuple[int, str]]:
    for quote in value if isinstance(value, list) else [value]:
        text = _restored(_text(quote.get("text") if isinstance(quote, dict) else quote), lesson)
        if text:
            yield _passage_of(text, quote, lesson), text


def _passage_of(text: str, quote: Any, lesson: Lesson) -> int:
    """Where the words stand; a model that counted wrong is corrected, one that invents is not."""
    said = quote.get("passage") if isinstance(quote, dict) else None
    named = said - 1 if type(said) is int and 1 <= said <= len(lesson.passages) else 0
    order = [named, *range(len(lesson.passages))]
    return next((index for index in order if text in lesson.passages[index].text), named)


def _restored(text: str, lesson: Lesson) -> str:
    """The document's own angle brackets, which were widened on the way out."""
    if not text or any(text in passage.text for passage in lesson.passages):
        return text
    for passage in lesson.passages:
        at = widened(passage.text).find(text)
        if at >= 0:
            return passage.text[at : at + len(text)]
    return text


def _text(value: Any) -> str:
    """Half of a surrogate pair, which JSON can spell, cannot be written to any file."""
    return value.strip().encode("utf-8", "replace").decode() if isinstance(value, str) else ""
