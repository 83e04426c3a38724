"""How exams and their items look at a terminal."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from teaegg.app.cli.output import note, say, write_json
from teaegg.core.exams import LETTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from teaegg.app.exams.origins import Contamination
    from teaegg.app.exams.register import ReviewedExam
    from teaegg.core.exams import ExamItem
    from teaegg.store.exams.records import Signature


def show_exam(reviewed: ReviewedExam) -> None:
    """The exam as a whole: what it is, and how many of its items count."""
    version, exam = reviewed.version, reviewed.version.exam
    say(f"{exam.name}, version {version.version} ({version.id[:12]}): {exam.title}")
    scene = f"scene {exam.scene}, " if exam.scene else ""
    say(f"{scene}pass mark {exam.pass_mark:g}, kept by {version.by} at {version.at:%Y-%m-%d %H:%M}")
    if version.note:
        say(version.note)
    forms = Counter(item.form for item in exam.items)
    counted = ", ".join(f"{count} {form}" for form, count in forms.most_common())
    say(f"{len(exam.items)} items ({counted}), {len(reviewed.unsigned)} of them unsigned\n")


def show_item(item: ExamItem, signature: Signature | None) -> None:
    """One item with its key."""
    signed = f"signed by {signature.by}" if signature else "unsigned"
    say(f"── {item.id}  {item.form}{f' ({item.kind})' if item.kind else ''}  {signed}")
    for passage in item.passages:
        place = f" {passage.place}" if passage.place else ""
        say(f"[{'passage' if passage.gold else 'distractor'}{place}]\n{passage.text}")
    for question in item.questions:
        say(f"Question: {question}")
    for letter, option in zip(LETTERS, item.options, strict=False):
        say(f"  {letter}. {option}")
    for answer in item.right:
        say(f"Right:    {answer}")
    for point in item.rubric:
        say(f"Rubric:   {point}")
    if item.shape:
        say(f"Shape:    {item.shape}")
    if item.source:
        say(f"Source:   {item.source}")
    say()


def item_record(item: ExamItem, signatures: Mapping[str, Signature]) -> dict[str, Any]:
    """An item as JSON, with its hash and who signed it ("": nobody)."""
    signature = signatures.get(item.hash)
    said = {"hash": item.hash, "signed_by": signature.by if signature else ""}
    return {**item.model_dump(mode="json"), **said}


def tell_kept(reviewed: ReviewedExam) -> None:
    """That a version was kept, how many items are unsigned, and what they are too few for."""
    from teaegg.evals.items.sufficiency import shortages

    version, exam = reviewed.version, reviewed.version.exam
    unsigned = len(reviewed.unsigned)
    say(f"{exam.name}, version {version.version}: {len(exam.items)} items, {unsigned} unsigned.")
    for short in shortages(exam.items):
        note(
            f"{short.area}: {short.items} items of {short.documents} documents; to show "
            f"{short.claim} takes about {short.needed}."
        )
    if unsigned:
        note(f"Look at them and sign: teaegg exam show {exam.name} --unsigned")


def kept_record(reviewed: ReviewedExam) -> dict[str, Any]:
    """As `tell_kept`, as JSON."""
    from teaegg.evals.items.sufficiency import shortages

    version = reviewed.version
    return {
        "name": version.exam.name,
        "version": version.version,
        "id": version.id,
        "items": len(version.exam.items),
        "unsigned": len(reviewed.unsigned),
        "too_few": [asdict(short) for short in shortages(version.exam.items)],
    }


def show_contamination(found: Contamination, *, as_json: bool) -> None:
    """Every offending pair, and how many items and rows were compared."""
    items = {overlap.item.id for overlap in found.overlaps}
    exam = found.version.exam
    if as_json:
        pairs = [
            {
                "item": each.item.id,
                "hash": each.item.hash,
                "taught": each.taught.name,
                "by": each.by,
                "share": round(each.share, 3),
                "question": each.taught.question,
                "answer": each.taught.answer,
            }
            for each in found.overlaps
        ]
        counts = {"items": len(exam.items), "rows": dict(found.rows)}
        write_json({"exam": exam.name, "version": found.version.version, **counts, "pairs": pairs})
        return
    for each in found.overlaps:
        say(f"── {each.item.id}  same {each.by}, {each.share:.0%}")
        say(f"Asked:  {' / '.join(each.item.questions)}")
        say(f"Taught: {each.taught.question} → {each.taught.answer}\n        ({each.taught.name})")
    rows = ", ".join(f"{count} rows of {name}" for name, count in found.rows.items())
    note(f"{len(items)} of {len(exam.items)} items were taught, in {rows or 'no dataset'}.")
