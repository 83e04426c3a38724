"""The exam of record: 税务师 of FinanceIQ, sat through the machinery that every exam is sat with.

Base, base with five examples, base and expert each bare and with the statutes that a search finds; the
figures that the authors of the set published stand beside them. The base is asked by letters, by letters
with the options turned round, and by statements; what serves it best counts for it. Sittings are kept in
the home folder: called again it goes on where it stood. Evaluation only: the licence is non-commercial.

usage: python -m bench.exam_of_record [--minutes N] [--limit N] [--home FOLDER] [--recipe FILE]
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.data import spread
from bench.measuring import arguments, home_folder, report
from bench.parts.tax_questions import (
    LEARNED,
    RECIPE,
    SUBJECT,
    Question,
    apart,
    evidence_for,
    parted,
    read,
    train,
)
from teaegg.core.documents import Passage
from teaegg.core.exams import LETTERS, Exam, ExamItem, Response
from teaegg.core.ids import text_hash
from teaegg.distill.recipe import read_recipe
from teaegg.distill.train.factory import make_option_reader
from teaegg.evals.comparing import compare
from teaegg.evals.examining import sit_exam
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.evals.report.base import Answered, Examinee, ExamReport, Published
from teaegg.evals.report.figures import compare_with
from teaegg.evals.report.page import html
from teaegg.evals.report.tables import markdown
from teaegg.evals.scoring import ScoredExam, score_exam
from teaegg.evals.statistics.intervals import MeanScore, mean_score
from teaegg.evals.statistics.paired import mcnemar
from teaegg.evals.targets.likelihood import ChoiceForm, OptionTarget
from teaegg.evals.targets.model import Find
from teaegg.evals.targets.prompting import Prompting, worked_examples
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.options import OptionReader
from teaegg.models.templates import GEMMA, PLAIN_ZH
from teaegg.store.database import Database, open_database
from teaegg.store.exams.records import ExamRecords
from teaegg.store.exams.sittings import Sitting, SittingRecords

EXAMPLES = 5
SOURCE = "Duxiaoman-DI/XuanYuan, FinanceIQ"
PUBLISHED = {
    "ChatGPT": 31.97,
    "Qwen-7B-Chat": 36.07,
    "Baichuan2-13B-Chat": 37.70,
    "GPT-4": 46.93,
}
"""Accuracy on this subject as the authors of the set report it."""
AIM = 36.97
"""Five points above ChatGPT."""
BASE, BASE_FIVE, BASE_LAWS = "base", "base + 5 examples", "base + statutes"
EXPERT, EXPERT_LAWS = "expert", "expert + statutes"
POLICY = Policy(criteria=(Criterion("exam", "better", 0.05, disagreement=0.3),), unsigned="count")
_BY = "bench"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask an examinee."""

    examinee: str
    choices: ChoiceForm
    examples: bool = False
    statutes: bool = False

    @property
    def name(self) -> str:
        return f"{self.examinee}, by {self.choices}"


FORMS = (
    Form(BASE, "letters"),
    Form(BASE, "rotated letters"),
    Form(BASE, "statements"),
    Form(BASE_FIVE, "letters", examples=True),
    Form(BASE_FIVE, "rotated letters", examples=True),
    Form(BASE_LAWS, "letters", statutes=True),
    Form(BASE_LAWS, "rotated letters", statutes=True),
    Form(BASE_LAWS, "statements", statutes=True),
    Form(EXPERT, "statements"),
    Form(EXPERT_LAWS, "statements", statutes=True),
)


@dataclass(frozen=True, slots=True)
class Sat:
    """How one form came out."""

    form: Form
    responses: Mapping[str, Response]
    scored: ScoredExam

    @property
    def mean(self) -> MeanScore:
        """Its mean score with the interval."""
        scores = [record.score for record in self.scored.records]
        return mean_score(scores, [record.document for record in self.scored.records])


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--minutes", type=float, default=12, help="longest training, in minutes")
    parser.add_argument("--recipe", type=Path, help="a recipe in JSON; else the usual one")
    options = parser.parse_args()
    recipe = read_recipe(options.recipe) if options.recipe else RECIPE
    recipe = recipe.model_copy(update={"minutes": options.minutes})
    tested, others = parted()
    learned, resembling = apart(others, tested)
    learned = learned[:LEARNED]
    tested = spread(tested, options.limit)
    with home_folder(options.home) as home:
        evidence = evidence_for(home, [*tested, *learned])
        trained = train(home, learned, evidence, recipe)
        exam = _exam(tested)
        sats = asyncio.run(_all(home, exam, _finder(tested, evidence), trained.adapter))
        best = _best(sats)
        files = _write_reports(home, exam, best)
        report(
            "exam_of_record",
            {
                "questions": len(exam.items),
                "examinees": {name: _told(exam, sat) for name, sat in best.items()},
                "forms": {sat.form.name: round(100 * sat.mean.mean, 2) for sat in sats},
                "verdicts": _verdicts(best),
                "p_expert_against_base": _p(best[EXPERT_LAWS], best[BASE_LAWS]),
                "aim": AIM,
                "published": PUBLISHED,
                "learned_questions": len(learned),
                "left_out_as_resembling": resembling,
                "recipe": recipe.model_dump(),
                "training": {
                    "minutes": round(trained.seconds / 60, 1),
                    "steps": trained.steps,
                    "rows": trained.rows,
                    "held_out_losses": trained.held_out_losses,
                    "stopped": trained.stopped,
                },
                "reports": [file.name for file in files],
            },
        )


def _exam(tested: Sequence[Question]) -> Exam:
    items = tuple(question.item for question in tested)
    return Exam(name="financeiq-tax", title=f"FinanceIQ {SUBJECT}", items=items, pass_mark=0.6)


