"""What is true may still not be worth learning: copies, extremes, other languages, people, the exam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from teaegg.core.documents import Passage
from teaegg.core.scenes import PersonalData, Scene
from teaegg.core.spelling.widths import text_width
from teaegg.distill.data.checking.near_copies import grams, near_copies
from teaegg.distill.data.checking.personal import personal_data
from teaegg.distill.data.records import Asked, Rejected
from teaegg.distill.data.stages import Made
from teaegg.retrieval.query import Language, language_of

_SHORTEST_QUESTION = 4
_LONGEST_QUESTION = 160
_LONGEST_ANSWER = 260
_LONGEST_PASSAGE = 1500
"""All in Chinese characters (`core.widths`)."""

_SAME_QUESTION = 0.8
"""Jaccard similarity of character 3-grams of question and answer from which one of two is enough."""
_QUESTION_GRAM = 3

_LEAK_GRAM: dict[Language, int] = {"zh": 10, "en": 30}
_LEAK_SHARE = 0.5
"""Share of a row's n-grams that stand in one exam document, from which it tells of the exam."""


def cleaned(
    items: Sequence[Asked],
    passages: Mapping[str, Passage],
    scene: Scene,
    *,
    exam_texts: Mapping[str, str],
) -> Made[Asked]:
    """The items worth learning, and the others with the reason. `exam_texts`: title → text."""
    kept: list[Asked] = []
    rejected: list[Rejected] = []
    leaks = _leaks(items, exam_texts)
    for item in items:
        shown = [passages[proof.passage] for proof in item.proofs if proof.passage in passages]
        reason = _problem(item, shown, scene)
        detail = leaks.get(item.id, "")
        if not reason and detail:
            reason = "it tells of an exam document"
        if reason:
            rejected.append(_reject(item, reason, detail))
        else:
            kept.append(item)
    return _without_copies(kept, rejected)


def _problem(item: Asked, shown: Sequence[Passage], scene: Scene) -> str:
    return (
        _length_problem(item, shown)
        or _language_problem(item, shown, scene.language)
        or _personal_problem(item, shown, scene.data.personal_data)
    )


def _length_problem(item: Asked, shown: Sequence[Passage]) -> str:
    if text_width(item.question) < _SHORTEST_QUESTION:
        return "the question is too short to be understood"
    if text_width(item.question) > _LONGEST_QUESTION:
        return "the question is too long"
    if text_width(item.answer) > _LONGEST_ANSWER:
        return "the answer is too long"
    if sum(text_width(passage.text) for passage in shown) > _LONGEST_PASSAGE:
        return "its passage is too long to be shown"
    if "<" in item.answer or ">" in item.answer:
        return "the answer holds angle brackets, which are shown otherwise"
    return ""


def _language_problem(item: Asked, shown: Sequence[Passage], wanted: Language) -> str:
    """A question comes in the language of the scene, or in that of the passage it is about."""
    asked = language_of(item.question)
    if asked == wanted or any(language_of(passage.text) == asked for passage in shown):
        return ""
    return "the question is in another language"


def _personal_problem(item: Asked, shown: Sequence[Passage], rule: PersonalData) -> str:
    if rule == "keep":
        return ""
    looked_at = [item.answer]
    if rule == "drop":
        looked_at += [item.question, *(passage.text for passage in shown)]
    found = [datum for text in looked_at for datum in personal_data(text)]
    return f"personal data: {found[0].kind}" if found else ""


def _leaks(items: Sequence[Asked], exam_texts: Mapping[str, str]) -> dict[str, str]:
    """Item → the exam document that holds much of its question and answer."""
    pieces = {item.id: _item_grams(item) for item in items}
    wanted = {
        language: {gram for found in pieces.values() for gram in found if len(gram) == length}
        for language, length in _LEAK_GRAM.items()
    }
    leaks: dict[str, str] = {}
    for title, text in exam_texts.items():
        there = {
            gram
            for language, length in _LEAK_GRAM.items()
            if wanted[language]
            for gram in grams(text, length) & wanted[language]
        }
        for name, own in pieces.items():
            if own and len(own & there) / len(own) >= _LEAK_SHARE:
                leaks.setdefault(name, title)
    return leaks


def _item_grams(item: Asked) -> set[str]:
    length = _LEAK_GRAM[language_of(item.question)]
    pieces = grams(item.question, length) | grams(item.answer, length)
    return {gram for gram in pieces if len(gram) == length}


def _without_copies(kept: Sequence[Asked], rejected: list[Rejected]) -> Made[Asked]:
    texts = {
        item.id: "\n".join((*(item.earlier or ()), item.question, item.answer)) for item in kept
    }
    first = {
        later: earlier
        for earlier, later in near_copies(texts, _SAME_QUESTION, characters=_QUESTION_GRAM)
    }
    told = [item for item in kept if item.id not in first]
    rejected += [
        _reject(item, "nearly the same as another", first[item.id])
        for item in kept
        if item.id in first
    ]
    return Made(told, rejected)


def _reject(item: Asked, reason: str, detail: str) -> Rejected:
    return Rejected(stage="clean", reason=reason, detail=detail, item=item)
