"""The way from rows to an expert: trained, exported, examined against its base. Each step leaves its
files in one folder and is not done twice, so that a run that was cut off goes on where it stood.

training/   the run: training.json, loss.png, checkpoints      exam/    what both said, exam.json
expert/     adapter.gguf, peft/, training.json, parity.json, exam.json: what is registered
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from teaegg.core.errors import InvalidRequestError
from teaegg.core.experts import Expert, expert_id
from teaegg.core.ids import content_hash
from teaegg.core.scenes import Scene
from teaegg.distill.examined import Examined
from teaegg.distill.export.factory import Export
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, rows_hash
from teaegg.distill.train.base import Progress, Trainer, Training
from teaegg.evals.reading import reading_score
from teaegg.evals.sitting import Comparison, Item, best_form, compare, sit
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import Message
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.templates import ChatTemplate, plain_template, template_named
from teaegg.store.experts.files import ADAPTER
from teaegg.store.lines import write_text

ANSWER_TOKENS = 128
CONTEXT_TOKENS = 4096
_CANDIDATE = "candidate"
_PROVED_WITH = 4
"""Prompts with which an export is compared to the trained model."""
TRIED_WITH = 12
"""Items that the base answers in every form, to see which serves it."""
Prompt = Sequence[Message]
JourneyStep = Literal["exporting", "examining", "examining the base"]


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
    """`base` None is the bundled model; `threads` 0 means one per core."""

    def __init__(
        self, trainer: Trainer, export: Export, *, base: Path | None, threads: int
    ) -> None:
        self._trainer = trainer
        self._export_proved = export
        self._base = base
        self._threads = threads

    async def make(
        self,
        scene: Scene,
        rows: Sequence[Row],
        exam: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        telling: Telling,
    ) -> MadeExpert:
        """Raises InvalidRequestError for too few rows or rows that stand in the exam, else what the
        trainer, the export and the engine raise; what was done by then stays."""
        training, place = await self._exported(rows, exam, recipe, folder, telling)
        expert = await asyncio.to_thread(self._expert, scene, rows, recipe, place)
        if not exam:
            return MadeExpert(expert, place, training, None)
        plain = plain_template(scene.language)
        examined = await self._examine(exam, expert, plain, place, folder / "exam", telling)
        items = [exam_item(row) for row in exam]
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
        items = [exam_item(row) for row in exam]
        async with self._serving() as server:
            await server.load({_CANDIDATE: place / ADAPTER})
            kept = folder / "exam"
            return training, await _candidate_said(
                items, server, template_named(recipe.template), kept, telling
            )

    async def base_answers(
        self, scene: Scene, exam: Sequence[Row], recipe: Recipe, folder: Path, telling: Telling
    ) -> Mapping[str, str]:
        """What the base says to each item of the exam, at its best, as `make` has it examined."""
        items = [exam_item(row) for row in exam]
        forms = (template_named(recipe.template), plain_template(scene.language))
        async with self._serving() as server:
            said = await self._base_said(items, server, forms, folder, telling)
        return best_form(items, [said])

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

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[AdapterServer]:
        """The engine that examinees sit their exam on."""
        server = AdapterServer(
            self._base, context_tokens=CONTEXT_TOKENS, threads=self._threads, slots=1
        )
        try:
            yield server
        finally:
            await server.close()

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

    async def _examine(
        self,
        exam: Sequence[Row],
        expert: Expert,
        plain: ChatTemplate,
        place: Path,
        folder: Path,
        telling: Telling,
    ) -> Examined:
        """Both sit the same items through the engine that serves them.

        The base may never have learned the expert's chat template: it is asked as plain text
        where that serves it better.
        """
        items = [exam_item(row) for row in exam]
        template = template_named(expert.template)
        # Answers belong to these items and this adapter: another expert's are never taken for them.
        answers = folder / f"{expert.adapter[:12]}-{rows_hash(exam)[:12]}"
        telling.step("examining", 0, len(items))
        async with self._serving() as server:
            await server.load({_CANDIDATE: place / ADAPTER})
            candidate = await _candidate_said(items, server, template, answers, telling)
            baseline = await self._base_said(items, server, (template, plain), answers, telling)
        return Examined(tuple(exam), candidate, best_form(items, [baseline]))

    async def _base_said(
        self,
        items: Sequence[Item],
        server: AdapterServer,
        forms: Sequence[ChatTemplate],
        answers: Path,
        telling: Telling,
    ) -> Mapping[str, str]:
        """In the form in which it answers a few of the items best."""
        lines = max(right.count("\n") + 1 for item in items for right in item.right)

        async def said(form: ChatTemplate, asked: Sequence[Item]) -> Mapping[str, str]:
            return await sit(
                asked,
                server.chat(None, form),
                answers / f"base-{form.name}.jsonl",
                max_tokens=ANSWER_TOKENS,
                lines=lines,
                tell=partial(telling.step, "examining the base"),
            )

        few = items[:: -(-len(items) // TRIED_WITH)]
        scores = []
        for form in forms:
            tried = best_form(few, [await said(form, few)])
            scores.append(sum(reading_score(tried[item.id], item.right).f1 for item in few))
        return await said(forms[scores.index(max(scores))], items)


async def _candidate_said(
    items: Sequence[Item],
    server: AdapterServer,
    template: ChatTemplate,
    answers: Path,
    telling: Telling,
) -> Mapping[str, str]:
    return await sit(
        items,
        server.chat(_CANDIDATE, template),
        answers / "candidate.jsonl",
        max_tokens=ANSWER_TOKENS,
        tell=partial(telling.step, "examining"),
    )


def exam_item(row: Row) -> Item:
    """A row of the exam as an item: its document is the first that it was asked about."""
    return Item(row.id, row.kind, row.messages(), (row.answer,), row.group)


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
