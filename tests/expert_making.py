"""Experts for tests: real records and folders, made in an instant because nothing is trained."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from teaegg.core.documents import Document
from teaegg.core.experts import Expert, expert_id
from teaegg.core.ids import content_hash, text_hash
from teaegg.distill.journey import Journey
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, rows_hash
from teaegg.distill.train.base import Progress, Training
from teaegg.models.base import Message
from teaegg.models.templates import ChatTemplate
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


class StandInTrainer:
    """Learns rows by heart in an instant: the same rows and recipe make the same adapter.

    `folders` are the runs that it was called for; `before_the_end` is called when one is half done.
    """

    def __init__(self, before_the_end: Callable[[], None] = lambda: None) -> None:
        self.folders: list[Path] = []
        self.before_the_end = before_the_end

    def train(
        self,
        rows: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        *,
        tell: Callable[[Progress], None],
    ) -> Training:
        self.folders.append(folder)
        adapter = folder / "adapter"
        adapter.mkdir(parents=True, exist_ok=True)
        (folder / "half-done").touch()
        self.before_the_end()
        weights = weights_of(rows_hash(rows) + recipe.hash)
        (adapter / "adapter_model.safetensors").write_bytes(weights)
        (folder / "training.json").write_text("{}")
        (folder / "loss.png").write_bytes(b"")
        return Training(
            adapter=adapter,
            steps=1,
            rows=len(rows),
            tokens=len(rows),
            seconds=1.0,
            tokens_per_second=1.0,
            losses=(1.0,),
            held_out_losses=(),
            left_out={},
            stopped="done",
            peak_memory_mib=1.0,
        )


def stand_in_journey(folder: Path, trainer: StandInTrainer, base: str = "base") -> Journey:
    """The way to an expert on a base of a few bytes; it cannot be examined, so the scene keeps no exam."""
    file = folder / f"{base}.gguf"
    file.write_text(base)

    def export(
        peft: Path, target: Path, template: ChatTemplate, prompts: Sequence[Sequence[Message]]
    ) -> Mapping[str, float]:
        target.write_bytes((peft / "adapter_model.safetensors").read_bytes())
        return {"divergence": 0.0}

    return Journey(trainer, export, base=file, threads=1)
