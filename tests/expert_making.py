"""Experts for tests: real records and folders, made in an instant because nothing is trained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from teaegg.core.documents import Document
from teaegg.core.experts import Expert, expert_id
from teaegg.core.ids import content_hash, text_hash
from teaegg.store.experts.records import Dataset, ExpertRecord, TrainingDocument

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BASE = text_hash("base")


def weights_of(seed: str) -> bytes:
    return f"GGUF {seed}".encode() * 100


def make_expert(
    scene: str, seed: str = "1", *, dataset: str = "", template: str = "gemma", base: str = BASE
) -> Expert:
    expert = Expert(
        id="",
        scene=scene,
        base=base,
        adapter=content_hash(weights_of(seed)),
        template=template,
        instructions="只用原文作答。",
        max_tokens=200,
        dataset=dataset or text_hash(f"rows of {scene}"),
        recipe=text_hash("recipe"),
    )
    return replace(expert, id=expert_id(expert))


def make_record(expert: Expert, *, collections: Sequence[str] = ()) -> ExpertRecord:
    return ExpertRecord(
        expert=expert,
        state="candidate",
        registered_at=NOW,
        title=f"Title of {expert.scene}",
        collections=tuple(collections),
        training={"method": "sft", "seed": 1},
        code="0.1",
    )


def make_dataset(expert: Expert, *, file: str = "") -> Dataset:
    return Dataset(expert.dataset, expert.scene, rows=3, recorded_at=NOW, file=file)


def taught_by(*documents: Document) -> tuple[TrainingDocument, ...]:
    return tuple(TrainingDocument.of(document) for document in documents)


def write_export(folder: Path, seed: str = "1") -> Path:
    """What an export leaves: an adapter in both forms, and what is known of the run."""
    (folder / "peft").mkdir(parents=True)
    (folder / "adapter.gguf").write_bytes(weights_of(seed))
    (folder / "peft/adapter_model.safetensors").write_bytes(weights_of(f"peft {seed}"))
    (folder / "peft/adapter_config.json").write_text("{}")
    (folder / "training.json").write_text(json.dumps({"seed": seed}))
    (folder / "parity.json").write_text(json.dumps({"mean_kl": 0.001}))
    return folder
