"""What an expert that sits an exam has been taught of it, from the rows on record."""

from __future__ import annotations

import asyncio
from pathlib import Path

from teaegg.core.exams import Exam
from teaegg.distill.exam_items import taught_by
from teaegg.distill.rows import read_rows
from teaegg.evals.contamination import contaminated_items, same_words
from teaegg.store.experts.lineage import LineageRecords


class Teaching:
    """`home` is the folder below which the rows of datasets lie."""

    def __init__(self, lineage: LineageRecords, home: Path) -> None:
        self._lineage = lineage
        self._home = home

    async def of_exam(self, expert: str, exam: Exam) -> frozenset[str]:
        """Hashes of the items whose words the rows of `expert` (an id; "": none) hold.

        By words only: whoever asks for a score does not wait for an embedding. Nothing is known of
        experts whose rows are not here, as those that came in a pack.
        """
        dataset = await self._lineage.dataset_of(expert) if expert else None
        if dataset is None or not dataset.file:
            return frozenset()
        return await asyncio.to_thread(_taught, exam, self._home / dataset.file)


def _taught(exam: Exam, rows: Path) -> frozenset[str]:
    if not rows.is_file():
        return frozenset()
    taught = list(taught_by(read_rows(rows), rows.parent.name))
    return contaminated_items(same_words(exam.items, taught))
