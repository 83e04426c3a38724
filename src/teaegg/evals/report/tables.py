"""A report as Markdown: the same figures in tables, every item below, for tickets and repositories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from teaegg.core.exams import ExamItem
from teaegg.core.scenes import Language
from teaegg.evals.gate.reasons import explain
from teaegg.evals.report import figures, numbers
from teaegg.evals.report.base import ExamReport
from teaegg.evals.report.entries import Entry, entries
from teaegg.evals.report.figures import Group
from teaegg.evals.report.sentences import cautions, in_short
from teaegg.evals.report.wording import WORDING, Wording
from teaegg.evals.statistics.intervals import MeanScore

_BAR = 20
_SHORTENED = 60


def markdown(report: ExamReport, language: Language) -> str:
    """The whole report. Text of documents and examinees stands in it as text: no HTML, no Markdown."""
    say, results = WORDING[language], figures.results(report)
    parts = [f"# {_plain(report.exam.title)}", _facts(report, say)]
    parts += [_plain(sentence) for sentence in in_short(report, results, say)]
    parts += [f"> {_plain(sentence)}" for sentence in cautions(report, results, say)]
    parts += [f"## {say['scores']}", _scores(report, results, say)]
    if report.compared:
        parts += [f"## {say['before and after']}", say["pairs note"], _pairs(report, say)]
    by_form = figures.groups(report, lambda item: item.form)
    by_area = figures.groups(report, lambda item: item.area)
    if len(by_form) > 1:
        parts += [f"## {say['by kind']}", _groups(report, by_form, "form", say)]
    # Where each kind is an area of its own, its figures stand above already.
    if len(by_area) not in (1, len(by_form)):
        parts += [f"## {say['by area']}", _groups(report, by_area, "area", say)]
    parts += [f"## {say['examinee']}", _examinees(report, results, say)]
    stands = figures.apart(report)
    if len(stands) > 1:
        parts += [f"## {say['apart']}", say["apart note"]]
        parts.append(_groups(report, tuple(stands.values()), "", say))
    if report.verdict:
        parts.append(
            explain(report.verdict, language)
            .replace("\n## ", "\n### ")
            .replace("# ", "## ", 1)
            .strip()
        )
    parts += [f"## {say['items title']}", *_items(report, say)]
    return "\n\n".join(parts) + "\n"


def _facts(report: ExamReport, say: Wording) -> str:
    exam = report.exam
    documents = len({item.document or item.hash for item in exam.items})
    signed = sum(item.hash in report.signed for item in exam.items)
    told = (
        f"{say['exam']}{say['colon']}{exam.name} `{exam.hash[:12]}`",
        say["of items"].format(items=len(exam.items), documents=documents),
        f"{say['signed items']}{say['colon']}{signed}",
        say["pass mark at"].format(mark=f"{100 * exam.pass_mark:g}"),
        f"{report.at:%Y-%m-%d %H:%M UTC}",
    )
    return " · ".join(told)


def _scores(report: ExamReport, results: Sequence[figures.Result], say: Wording) -> str:
    rows = [
        (_plain(result.name), _bar(result.score), *_mean(result.score), "") for result in results
    ]
    rows += [
        (_plain(line.name), "", numbers.points(line.score), "", _plain(line.source))
        for line in report.published
    ]
    head = (say["examinee"], "", say["score"], say["interval"], say["published"])
    return _table(head, rows)


def _pairs(report: ExamReport, say: Wording) -> str:
    head = (
        "",
        *(say[key] for key in ("difference", "interval", "p value")),
        *(say[key] for key in ("won", "lost", "both", "neither")),
    )
    rows = []
    for pair in report.compared:
        counted = figures.pair_counts(report, pair)
        found = pair.difference
        rows.append(
            (
                _plain(say["against"].format(candidate=pair.candidate, baseline=pair.baseline)),
                numbers.signed(found.mean),
                say["range"].format(low=numbers.signed(found.low), high=numbers.signed(found.high)),
                numbers.chance(pair.p_value),
                *(str(counted.get(key, 0)) for key in ("won", "lost", "both", "neither")),
            )
        )
    return _table(head, rows)


def _groups(report: ExamReport, found: Sequence[Group], prefix: str, say: Wording) -> str:
    head = ("", say["items"], *(_plain(examinee.name) for examinee in report.examinees))
    rows = [
        (
            say[f"{prefix} {group.name}".strip()],
            str(group.items),
            *(_mean(score)[0] for score in group.scores),
        )
        for group in found
    ]
    return _table(head, rows)


def _examinees(report: ExamReport, results: Sequence[figures.Result], say: Wording) -> str:
    head = (
        *(say[key] for key in ("examinee", "how asked", "seconds", "tokens")),
        say["price"].format(currency=report.currency),
        say["fingerprint"],
    )
    rows = [
        (
            _plain(examinee.name),
            _plain(examinee.asked),
            *map(numbers.three_digits, (result.seconds, result.tokens)),
            numbers.three_digits(None if result.price is None else 1000 * result.price),
            f"`{examinee.fingerprint[:24]}`",
        )
        for examinee, result in zip(report.examinees, results, strict=True)
    ]
    return _table(head, rows)


def _items(report: ExamReport, say: Wording) -> Iterator[str]:
    """A table to find an item in, then each item whole."""
    if report.withheld:
        yield say["items withheld"]
        return
    found = tuple(entries(report, say))
    head = ("", say["question"], *(_plain(examinee.name) for examinee in report.examinees))
    yield _table(
        head,
        [
            (
                f"[{entry.number}](#item-{entry.number})",
                _plain(_short(entry.item)),
                *(reply.score for reply in entry.replies),
            )
            for entry in found
        ],
    )
    for entry in found:
        yield "\n".join(_item(entry, say))


def _item(entry: Entry, say: Wording) -> Iterator[str]:
    item = entry.item
    yield f'<a id="item-{entry.number}"></a>'
    yield f"**{entry.number}. {_plain(item.questions[-1])}**"
    yield f"({_plain(item.id)}, {say[f'form {item.form}']}, {say[entry.standing]})"
    yield ""
    yield f"- {entry.right_title}{say['colon']}{_plain(say['list'].join(entry.right))}"
    for reply in entry.replies:
        said = _plain(" / ".join(reply.said))
        why = f" ({_plain(reply.why)})" if reply.why else ""
        yield f"- {_plain(reply.name)} [{reply.score}]{say['colon']}{said}{why}"


def _short(item: ExamItem) -> str:
    question = item.questions[-1]
    return question if len(question) <= _SHORTENED else f"{question[: _SHORTENED - 1]}…"


def _mean(score: MeanScore | None) -> tuple[str, str]:
    if score is None:
        return numbers.MISSING, numbers.MISSING
    return numbers.points(score.mean), numbers.interval(score)


def _bar(score: MeanScore | None) -> str:
    """A mean as a bar of text, for whoever reads it where no picture shows."""
    filled = round(_BAR * score.mean) if score else 0
    return "█" * filled + "░" * (_BAR - filled)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]#|~"} | {"<": "&lt;", "&": "&amp;"})


def _plain(text: str) -> str:
    """One line that Markdown shows as it stands: what a document says must not become markup."""
    return " ".join(text.translate(_SPECIAL).split())
