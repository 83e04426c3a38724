"""Where the items of an exam come from in a workspace: held-out documents, real questions; and whether
anything that learns here has learned them. For owners only, as exams are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teaegg.access.policy import require_manage
from teaegg.access.service import Access
from teaegg.app.exams.register import Exams
from teaegg.app.experts.datasets import Datasets
from teaegg.app.quality.traces import ReadableTraces
from teaegg.core.actors import Actor
from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Exam, ExamItem
from teaegg.core.scenes import Scene
from teaegg.distill.data.stages import OnProgress
from teaegg.distill.exam_items import items_of, taught_by
from teaegg.distill.rows import Row
from teaegg.evals.contamination import Overlap, Taught, overlaps
from teaegg.evals.items.promoting import Promotion, passages_shown, promoted
from teaegg.evals.items.reading import ItemsRead, exam_of
from teaegg.evals.items.renewing import renewed
from teaegg.models.base import Embedder
from teaegg.retrieval.query import language_of
from teaegg.store.exams.records import ExamVersion
from teaegg.store.index import PassageIndex


@dataclass(frozen=True, slots=True)
class MadeExam:
    """`left_out` maps ids of rows to why there is no item of them."""

    version: ExamVersion
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Contamination:
    """`rows` maps the datasets that were looked at to how many rows each has."""

    version: ExamVersion
    overlaps: tuple[Overlap, ...]
    rows: Mapping[str, int]


class ItemOrigins:
    """Each method on behalf of an actor."""

    def __init__(
        self,
        exams: Exams,
        datasets: Datasets,
        access: Access,
        index: PassageIndex,
        traces: ReadableTraces,
        embedder: Embedder,
    ) -> None:
        self._exams = exams
        self._datasets = datasets
        self._access = access
        self._index = index
        self._traces = traces
        self._embedder = embedder

    async def make(
        self,
        actor: Actor,
        scene: Scene,
        *,
        dataset: str = "",
        on_progress: OnProgress = lambda stage, done, total: None,
    ) -> MadeExam:
        """The scene's exam from what `dataset` has kept apart (none: the scene's own dataset, made or
        brought up to date first), as the next version: what people edited, signed or added stays.

        Raises what `Datasets.make` raises, NotFoundError for a dataset that is not there,
        InvalidRequestError where nothing was kept apart, ConflictError where a document went or
        somebody kept a version meanwhile.
        """
        require_manage(actor)
        name = dataset or scene.name
        if not dataset:
            await self._datasets.make(actor, scene, on_progress=on_progress)
        rows: Sequence[Row] = await self._datasets.records(actor, name, "exam")
        source = f"held-out documents of {name}"
        made = items_of(rows, await self._passages_of(actor, rows), source=source)
        before = await self._newest(actor, scene.name)
        earlier = before.exam.items if before else ()
        signed = (await self._exams.review(actor, before)).signatures if before else {}
        items = renewed(earlier, made.items, source=source, signed=signed)
        if not items:
            raise InvalidRequestError(
                f"Nothing of {name} was kept apart for an exam.",
                remedy="Set exam.share in the scene, learn more documents, and make the dataset again.",
            )
        exam = before.exam if before else _exam_of(scene, items)
        version = await self._exams.keep(
            actor,
            exam.model_copy(update={"items": items}),
            note=f"made from {source}",
            after=before.id if before else None,
            documents=sorted({name for item in made.items for name in item.documents}),
        )
        return MadeExam(version, made.left_out)

    async def promote(self, actor: Actor, trace: str, exam: str, said: Promotion) -> ExamVersion:
        """The question of a trace as an unsigned item of `exam`, which is made where there is none; an
        item of the same trace is replaced.

        Raises NotFoundError for a trace that is not there, InvalidRequestError where nothing is known
        to be right or `exam` can name none, ConflictError as `make`.
        """
        require_manage(actor)
        record = await self._traces.read(actor, trace)
        visible = await self._access.visible(actor)
        passages = await self._index.passages(passages_shown(record), visible=visible)
        item = promoted(record, passages, said)
        before = await self._newest(actor, exam)
        return await self._exams.keep(
            actor,
            _with(before.exam if before else None, exam, item),
            note=f"with a {item.kind}",
            after=before.id if before else None,
            documents=sorted(item.documents),
        )

    async def contamination(
        self, actor: Actor, exam: str, *, dataset: str = "", by_meaning: bool = True
    ) -> Contamination:
        """Items of the newest version that rows of `dataset` (none: of every dataset) have taught."""
        version = await self._exams.find(actor, exam)
        rows = await self._rows(actor, dataset)
        taught = [text for name, own in rows.items() for text in taught_by(own, name)]
        found = await self.overlaps(version.exam, taught, by_meaning=by_meaning)
        return Contamination(version, found, {name: len(own) for name, own in rows.items()})

    async def overlaps(
        self, exam: Exam, taught: Sequence[Taught], *, by_meaning: bool = True
    ) -> tuple[Overlap, ...]:
        """Items of `exam` that say the same as something in `taught`."""
        embedder = self._embedder if by_meaning else None
        return await overlaps(exam.items, taught, embedder)

    async def _rows(self, actor: Actor, dataset: str) -> Mapping[str, Sequence[Row]]:
        if dataset:
            return {dataset: await self._datasets.rows(actor, dataset)}
        found: dict[str, Sequence[Row]] = {}
        for manifest in await self._datasets.list(actor):
            # One that was never finished has no rows, and taught nobody.
            if "rows" in manifest.stages or manifest.imported:
                found[manifest.name] = await self._datasets.rows(actor, manifest.name)
        return found

    async def _passages_of(self, actor: Actor, rows: Sequence[Row]) -> list[Passage]:
        visible = await self._access.visible(actor)
        names = sorted({name for row in rows for name in row.documents})
        found = await asyncio.gather(
            *(self._index.passages_of(name, visible=visible) for name in names)
        )
        return [passage for own in found for passage in own]

    async def _newest(self, actor: Actor, name: str) -> ExamVersion | None:
        """The newest version of exactly that name."""
        versions = await self._exams.list(actor)
        return next((each for each in versions if each.exam.name == name), None)


def _exam_of(scene: Scene, items: tuple[ExamItem, ...]) -> Exam:
    return Exam(
        name=scene.name,
        title=scene.title,
        language=scene.language,
        scene=scene.name,
        pass_mark=scene.exam.pass_mark,
        items=items,
    )


def _with(exam: Exam | None, name: str, item: ExamItem) -> Exam:
    if exam is not None:
        others = tuple(each for each in exam.items if each.id != item.id)
        return exam.model_copy(update={"items": (*others, item)})
    own = {"name": name, "language": language_of(item.questions[-1])}
    return exam_of(ItemsRead((item,), own))
