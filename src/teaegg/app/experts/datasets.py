"""The datasets of a workspace: made from what an actor may read, and shown to those who read it all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from teaegg.access import policy
from teaegg.access.service import Access
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import ConflictError, InvalidRequestError, NotFoundError
from teaegg.core.scenes import Scene
from teaegg.core.settings import TeacherSettings
from teaegg.distill.data import editing
from teaegg.distill.data.corpus import Corpus, StoredCorpus
from teaegg.distill.data.make import MOST_QUIZZED, DatasetReport, make_dataset
from teaegg.distill.data.manifest import (
    Manifest,
    Stage,
    read_manifest,
    stage_file,
    write_manifest,
)
from teaegg.distill.data.quiz import Student
from teaegg.distill.data.stages import OnProgress
from teaegg.distill.data.statistics import Statistics, statistics
from teaegg.distill.exchange.dataset import add_to_dataset, dataset_rows
from teaegg.distill.rows import Row
from teaegg.distill.teachers.base import Teacher
from teaegg.distill.teachers.egress import egress_record, place_of, require_leaving
from teaegg.distill.teachers.factory import make_teacher
from teaegg.distill.teachers.meter import Prices
from teaegg.retrieval.search import Searcher
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.records import Dataset, ExpertRecords
from teaegg.store.index import PassageIndex

ANSWERS_FILE = "answers.jsonl"
"""What a teacher answered; among the files of the dataset, so that forgetting a document finds it."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
Result = TypeVar("Result")


