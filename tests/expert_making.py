"""Experts for tests: real records and folders, made in an instant because nothing is trained."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from teaegg.core.clock import SystemClock
from teaegg.core.documents import Document
from teaegg.core.experts import Expert, expert_id
from teaegg.core.ids import content_hash, text_hash
from teaegg.distill.examined import Examined
from teaegg.distill.examining import TellStep, said_to
from teaegg.distill.journey import Journey
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, rows_hash
from teaegg.distill.train.base import Progress, Training
from teaegg.evals.targets.speakers import ChatSpeaker
from teaegg.models.base import Choice, Message
from teaegg.models.local import fingerprint
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


class StandInChat:
    """Answers in a way that follows from who it is and what is asked: `share` of the items rightly.

    `before_answers` is called before each answer.
    """

    def __init__(
        self, who: str, rows: Sequence[Row], share: float, before_answers: Callable[[], None]
    ) -> None:
        self.name = self.fingerprint = who
        self._right = {row.messages(): row.answer for row in rows}
        self._share = share
        self._before_answers = before_answers

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        self._before_answers()
        asked = text_hash(f"{self.name} {messages[-1].content}")
        yield self._right[tuple(messages)] if int(asked[:8], 16) < self._share * 2**32 else "?"

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        raise AssertionError("an exam of experts asks for free text")

    async def close(self) -> None:
        pass


class StandInExaminer:
    """Experts know `expert` of the answers, bare bases `base` of them (0 to 1). `asked` counts."""

    def __init__(
        self,
        *,
        expert: float = 0.9,
        base: float = 0.2,
        before_answers: Callable[[], None] = lambda: None,
    ) -> None:
        self.asked = 0
        self.expert, self.base = expert, base
        self.before_answers = before_answers

    async def examine(
        self,
        exam: Sequence[Row],
        expert: Expert,
        adapter: Path,
        plain: ChatTemplate,
        answers: Path,
        tell: TellStep,
    ) -> Examined:
        assert fingerprint(adapter) == expert.adapter

        async def said(who: str, share: float) -> dict[str, str]:
            chat = StandInChat(f"{who} {expert.id}", exam, share, self._asked)
            speaker = ChatSpeaker(chat, SystemClock(), max_tokens=expert.max_tokens)
            kept = answers / expert.adapter[:12] / f"{who}.jsonl"
            return await said_to(exam, speaker, kept, partial(tell, "examining"))

        return Examined(
            tuple(exam), await said("expert", self.expert), await said("base", self.base)
        )

    async def adapter_said(
        self,
        exam: Sequence[Row],
        adapter: Path,
        template: ChatTemplate,
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        raise AssertionError("no pilot is made of a stand-in")

    async def base_said(
        self,
        exam: Sequence[Row],
        forms: Sequence[ChatTemplate],
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        raise AssertionError("no pilot is made of a stand-in")

    def _asked(self) -> None:
        self.before_answers()
        self.asked += 1


def stand_in_journey(
    folder: Path,
    trainer: StandInTrainer,
    base: str = "base",
    examiner: StandInExaminer | None = None,
) -> Journey:
    """The way to an expert on a base of a few bytes."""
    file = folder / f"{base}.gguf"
    file.write_text(base)
    return stand_in_journey_on(file, trainer, examiner or StandInExaminer())


def stand_in_journey_on(base: Path, trainer: StandInTrainer, examiner: StandInExaminer) -> Journey:
    """The way to an expert on the base in this file, whatever it is."""

    def export(
        peft: Path, target: Path, template: ChatTemplate, prompts: Sequence[Sequence[Message]]
    ) -> Mapping[str, float]:
        target.write_bytes((peft / "adapter_model.safetensors").read_bytes())
        return {"divergence": 0.0}

    return Journey(trainer, export, examiner, base=base)
