"""The way from rows to an expert: trained, exported, examined against its base. Each step leaves its
files in one folder and is not done twice, so that a run that was cut off goes on where it stood.

training/   the run: training.json, loss.png, checkpoints
expert/     adapter.gguf, peft/, training.json, parity.json, exam.json: what is registered

What was said in the exam is kept in a folder of the caller's, since it is worth more than one run.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from teaegg.core.errors import InvalidRequestError
from teaegg.core.experts import Expert, expert_id
from teaegg.core.ids import content_hash
from teaegg.core.scenes import Scene
from teaegg.distill.exam_items import exam_item
from teaegg.distill.examined import Examined
from teaegg.distill.examining import Examiner, ExamStep
from teaegg.distill.export.factory import Export
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, rows_hash
from teaegg.distill.train.base import Progress, Trainer, Training
from teaegg.evals.reading_comparison import Comparison, compare
from teaegg.models.base import Message
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.templates import plain_template, template_named
from teaegg.store.experts.files import ADAPTER
from teaegg.store.lines import write_text

ANSWER_TOKENS = 128
_PROVED_WITH = 4
"""Prompts with which an export is compared to the trained model."""
Prompt = Sequence[Message]
JourneyStep = Literal["exporting"] | ExamStep


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom the way tells how it goes: `training` each step of the run, `step` the others."""

    training: Callable[[Progress], None] = lambda progress: None
    step: Callable[[JourneyStep, int, int], None] = lambda step, done, total: None


@dataclass(frozen=True, slots=True)
class MadeExpert:
    """`folder` holds what is registered; without exam items there is no `comparison` and nothing was
    `examined`."""

    expert: Expert
    folder: Path
    training: Training
    comparison: Comparison | None
    examined: Examined | None = None


class Journey:
    """`base` None is the bundled model; `trainer`, `export` and `examiner` work on it."""

    def __init__(
        self, trainer: Trainer, export: Export, examiner: Examiner, *, base: Path | None
    ) -> None:
        self._trainer = trainer
        self._export_proved = export
        self._examiner = examiner
        self._base = base

    async def make(
        self,
        scene: Scene,
        rows: Sequence[Row],
        exam: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        telling: Telling,
        *,
        answers: Path,
    ) -> MadeExpert:
        """The run lies in `folder`, what is said in its exam below `answers`.

        Raises InvalidRequestError for too few rows, rows that stand in the exam or cannot be asked in
        it, else what the trainer, the export and the engine raise; what was done by then stays."""
        items = [exam_item(row) for row in exam]
        training, place = await self._exported(rows, exam, recipe, folder, telling)
        expert = await asyncio.to_thread(self._expert, scene, rows, recipe, place)
        examined = await self.examined(scene, exam, expert, place, answers, telling)
        comparison = None
        if examined is not None:
            comparison = compare(items, examined.candidate, examined.baseline, seed=1)
            write_text(place / "exam.json", _json(_record(exam, comparison)))
        return MadeExpert(expert, place, training, comparison, examined)

    async def pilot(
        self,
        rows: Sequence[Row],
        exam: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        telling: Telling,
    ) -> tuple[Training, Mapping[str, str]]:
        """A run that becomes no expert, and what its adapter said to each item of the exam, by id.
        Raises, and goes on, as `make`."""
        training, place = await self._exported(rows, exam, recipe, folder, telling)
        template = template_named(recipe.template)
        return training, await self._examiner.adapter_said(
            exam, place / ADAPTER, template, folder / "exam", ANSWER_TOKENS, telling.step
        )

    async def base_answers(
        self, scene: Scene, exam: Sequence[Row], recipe: Recipe, folder: Path, telling: Telling
    ) -> Mapping[str, str]:
        """What the base says to each item of the exam, at its best, as `make` has it examined."""
        forms = (template_named(recipe.template), plain_template(scene.language))
        return await self._examiner.base_said(exam, forms, folder, ANSWER_TOKENS, telling.step)

    async def _exported(
        self,
        rows: Sequence[Row],
        exam: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        telling: Telling,
    ) -> tuple[Training, Path]:
        """The run, and the folder with its proved export."""
        _require_apart(rows, exam)
        training = await asyncio.to_thread(
            self._trainer.train, rows, recipe, folder / "training", tell=telling.training
        )
        telling.step("exporting", 0, 1)
        place = folder / "expert"
        prompts = [row.messages() for row in (*exam, *rows)[:_PROVED_WITH]]
        await asyncio.to_thread(self._export, training, recipe, prompts, place)
        return training, place

    def _export(
        self, training: Training, recipe: Recipe, prompts: Sequence[Prompt], place: Path
    ) -> None:
        place.mkdir(parents=True, exist_ok=True)
        parity = self._export_proved(
            training.adapter, place / ADAPTER, template_named(recipe.template), prompts
        )
        write_text(place / "parity.json", _json(dict(parity)))
        shutil.copytree(training.adapter, place / "peft", dirs_exist_ok=True)
        for name in ("training.json", "loss.png"):
            shutil.copyfile(training.adapter.parent / name, place / name)

    @property
    def trainer(self) -> Trainer:
        return self._trainer

    def base_hash(self) -> str:
        """SHA-256 of the base's file. Raises ModelError where there is none."""
        return fingerprint(self._base or bundled_model())

    def _expert(self, scene: Scene, rows: Sequence[Row], recipe: Recipe, place: Path) -> Expert:
        expert = Expert(
            id="",
            scene=scene.name,
            base=self.base_hash(),
            adapter=content_hash((place / ADAPTER).read_bytes()),
            template=recipe.template,
            instructions=scene.style,
            max_tokens=ANSWER_TOKENS,
            dataset=rows_hash(rows),
            recipe=recipe.hash,
        )
        return replace(expert, id=expert_id(expert))

    async def examined(
        self,
        scene: Scene,
        exam: Sequence[Row],
        expert: Expert,
        place: Path,
        answers: Path,
        telling: Telling,
    ) -> Examined | None:
        """What `expert`, whose files lie in `place`, and its base say to the exam; None without items.

        What is kept below the folder `answers` is not asked again. Raises what the engine raises.
        """
        if not exam:
            return None
        plain = plain_template(scene.language)
        return await self._examiner.examine(
            exam, expert, place / ADAPTER, plain, answers, telling.step
        )


def _require_apart(rows: Sequence[Row], exam: Sequence[Row]) -> None:
    """What was learned cannot be examined."""
    asked = {(row.turns[-1].content, row.answer) for row in exam}
    shared = next((row.id for row in rows if (row.turns[-1].content, row.answer) in asked), "")
    if shared:
        raise InvalidRequestError(
            f"The training row {shared} stands in the exam as well.",
            remedy="Take it out of rows.jsonl, or make the dataset again.",
        )


def _record(exam: Sequence[Row], comparison: Comparison) -> dict[str, Any]:
    return {"exam_hash": rows_hash(exam), "items": len(exam), **asdict(comparison)}


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
