"""An exam that three sat, with everything that a report may hold, for the tests of reports."""

import random
from datetime import UTC, datetime

from teaegg.core.exams import Exam, ExamItem, ItemPassage, Response
from teaegg.evals.report.base import Answered, Examinee, ExamReport, Published
from teaegg.evals.report.figures import compare_with, counted_items
from teaegg.evals.scorers.base import Score

ATTACK = '<script>window.attacked = true</script><img src="http://attacker.example/x.png" onerror="alert(1)">'
"""Stands in a question, an option, a passage, a reply, a reason, a quote's place and an examinee's name."""
NAMES = ("Base model", "Base with retrieval", f"Expert {ATTACK}")


def an_item(number: int) -> ExamItem:
    document = f"d{number // 3}"
    if number % 3 == 0:
        return ExamItem(
            id=f"q{number}",
            form="choice",
            questions=(f"Which one, {number}? {ATTACK}",),
            options=(f"first {ATTACK}", "second"),
            right=("B",),
            document=document,
        )
    if number % 3 == 1:
        gold = ItemPassage(text=f"The seal is checked every 500 hours. {ATTACK}", place=ATTACK)
        return ExamItem(
            id=f"q{number}",
            form="grounded",
            questions=(f"机械密封多久检查一次，{number}？",),
            right=("500 小时",),
            passages=(gold,),
            document=document,
        )
    return ExamItem(
        id=f"q{number}", form="refusal", questions=(f"Who, {number}?",), document=document
    )


def an_exam(items: int = 30) -> Exam:
    return Exam(
        name="staff", title="Staff adviser", scene="staff", items=tuple(map(an_item, range(items)))
    )


def an_examinee(exam: Exam, place: int, *, unanswered: int = 0) -> Examinee:
    """Scores are drawn; the later ones know more. Of grounded answers some are partly right."""
    random_source = random.Random(place)
    answered = {}
    for item in exam.items[: len(exam.items) - unanswered]:
        score = float(random_source.random() < 0.3 + 0.25 * place)
        if item.form == "grounded" and random_source.random() < 0.4:
            score = 0.625
        response = Response(
            item=item.hash,
            text=f"every 500 hours {ATTACK}",
            seconds=0.5 + place + random_source.random(),
            prompt_tokens=200,
            answer_tokens=20,
            price=0.001 * (place + 1),
            options=(-1.0, -3 * random_source.random()) if item.form == "choice" else (),
        )
        answered[item.hash] = Answered(response, Score(score, {"f1": score}, f"because {ATTACK}"))
    return Examinee(NAMES[place], f"fingerprint-{place}", answered, f"plainly {ATTACK}")


def a_report(items: int = 30, *, signed: int = 24, unanswered: int = 0) -> ExamReport:
    """The first `signed` items are signed, the fifth was taught; `unanswered` by the base with
    retrieval, with which the expert is compared."""
    exam = an_exam(items)
    sat = tuple(
        an_examinee(exam, place, unanswered=unanswered if place == 1 else 0) for place in range(3)
    )
    hashes = [item.hash for item in exam.items]
    reviewed, taught = frozenset(hashes[:signed]), frozenset(hashes[4:5])
    counted = counted_items(exam, reviewed, taught)
    return ExamReport(
        exam=exam,
        examinees=sat,
        at=datetime(2026, 5, 20, 8, 30, tzinfo=UTC),
        signed=reviewed,
        contaminated=taught,
        published=(Published("GPT-4", 0.4693, "FinanceIQ"),),
        compared=compare_with(exam, sat[1], (sat[2],), counted, seed=1),
    )
