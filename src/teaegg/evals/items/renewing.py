"""An exam whose generated items are made again, and keeps what people made of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from teaegg.core.exams import ExamItem


def renewed(
    before: Sequence[ExamItem],
    made: Sequence[ExamItem],
    *,
    source: str,
    signed: Collection[str],
) -> tuple[ExamItem, ...]:
    """The items of `before` and the new ones of `made`.

    Items are known by their ids: one that a person has edited stays as it is now. What came from
    `source` and is not made any more goes, unless somebody has signed it (`signed`: hashes).
    """
    known = {item.id for item in before}
    still_made = {item.id for item in made}
    kept = [
        item
        for item in before
        if item.source != source or item.id in still_made or item.hash in signed
    ]
    return (*kept, *(item for item in made if item.id not in known))
