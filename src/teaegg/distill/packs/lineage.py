"""The lineage that travels with an expert: names and hashes of what made it, never what that says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from teaegg.distill.packs.fields import one_line
from teaegg.distill.packs.manifest import (
    MANIFEST,
    DatasetDigest,
    LineageDigest,
    PackManifest,
    TaughtBy,
    decode_manifest,
)
from teaegg.store.experts.records import Dataset, ExpertRecord, TrainingDocument

_LONGEST_TITLE = 200


def digest(
    record: ExpertRecord, documents: Iterable[TrainingDocument], dataset: Dataset | None
) -> LineageDigest:
    """Of an expert that was made here."""
    rows = DatasetDigest(hash=record.expert.dataset, rows=0)
    if dataset is not None:
        rows = DatasetDigest(
            hash=dataset.hash,
            rows=dataset.rows,
            teacher=one_line(dataset.teacher, _LONGEST_TITLE),
            recipe=_recipe(dataset.recipe),
            recorded_at=dataset.recorded_at,
        )
    return LineageDigest(
        documents=tuple(
            TaughtBy(
                document=each.document,
                version=each.version,
                title=one_line(each.title, _LONGEST_TITLE),
            )
            for each in documents
        ),
        dataset=rows,
        training=record.training,
        code=record.code,
    )


def manifest_kept(folder: Path) -> PackManifest | None:
    """Of an expert that came in a pack, from its folder; None for one that was made here."""
    path = folder / MANIFEST
    return decode_manifest(path.read_bytes()) if path.exists() else None


def without_titles(lineage: LineageDigest) -> LineageDigest:
    """Documents by id and hash only: a title may tell what nobody outside is to know."""
    bare = tuple(each.model_copy(update={"title": ""}) for each in lineage.documents)
    return lineage.model_copy(update={"documents": bare})


def dataset_of(lineage: LineageDigest, scene: str) -> Dataset:
    """As it is kept on record where the rows are not; when they were recorded may not be known."""
    rows = lineage.dataset
    return Dataset(
        hash=rows.hash,
        scene=scene,
        rows=rows.rows,
        recorded_at=rows.recorded_at or datetime.fromtimestamp(0, UTC),
        teacher=rows.teacher,
        recipe=json.dumps(dict(rows.recipe), ensure_ascii=False) if rows.recipe else "",
    )


def _recipe(text: str) -> Mapping[str, Any]:
    """How rows were made is kept as JSON; where it is not, nothing is known. Who answers for the scene
    stays at home."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    scene = read.get("scene")
    return {**read, "scene": {**scene, "owner": ""}} if isinstance(scene, dict) else read
