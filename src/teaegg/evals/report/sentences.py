"""The report in a few sentences: who scored highest, and which differences are more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from teaegg.evals.report import numbers
from teaegg.evals.report.base import Compared, ExamReport
from teaegg.evals.report.figures import Result
from teaegg.evals.report.wording import Wording

_ERROR = 0.05


def in_short(report: ExamReport, results: Sequence[Result], say: Wording) -> Iterator[str]:
    """One sentence each, for whoever reads nothing else."""
    scored = [(result.score, result.name) for result in results if result.score]
    if not scored:
        yield say["nothing counts"]
        return
    best, name = max(scored, key=lambda pair: pair[0].mean)
    reached = "above mark" if best.mean >= report.exam.pass_mark else "below mark"
    yield say["best"].format(
        name=name,
        score=numbers.points(best.mean),
        low=numbers.points(best.low),
        high=numbers.points(best.high),
        mark=say[reached].format(mark=numbers.points(report.exam.pass_mark)),
    )
    for pair in report.compared:
        yield _pair(pair, say)


def cautions(report: ExamReport, results: Sequence[Result], say: Wording) -> Iterator[str]:
    """What a reader must know before quoting a figure."""
    if not report.signed & {item.hash for item in report.exam.items}:
        yield say["nobody signed"]
    for result in results:
        if result.unanswered:
            yield say["not answered"].format(name=result.name, items=result.unanswered)


def _pair(pair: Compared, say: Wording) -> str:
    found = pair.difference
    shown = "better" if found.mean > 0 else "worse"
    return say[f"pair {shown if pair.p_value <= _ERROR else 'open'}"].format(
        candidate=pair.candidate,
        baseline=pair.baseline,
        points=numbers.points(abs(found.mean)),
        signed=numbers.signed(found.mean),
        low=numbers.signed(found.low),
        high=numbers.signed(found.high),
        p=numbers.chance(pair.p_value),
    )
