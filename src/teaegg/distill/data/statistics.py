"""What is in a dataset: rows by kind and source, lengths, and what was left out with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from teaegg.core.spelling.widths import text_width
from teaegg.distill.data.editing import read_stage
from teaegg.distill.data.manifest import STAGES, Manifest, Stage, stage_file
from teaegg.distill.data.records import SplitDocument
from teaegg.distill.exchange.dataset import ImportedUse, imported_use
from teaegg.distill.rows import Row

_QUANTILES = (0.5, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Median, nine in ten, and longest, in Chinese characters (`core.widths`)."""

    median: float
    nine_in_ten: float
    longest: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """`records` counts the lines of each file; `sources` the rows that were taught by a document,
    by title; `rejected` maps a stage to reasons and their number; `imported` says what became of rows
    that people brought. `sample` are some rows."""

    records: Mapping[Stage, int]
    kinds: Mapping[str, int]
    sources: Mapping[str, int]
    prompts: Lengths
    answers: Lengths
    rejected: Mapping[Stage, Mapping[str, int]]
    sample: tuple[Row, ...]
    imported: ImportedUse | None = None


def statistics(folder: Path, manifest: Manifest, *, sample: int = 5) -> Statistics:
    """Counted from the files as they are now, edits included."""
    there = [stage for stage in STAGES if (folder / stage_file(stage)).is_file()]
    files = {stage: read_stage(folder, stage) for stage in there}
    rows: Sequence[Row] = files.get("rows", [])
    split: Sequence[SplitDocument] = files.get("split", [])
    return Statistics(
        records={stage: len(records) for stage, records in files.items()},
        kinds=dict(Counter(row.kind for row in rows).most_common()),
        sources=_sources(files.get("balanced", []), split),
        prompts=_lengths([sum(text_width(turn.content) for turn in row.turns) for row in rows]),
        answers=_lengths([text_width(row.answer) for row in rows]),
        rejected={
            stage: record.rejected for stage, record in manifest.stages.items() if record.rejected
        },
        sample=tuple(rows[:: max(1, len(rows) // sample)][:sample]) if sample else (),
        imported=imported_use(folder),
    )


def _sources(items: Sequence[object], split: Sequence[SplitDocument]) -> dict[str, int]:
    titles = {item.document: item.title for item in split}
    counts = Counter(
        titles.get(document, document)
        for item in items
        for document in getattr(item, "documents", ())
    )
    return dict(counts.most_common())


def _lengths(widths: Sequence[float]) -> Lengths:
    ordered = sorted(widths) or [0.0]
    at = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in _QUANTILES)
    return Lengths(*(round(width) for width in at))
