"""Is it true? Every quote stands in its passage, every figure agrees, and the passage says the answer.

No model judges: `guard.quotes`, `guard.figures` and `guard.claims` do, as they do for every answer that
leaves the house.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from teaegg.core.documents import Passage
from teaegg.distill.data.records import Asked, Proof, Rejected
from teaegg.distill.data.stages import Made
from teaegg.guard.claims import check_sentence
from teaegg.guard.figures import missing_figures
from teaegg.guard.quotes import verify_quote

_LONGEST_PROOF = 160
"""A quote of more characters is no answer of its own."""


def verified(items: Iterable[Asked], passages: Mapping[str, Passage]) -> Made[Asked]:
    """The items that hold, and the others with the reason. `passages` by id are all that may be read.

    An answer in words of its own that its quotes support is replaced by the quotes: what is taught
    are words that stand in the passages.
    """
    kept: list[Asked] = []
    rejected: list[Rejected] = []
    for item in items:
        reason, detail = _problem(item, passages)
        if reason:
            rejected.append(_reject(item, reason, detail))
        else:
            kept.append(_in_the_words_of_the_passage(item))
    return _consistent(kept, rejected)


def plain(text: str) -> str:
    """`text` as it is compared: no blanks, no marks, one width, lower case."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in folded if character.isalnum())


def _problem(item: Asked, passages: Mapping[str, Passage]) -> tuple[str, str]:
    """(reason, detail), or two empty strings."""
    if not item.proofs:
        return "no proof", "the teacher quoted nothing"
    for proof in item.proofs:
        if problem := _quote_problem(proof, passages.get(proof.passage)):
            return problem, proof.text[:80]
    shown = [passages[proof.passage] for proof in item.proofs]
    texts = [f"{passage.place}\n{passage.text}" for passage in shown]
    asked_before = "\n".join(item.earlier or ())
    if missing := missing_figures(item.question, "\n".join((*texts, asked_before))):
        return "the question names a figure that its passage does not have", missing[0].surface
    if plain(item.answer) in plain(item.question):
        return "the question holds its answer", ""
    if item.earlier and plain(item.answer) == plain(item.earlier[1]):
        return "the follow-up has the answer of the question before it", ""
    return _answer_problem(item, texts)


def _quote_problem(proof: Proof, passage: Passage | None) -> str:
    if passage is None or passage.document != proof.document:
        return "its passage is not there"
    start, end = proof.start - passage.start, proof.end - passage.start
    if not verify_quote(proof.text, passage.text, start, end):
        return "its quote does not stand in the passage"
    return ""


def _answer_problem(item: Asked, texts: Sequence[str]) -> tuple[str, str]:
    quoted = [proof.text for proof in item.proofs]
    if missing := missing_figures(item.answer, "\n".join(quoted)):
        return "a figure of the answer is not in its quotes", missing[0].surface
    if all(any(line in text for text in quoted) for line in item.lines):
        return "", ""
    for line in item.lines:
        verdict = check_sentence(line, texts, question=item.question)
        if not verdict.supported:
            return "the passage does not say the answer", "; ".join(verdict.reasons)
    if any(len(text) > _LONGEST_PROOF for text in quoted):
        return "the answer is not in the words of the passage, and its quote is too long", ""
    return "", ""


def _in_the_words_of_the_passage(item: Asked) -> Asked:
    quoted = [proof.text for proof in item.proofs]
    if all(any(line in text for text in quoted) for line in item.lines):
        return item
    return item.model_copy(
        update={
            "answer": "\n".join(" ".join(text.split()) for text in quoted),
            "note": "answer replaced by its quotes",
        }
    )


def _consistent(kept: Sequence[Asked], rejected: list[Rejected]) -> Made[Asked]:
    """Without questions that were answered in two ways: by samples of a teacher, or by two passages.

    The second makes a question ambiguous: whoever is shown only one of them cannot know.
    """
    answers: dict[str, set[str]] = defaultdict(set)
    for item in kept:
        answers[_question_key(item)].add(plain(item.answer))
    told: list[Asked] = []
    seen: set[str] = set()
    for item in kept:
        key = _question_key(item)
        if len(answers[key]) > 1:
            others = f"{len(answers[key])} different answers"
            rejected.append(_reject(item, "the same question has other answers", others))
        elif key in seen:
            rejected.append(_reject(item, "asked and answered before", ""))
        else:
            seen.add(key)
            told.append(item)
    return Made(told, rejected)


def _question_key(item: Asked) -> str:
    return plain("\n".join((*(item.earlier or ()), item.question)))


def _reject(item: Asked, reason: str, detail: str) -> Rejected:
    return Rejected(stage="verified", reason=reason, detail=detail, item=item)