class Datasets:
    """Each method on behalf of an actor. A dataset tells what its documents say: whoever may not read
    every one of them gets the same NotFoundError as for one that is not there."""

    def __init__(
        self,
        folder: Path,
        access: Access,
        documents: DocumentRecords,
        index: PassageIndex,
        searcher: Searcher,
        teacher: TeacherSettings,
        clock: Clock,
        lineage: ExpertRecords,
    ) -> None:
        self._folder = folder
        self._access = access
        self._documents = documents
        self._index = index
        self._searcher = searcher
        self._teacher = teacher
        self._clock = clock
        self._lineage = lineage

    async def make(
        self,
        actor: Actor,
        scene: Scene,
        *,
        name: str = "",
        teacher: Teacher | None = None,
        student: Student | None = None,
        most_quizzed: int = MOST_QUIZZED,
        on_progress: OnProgress = lambda stage, done, total: None,
        on_cost: Callable[[str], None] = lambda shown: None,
    ) -> DatasetReport:
        """Make or bring up to date the dataset `name`, else the scene's, from what the actor may read.

        Without `teacher` it is the one of the settings, whose running cost `on_cost` hears. Raises
        NotAllowedError for members and for passages that may not leave, NotFoundError for a
        collection that the actor does not read or somebody else's dataset, else as `make_dataset`.
        """
        corpus = await self.corpus(actor, scene)
        folder = self._place(name or scene.name)
        if read_manifest(folder) is not None:
            await self._require(actor, folder)
        chosen = teacher or await self._teacher_of(scene, folder, on_cost)
        try:
            report = await make_dataset(
                scene,
                corpus,
                chosen,
                folder,
                clock=self._clock,
                student=student,
                most_quizzed=most_quizzed,
                on_progress=on_progress,
            )
        finally:
            if teacher is None:
                await chosen.close()
        # Before anything learns from it: whoever forgets a document finds its rows, and the run beside.
        dataset = self.record(report.manifest, scene)
        await self._lineage.record_dataset(dataset, report.manifest.documents)
        return report

    async def corpus(self, actor: Actor, scene: Scene) -> Corpus:
        """The documents of a scene, as far as the actor reads them.

        Raises NotAllowedError for members, NotFoundError for a collection that the actor does not read.
        """
        visible = await self._access.visible(actor)
        policy.require_distil(actor, scene.collections, visible)
        known = await self._access.list_collections(actor)
        for collection in scene.collections:
            if collection not in known:
                raise NotFoundError(
                    f"There is no collection {collection}.", remedy="See `teaegg collection list`."
                )
        return StoredCorpus(
            self._documents,
            self._index,
            self._searcher,
            visible=visible,
            collections=frozenset(scene.collections),
        )

    def record(self, manifest: Manifest, scene: Scene) -> Dataset:
        """What is kept on record of a dataset: its rows by hash, and where they lie below the home."""
        rows = manifest.stages.get("rows")
        return Dataset(
            hash=manifest.rows_hash,
            scene=scene.name,
            rows=rows.records if rows else 0,
            recorded_at=self._clock.now(),
            teacher=manifest.teacher,
            recipe=manifest.model_dump_json(include={"scene", "seed", "student"}),
            file=f"{self._folder.name}/{manifest.name}/{stage_file('rows')}",
        )

    def teacher_again(self, name: str) -> Teacher | None:
        """The teacher that rows on record call `name`; None where it is the one of the settings.

        Raises ConflictError where the settings name another: nobody else is asked in its place, and
        passages leave only as the settings of today allow.
        """
        now = self._teacher
        if name == "structure":
            rules = now.model_copy(update={"engine": "structure"})
            return make_teacher(rules, self._folder / ANSWERS_FILE, self._clock)
        if now.engine == "recorded" or (now.engine == "endpoint" and now.model == name):
            return None
        wanted = '"recorded"' if name == "recorded" else f'"endpoint" and teacher.model = "{name}"'
        raise ConflictError(
            f"The rows were taught by {name or 'nobody on record'}; the settings name "
            f"{now.model if now.engine == 'endpoint' else now.engine} now.",
            remedy=f"Set teacher.engine = {wanted} in teaegg.toml, or make an expert with the teacher "
            "of today: `teaegg distill SCENE-FILE`.",
        )

    async def list(self, actor: Actor) -> Sequence[Manifest]:
        """The datasets whose documents the actor may read, by name."""
        policy.require_distil(actor, (), await self._access.visible(actor))
        readable = await self._readable(actor)
        found = []
        for folder in sorted(self._folder.glob("*")):
            manifest = await asyncio.to_thread(read_manifest, folder)
            if manifest is not None and self._may_see(actor, manifest, readable):
                found.append(manifest)
        return found

    async def folder(self, actor: Actor, name: str) -> Path:
        """Where the files of a dataset are, for what trains on them."""
        folder = self._place(name)
        await self._require(actor, folder)
        return folder

    async def manifest(self, actor: Actor, name: str) -> Manifest:
        return await self._require(actor, self._place(name))

    async def bring(self, actor: Actor, name: str, rows: Sequence[Row]) -> int:
        """Add rows that were not made here; returns how many are new. Owners only: nobody knows whose
        documents such rows tell of, so that from then on only owners see the dataset."""
        policy.require_manage(actor)
        folder = self._place(name)
        manifest = await asyncio.to_thread(read_manifest, folder) or Manifest(name=name)
        # Marked before the first row is there; the true number follows.
        _note(folder, manifest, imported=manifest.imported + len(rows))
        added = await asyncio.to_thread(add_to_dataset, folder, rows)
        _note(folder, manifest, imported=manifest.imported + added)
        return added

    async def rows(self, actor: Actor, name: str) -> Sequence[Row]:
        """All training rows: those that were made and those that were brought."""
        return await self._in_folder(actor, name, lambda at: list(dataset_rows(at)))

    async def records(self, actor: Actor, name: str, stage: Stage) -> Sequence[Any]:
        """The records of one stage: `SplitDocument`, `Asked` or `Row`."""
        return await self._in_folder(actor, name, lambda at: editing.read_stage(at, stage))

    async def record_text(self, actor: Actor, name: str, stage: Stage, record: str) -> str:
        """One record as JSON on several lines."""
        return await self._in_folder(actor, name, lambda at: editing.record_text(at, stage, record))

    async def replace_record(
        self, actor: Actor, name: str, stage: Stage, record: str, text: str
    ) -> None:
        """Raises InvalidRequestError for what does not fit; the file then stays as it was."""
        await self._in_folder(
            actor, name, lambda at: editing.replace_record(at, stage, record, text)
        )

    async def set_field(
        self, actor: Actor, name: str, stage: Stage, record: str, field: str, value: str
    ) -> None:
        """As `replace_record`, for one field."""
        await self._in_folder(
            actor, name, lambda at: editing.set_field(at, stage, record, field, value)
        )

    async def drop_record(self, actor: Actor, name: str, stage: Stage, record: str) -> None:
        await self._in_folder(actor, name, lambda at: editing.drop_record(at, stage, record))

    async def replace_file(self, actor: Actor, name: str, stage: Stage, text: str) -> int:
        """As `replace_record`, for the whole file; returns how many records it has now."""
        return await self._in_folder(actor, name, lambda at: editing.replace_file(at, stage, text))

    async def statistics(self, actor: Actor, name: str, *, sample: int = 5) -> Statistics:
        manifest = await self.manifest(actor, name)
        return await self._in_folder(
            actor, name, lambda at: statistics(at, manifest, sample=sample)
        )

    async def _teacher_of(
        self, scene: Scene, folder: Path, on_cost: Callable[[str], None]
    ) -> Teacher:
        """The teacher of the settings. What may leave is decided and noted before anything is sent."""
        settings = self._teacher
        if settings.engine == "endpoint":
            place = await place_of(settings.base_url)
            require_leaving(settings, place, scene.collections)
            manifest = read_manifest(folder) or Manifest(name=folder.name)
            _note(folder, manifest, egress=egress_record(settings, place, scene.collections))
        prices = Prices.of(settings)
        return make_teacher(
            settings,
            folder / ANSWERS_FILE,
            self._clock,
            tell=lambda usage: on_cost(prices.shown(usage)),
        )

    async def _in_folder(self, actor: Actor, name: str, work: Callable[[Path], Result]) -> Result:
        folder = self._place(name)
        await self._require(actor, folder)
        return await asyncio.to_thread(work, folder)

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise InvalidRequestError(
                f"{name[:80]!r} cannot name a dataset.", remedy="Use a-z, 0-9 and hyphens."
            )
        return self._folder / name

    async def _require(self, actor: Actor, folder: Path) -> Manifest:
        policy.require_distil(actor, (), await self._access.visible(actor))
        manifest = await asyncio.to_thread(read_manifest, folder)
        readable = await self._readable(actor)
        if manifest is None or not self._may_see(actor, manifest, readable):
            raise NotFoundError(
                f"There is no dataset {folder.name}.", remedy="See `teaegg data list`."
            )
        return manifest

    async def _readable(self, actor: Actor) -> frozenset[str]:
        found = await self._documents.list(visible=await self._access.visible(actor))
        return frozenset(document.id for document in found)

    def _may_see(self, actor: Actor, manifest: Manifest, readable: frozenset[str]) -> bool:
        """Owners see all, also of documents that are forgotten by now and rows that were brought;
        nobody else can prove a right to these."""
        if actor.is_owner:
            return True
        return not manifest.imported and readable.issuperset(manifest.documents)


def _note(folder: Path, manifest: Manifest, **values: Any) -> None:
    write_manifest(folder, manifest.model_copy(update=values))
