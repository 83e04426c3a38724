"""Sitting an exam: every item is asked once, and what was said is kept as it comes.

So an exam that was cut off goes on where it stood, and it can be scored again without asking again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from teaegg.core.errors import StorageError
from teaegg.evals.reading import ReadingScore, reading_score
from teaegg.evals.statistics.paired import Difference, mcnemar, paired_difference
from teaegg.models.base import ChatModel, Message

_CUTS = ("\0", "\n\n", "\n")
"""Where an answer may end: nowhere, at an empty line, at the end of a line."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question as the examinee sees it, its right answers, and the document that it comes from."""

    id: str
    kind: str
    messages: tuple[Message, ...]
    right: tuple[str, ...]
    document: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two examinees on the same items; means and `difference` from 0 to 1.

    `difference` is that of F1, candidate minus baseline; `p_exact` is McNemar's for exact answers.
    `by_kind` maps a kind of item to (how many, candidate's F1, baseline's F1).
    """

    candidate: ReadingScore
    baseline: ReadingScore
    difference: Difference
    p_exact: float
    by_kind: Mapping[str, tuple[int, float, float]]

    @property
    def better(self) -> bool:
        """Whether chance seldom makes such a difference: the whole 95 % interval is above 0."""
        return self.difference.low > 0


async def sit(
    items: Sequence[Item],
    examinee: ChatModel,
    kept: Path,
    *,
    max_tokens: int,
    lines: int = 0,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, str]:
    """Item id → answer. What `kept` (JSON Lines) holds already is not asked again. An examinee is
    stopped after so many `lines` (0: never): one that was never tuned does not know when to end.

    The caller names a file of its own for each examinee and exam. Raises StorageError when it cannot
    be written, and what the examinee raises; the answers until then stay.
    """
    answers = _answers_in(kept)
    left = [item for item in items if item.id not in answers]
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with kept.open("a", encoding="utf-8") as file:
            if not _ends_whole(kept):
                file.write("\n")
            for done, item in enumerate(left, start=1):
                speech = examinee.stream(item.messages, max_tokens=max_tokens)
                answers[item.id] = await _heard(speech, lines)
                file.write(json.dumps([item.id, answers[item.id]], ensure_ascii=False) + "\n")
                file.flush()
                tell(len(items) - len(left) + done, len(items))
    except OSError as error:
        raise StorageError(
            f"The answers of the exam cannot be written to {kept}: {error}.",
            remedy="Free disk space or check the rights on the folder; the exam then goes on.",
        ) from error
    return {item.id: answers[item.id] for item in items}


def compare(
    items: Sequence[Item],
    candidate: Mapping[str, str],
    baseline: Mapping[str, str],
    *,
    seed: int,
) -> Comparison:
    """Score both and test the difference, resampling documents. Raises ValueError for no items."""
    ours = [reading_score(candidate[item.id], item.right) for item in items]
    theirs = [reading_score(baseline[item.id], item.right) for item in items]
    documents = [item.document for item in items]
    kinds = {
        item.kind: [i for i, other in enumerate(items) if other.kind == item.kind] for item in items
    }
    return Comparison(
        candidate=_mean(ours),
        baseline=_mean(theirs),
        difference=paired_difference(
            [score.f1 for score in ours], [score.f1 for score in theirs], documents, seed=seed
        ),
        p_exact=mcnemar(
            [score.exact == 1 for score in ours], [score.exact == 1 for score in theirs]
        ),
        by_kind={
            kind: (
                len(places),
                _mean([ours[place] for place in places]).f1,
                _mean([theirs[place] for place in places]).f1,
            )
            for kind, places in kinds.items()
        },
    )


def best_form(items: Sequence[Item], said: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Of what one examinee said to the same items in several forms, what serves it best (by F1).

    A base that was never tuned does not know when it has answered, and goes on with other things: so
    each form counts whole, up to the first empty line, and up to the first line's end.
    """
    cut = [
        {name: text.split(end)[0].strip() for name, text in form.items()}
        for form in said
        for end in _CUTS
    ]
    return max(
        cut, key=lambda form: sum(reading_score(form[item.id], item.right).f1 for item in items)
    )


async def _heard(speech: AsyncIterator[str], lines: int) -> str:
    said = ""
    async for piece in speech:
        said = (said + piece).lstrip()
        if lines and said.count("\n") >= lines:
            # Closed at once, so that the engine does not go on for nobody.
            if isinstance(speech, AsyncGenerator):
                await speech.aclose()
            return "\n".join(said.split("\n")[:lines]).strip()
    return said.strip()


def _mean(scores: Sequence[ReadingScore]) -> ReadingScore:
    return ReadingScore(
        exact=sum(score.exact for score in scores) / len(scores),
        f1=sum(score.f1 for score in scores) / len(scores),
    )


def _ends_whole(kept: Path) -> bool:
    """Whether the last line is whole: behind half a line the next answer would be lost."""
    text = kept.read_bytes()
    return not text or text.endswith(b"\n")


def _answers_in(kept: Path) -> dict[str, str]:
    """What was said before; the last line of a killed process may be torn and is asked again."""
    answers: dict[str, str] = {}
    if kept.exists():
        for line in kept.read_text(encoding="utf-8", errors="replace").split("\n"):
            with contextlib.suppress(ValueError):
                name, answer = json.loads(line)
                answers[str(name)] = str(answer)
    return answers