def _finder(tested: Sequence[Question], evidence: Mapping[str, list[str]]) -> Find:
    """What the search found for each question before; an exam asks by question and options."""
    known = {question.whole: evidence[question.id] for question in tested}

    async def find(question: str) -> Sequence[Passage]:
        return [
            Passage(
                id=text_hash(text),
                document="",
                version="",
                collection="laws",
                title="",
                ordinal=place,
                text=text,
                start=0,
                end=len(text),
            )
            for place, text in enumerate(known[question])
        ]

    return find


async def _all(home: Path, exam: Exam, find: Find, adapter: Path) -> list[Sat]:
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    # In 32 bits, so that rounding makes no two options equal.
    readers = {expert: make_option_reader(None, expert, exact=True) for expert in (None, adapter)}
    try:
        version = await ExamRecords(database).keep(exam, by=_BY, at=datetime.now(UTC))
        return [
            await _sat(
                database,
                version.id,
                exam,
                form,
                readers[adapter if form.examinee.startswith(EXPERT) else None],
                find,
                adapter,
            )
            for form in FORMS
        ]
    finally:
        for reader in readers.values():
            await reader.close()
        await database.close()


async def _sat(
    database: Database,
    version: str,
    exam: Exam,
    form: Form,
    reader: OptionReader,
    find: Find,
    adapter: Path,
) -> Sat:
    records, is_expert = SittingRecords(database), form.examinee.startswith(EXPERT)
    examples: tuple[ExamItem, ...] = ()
    if form.examples:
        shown = [one.item for one in read("dev") if one.subject == SUBJECT]
        examples = worked_examples(shown, exam, EXAMPLES)
    weights = adapter / "adapter_model.safetensors" if is_expert else bundled_model()
    target = OptionTarget(
        reader,
        GEMMA if is_expert else PLAIN_ZH,
        Prompting("zh", examples=examples),
        name=form.name,
        fingerprint=await asyncio.to_thread(fingerprint, weights),
        form=form.choices,
        find=find if form.statutes else None,
    )
    now = datetime.now(UTC)
    settings = {"choices": form.choices, "examples": [item.hash for item in examples]}
    sitting = await records.begin(
        Sitting(version, form.name, target.fingerprint, _BY, now, settings=settings)
    )

    async def keep(responses: Sequence[Response]) -> None:
        await records.add(sitting.id, responses, at=datetime.now(UTC))

    def tell(done: int, total: int) -> None:
        if done == total:
            print(f"{form.name}: {done} of {total}", file=sys.stderr, flush=True)

    known = await records.responses(sitting.id)
    responses = await sit_exam(exam.items, target, known, keep, tell=tell)
    await records.finish(sitting.id, at=datetime.now(UTC))
    return Sat(form, responses, score_exam(exam, responses, signed=()))


def _best(sats: Sequence[Sat]) -> dict[str, Sat]:
    """Of each examinee the form that serves it best; the first of equal ones."""
    names = dict.fromkeys(sat.form.examinee for sat in sats)
    return {
        name: max((sat for sat in sats if sat.form.examinee == name), key=lambda sat: sat.mean.mean)
        for name in names
    }


def _told(exam: Exam, sat: Sat) -> dict[str, Any]:
    """Accuracy with its 95 % interval, in which form, and how often each place was taken and right."""
    taken = [
        max(range(len(item.options)), key=sat.responses[item.hash].options.__getitem__)
        for item in exam.items
    ]
    places = range(4)
    return {
        "accuracy": round(100 * sat.mean.mean, 2),
        "interval": [round(100 * sat.mean.low, 1), round(100 * sat.mean.high, 1)],
        "asked_by": sat.form.choices,
        "chosen": {LETTERS[i]: taken.count(i) for i in places},
        "right_are": {
            LETTERS[i]: sum(item.right_place == i for item in exam.items) for i in places
        },
    }


def _verdicts(best: Mapping[str, Sat]) -> dict[str, Any]:
    """The expert with statutes beside everybody else; the claims hold together (Holm)."""
    others = {name: sat.scored.records for name, sat in best.items() if name != EXPERT_LAWS}
    found = compare(best[EXPERT_LAWS].scored.records, others, POLICY)
    return {
        name: {
            "outcome": finding.outcome,
            "points": round(100 * finding.difference.mean, 2) if finding.difference else None,
            "p_better": finding.p_better,
            "more": finding.more,
        }
        for name, verdict in found.items()
        for finding in verdict.findings
    }


def _p(one: Sat, other: Sat) -> float:
    right = [[record.score == 1 for record in sat.scored.records] for sat in (one, other)]
    return mcnemar(*right)


def _write_reports(home: Path, exam: Exam, best: Mapping[str, Sat]) -> list[Path]:
    examinees = tuple(
        Examinee(
            name=name,
            fingerprint=sat.form.name,
            answered={
                item: Answered(sat.responses[item], score)
                for item, score in sat.scored.scores.items()
            },
            asked=f"by {sat.form.choices}",
        )
        for name, sat in best.items()
    )
    made = ExamReport(
        exam=exam,
        examinees=examinees,
        at=datetime.now(UTC),
        published=tuple(Published(name, at / 100, SOURCE) for name, at in PUBLISHED.items()),
        compared=compare_with(exam, examinees[0], examinees[1:], exam.items, seed=POLICY.seed),
    )
    pages = {"html": html(made, "zh"), "md": markdown(made, "zh")}
    files = [home / f"{exam.name}.{end}" for end in pages]
    for file, text in zip(files, pages.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    return files


if __name__ == "__main__":
    main()
