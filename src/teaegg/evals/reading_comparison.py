"""Two examinees on the same items, compared by how nearly they say what is right, word for word.

What the making of an expert is judged by: pure, on texts by item id. The gate judges scored records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teaegg.core.exams import ExamItem
from teaegg.evals.reading import ReadingScore, reading_score
from teaegg.evals.statistics.paired import Difference, mcnemar, paired_difference

_CUTS = ("\0", "\n\n", "\n")
"""Where an answer may end: nowhere, at an empty line, at the end of a line."""


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


def compare(
    items: Sequence[ExamItem],
    candidate: Mapping[str, str],
    baseline: Mapping[str, str],
    *,
    seed: int,
) -> Comparison:
    """Score both and test the difference, resampling documents. Raises ValueError for no items."""
    ours, theirs = _scores(items, candidate), _scores(items, baseline)
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


def mean_reading(items: Sequence[ExamItem], said: Mapping[str, str]) -> ReadingScore:
    """The mean scores of what was said to `items`, by their ids."""
    return _mean(_scores(items, said))


def best_form(items: Sequence[ExamItem], said: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Of what one examinee said to the same items in several forms, what serves it best (by F1).

    A base that was never tuned does not know when it has answered, and goes on with other things: so
    each form counts whole, up to the first empty line, and up to the first line's end.
    """
    cut = [
        {name: text.split(end)[0].strip() for name, text in form.items()}
        for form in said
        for end in _CUTS
    ]
    return max(cut, key=lambda form: mean_reading(items, form).f1)


def _scores(items: Sequence[ExamItem], said: Mapping[str, str]) -> list[ReadingScore]:
    return [reading_score(said[item.id], item.right) for item in items]


def _mean(scores: Sequence[ReadingScore]) -> ReadingScore:
    return ReadingScore(
        exact=sum(score.exact for score in scores) / len(scores),
        f1=sum(score.f1 for score in scores) / len(scores),
    )
