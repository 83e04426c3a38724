"""Experts behind every door: registered, asked, traced back to what taught them, taken back with it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from teaegg import __version__
from teaegg.access.expert_service import ExpertAccess
from teaegg.access.policy import require_manage
from teaegg.access.service import Access
from teaegg.app.experts.models import BaseHash, require_base
from teaegg.core.actors import LOCAL_OWNER, Actor, VisibleSet
from teaegg.core.clock import Clock
from teaegg.core.documents import Document
from teaegg.core.errors import ConflictError, NotFoundError, StorageError
from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.distill.export.factory import write_merged
from teaegg.distill.lineage.forgetting import Forgetting
from teaegg.distill.lineage.remaking import successors, waiting
from teaegg.distill.packs.lineage import manifest_kept
from teaegg.distill.packs.manifest import PackManifest
from teaegg.ingest.learning.learner import Learner
from teaegg.models.templates import template_named
from teaegg.retrieval.reading import ExpertModels, ReadingExpert
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.files import ADAPTER, ExpertFiles
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import (
    ALL_STATES,
    Change,
    Dataset,
    ExpertRecord,
    ExpertRecords,
    TrainingDocument,
    Widening,
)

ExportForm = Literal["adapter", "peft", "merged", "merged-f16"]
Standing = Literal["as learned", "changed since", "forgotten"]
_EVERYTHING = VisibleSet(everything=True)
UNPACKED = "unpacked"
"""Under this name the record of an expert's training says in which pack it came."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A document that taught an expert, and how it stands now."""

    document: TrainingDocument
    standing: Standing


@dataclass(frozen=True, slots=True)
class Succession:
    """Ids: of the withdrawn expert that one was made again for ("": none), and of those made again
    for it; whether it waits to be made again."""

    remakes: str = ""
    remade_as: tuple[str, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CameIn:
    """What the pack said that an expert came in, who had signed it (the name under which the `key` was
    trusted), and the folder with its files."""

    manifest: PackManifest
    signer: str
    key: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Lineage:
    """All that made an expert and all that became of it; `elsewhere` is what the pack says that it came
    in, if it did."""

    record: ExpertRecord
    succession: Succession
    documents: tuple[Taught, ...]
    dataset: Dataset | None
    changes: tuple[Change, ...]
    widenings: tuple[Widening, ...]
    elsewhere: CameIn | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went with forgotten documents, as far as the actor may know of it; of the `experts` those
    of `waiting` are to be made again."""

    datasets: tuple[Dataset, ...]
    experts: tuple[ExpertRecord, ...]
    waiting: tuple[ExpertRecord, ...]


@dataclass(frozen=True, slots=True)
class ExpertParts:
    """What experts are kept in, who lends their models, on which base (None: the bundled one), and how
    to learn which one that is."""

    records: ExpertRecords
    lineage: LineageRecords
    files: ExpertFiles
    forgetting: Forgetting
    models: ExpertModels
    base: Path | None
    base_hash: BaseHash


class Experts:
    """`access` lists, explains and decides; the rest is here because it touches files or models.

    An expert that an actor may not use raises the same NotFoundError as one that is not there.
    """

    def __init__(
        self,
        parts: ExpertParts,
        access: Access,
        documents: DocumentRecords,
        learner: Learner,
        clock: Clock,
    ) -> None:
        self.access = ExpertAccess(access, parts.records, parts.lineage, documents, clock)
        self._visible = access.visible
        self._records = parts.records
        self._lineage = parts.lineage
        self._files = parts.files
        self._base = parts.base
        self._base_hash = parts.base_hash
        self._models = parts.models
        self._documents = documents
        self._learner = learner
        self._clock = clock
        self._checked: dict[str, Path] = {}

    async def training_documents(
        self, actor: Actor, documents: Sequence[str]
    ) -> tuple[TrainingDocument, ...]:
        """The documents as they are now: asked for when they are learned from, kept to `register`.

        Raises NotFoundError for one that is not there or not the actor's.
        """
        visible = await self._visible(actor)
        found = []
        for name in documents:
            document = await self._documents.get(name, visible=visible)
            if document is None:
                raise NotFoundError(
                    f"There is no document {name[:80]!r}.", remedy="See `teaegg documents`."
                )
            found.append(TrainingDocument.of(document))
        return tuple(found)

    async def register(
        self,
        actor: Actor,
        folder: Path,
        expert: Expert,
        documents: Sequence[TrainingDocument],
        *,
        scene: Scene,
        dataset: Dataset,
        training: Mapping[str, Any],
        why: str = "",
        remakes: str = "",
    ) -> ExpertRecord:
        """A candidate from the `folder` of an export; registering the same again changes nothing.

        `documents` are all that the rows of `dataset` tell of, `training` the recipe and the facts of
        the run, `remakes` the id of the withdrawn expert that it was made again for. Raises
        InvalidRequestError for a folder that holds another adapter, ConflictError
        when a document was forgotten meanwhile, StorageError when the disk refuses.
        """
        require_manage(actor)
        await self._files.check(expert, folder)
        record = ExpertRecord(
            expert=expert,
            state="candidate",
            registered_at=self._clock.now(),
            title=scene.title,
            collections=scene.collections,
            training=training,
            code=__version__,
            remakes=remakes,
        )
        await self._records.register(record, dataset, documents, by=actor.name, why=why)
        await self._files.put(expert, folder)
        return await self.access.find(actor, expert.id, ALL_STATES)

    async def whole(self, actor: Actor, name: str) -> tuple[Lineage, Path]:
        """An expert that may still speak, with what made it and its folder as it was written. For owners."""
        require_manage(actor)
        record = await self.access.find(actor, name, ("candidate", "released", "retired"))
        return await self.lineage(actor, record.id), await self._files.opened(record.expert)

    async def take_in(
        self, actor: Actor, folder: Path, record: ExpertRecord, dataset: Dataset, *, why: str = ""
    ) -> ExpertRecord:
        """A candidate that was made elsewhere; taking in the same again changes nothing.

        What taught it is not here, so only owners may use it until they widen it. Its files come
        before its record: a kill in between leaves no expert without them. Raises ConflictError for
        one that was withdrawn here, StorageError when the disk refuses.
        """
        require_manage(actor)
        if record.id in await self._lineage.withdrawn():
            # Asked before anything is written: its weights must not come back by way of a pack.
            raise ConflictError(
                f"The expert {record.id[:12]} was withdrawn here and does not come back.",
                remedy="See `teaegg expert lineage` for what it learned from.",
            )
        known = await self._lineage.dataset(dataset.hash)
        await self._files.put(record.expert, folder)
        await self._records.register(record, known or dataset, (), by=actor.name, why=why)
        return await self.access.find(actor, record.id, ALL_STATES)

    async def require_ready(self, record: ExpertRecord, after: ExpertRecord | None = None) -> None:
        """Raises ModelError for an expert of another base than the one that runs here, since what is
        released has to answer the next question; StorageError unless its files are as written.

        `after` speaks now, so that its base need not be looked at again, which can take a second.
        """
        if after is None or after.expert.base != record.expert.base:
            await require_base(record.expert, self._base_hash)
        await self._files.opened(record.expert)

    async def reading(self, actor: Actor, name: str, *, sandbox: bool = False) -> ReadingExpert:
        """The expert called `name`, ready to be asked: released, and one that the actor may use.

        `sandbox` is for owners who try a candidate. Raises NotFoundError, StorageError when its
        files are damaged, ModelError when it does not fit the engine that runs here.
        """
        if sandbox:
            require_manage(actor)
            record = await self.access.find(
                actor, name, ("candidate", "released", "retired"), prefer="candidate"
            )
        else:
            record = await self.access.find(actor, name)
        return await self._ready(record)

    async def reading_candidate(self, actor: Actor, expert: str) -> ReadingExpert | None:
        """The candidate of that id, for who may read all that taught it; else None. For whoever was
        told by an owner to let it answer beside the release. Raises as `reading`."""
        record = await self.access.usable(actor, expert)
        return None if record is None else await self._ready(record)

    async def _ready(self, record: ExpertRecord) -> ReadingExpert:
        if record.id not in self._checked:
            self._checked[record.id] = await self._files.opened(record.expert)
        chat = await self._models.chat(record.expert, self._checked[record.id])
        return ReadingExpert(record.expert, record.state, chat, frozenset(record.collections))

    async def export(self, actor: Actor, name: str, form: ExportForm, target: Path) -> ExpertRecord:
        """Write an expert to `target` for another program. Only owners: what it learned leaves with it.

        `adapter` is the GGUF file that llama.cpp loads beside its base, `peft` the folder of
        transformers and vLLM, `merged` and `merged-f16` one GGUF file of base and adapter. Raises
        ConflictError where `target` exists.
        """
        require_manage(actor)
        record = await self.access.find(actor, name, ALL_STATES)
        place = await self._files.opened(record.expert)
        await asyncio.to_thread(_write, record.expert, place, form, target, self._base)
        return record

    async def lineage(self, actor: Actor, name: str) -> Lineage:
        """What made the expert. For owners: its documents may be hidden even from who may use it."""
        record = await self.access.find(actor, name, ALL_STATES)
        require_manage(actor)
        visible = await self._visible(actor)
        taught = []
        for item in await self._lineage.documents_of(record.id):
            now = await self._documents.get(item.document, visible=visible)
            taught.append(Taught(item, _standing(item, now)))
        return Lineage(
            record=record,
            succession=await self.succession(actor, record),
            documents=tuple(taught),
            dataset=await self._lineage.dataset(record.expert.dataset),
            changes=await self._records.changes(record.id),
            widenings=await self._records.widenings(record.id),
            elsewhere=await self.came_in(actor, record),
        )

    async def came_in(self, actor: Actor, record: ExpertRecord) -> CameIn | None:
        """The pack in which an expert came, as far as it was kept; only owners are told of it."""
        if not actor.is_owner:
            return None
        folder = self._files.place(record.id)
        manifest = await asyncio.to_thread(manifest_kept, folder)
        origin = record.training.get(UNPACKED, {})
        signer, key = (str(origin.get(name, "")) for name in ("signer", "key"))
        return CameIn(manifest, signer, key, folder) if manifest else None

    async def forget(self, actor: Actor, documents: Sequence[Document]) -> Forgotten:
        """Forget documents with all that learned from them, and say what that was."""
        names = [document.id for document in documents]
        taught = await self._lineage.experts_from(names)
        datasets = await self._lineage.datasets_from(names) if actor.is_owner else ()
        known = await self.access.list(actor)
        await self._learner.forget(documents, by=actor.name)
        gone = [item for item in known if item.id in taught and item.state != "withdrawn"]
        told = {item.id for item in gone}
        waiting_now = [item for item in await self._waiting() if item.id in told]
        return Forgotten(datasets, tuple(gone), tuple(waiting_now))

    async def everything(self, actor: Actor) -> tuple[Sequence[ExpertRecord], frozenset[str]]:
        """Every expert, and the ids of those whose files are kept. For owners."""
        require_manage(actor)
        return await self._all()

    async def waiting(self, actor: Actor) -> tuple[ExpertRecord, ...]:
        """Withdrawn experts that wait to be made again, one for each scene; only owners know of any."""
        return await self._waiting() if actor.is_owner else ()

    async def succession(self, actor: Actor, record: ExpertRecord) -> Succession:
        """What `record` was made again for and as; only owners know of withdrawn experts."""
        if not actor.is_owner:
            return Succession()
        records, kept = await self._all()
        remade = successors(records, record.id, kept)
        waits = waiting(records, await self._lineage.states_before_withdrawal(), kept)
        return Succession(record.remakes, tuple(item.id for item in remade), record in waits)

    async def to_remake(self, actor: Actor, name: str) -> ExpertRecord:
        """The withdrawn expert called `name` that can be made again: of a scene the one that waits for it.

        Raises NotFoundError, ConflictError where it speaks still or was made again already.
        """
        waits = [item for item in await self.waiting(actor) if item.expert.scene == name]
        record = waits[0] if waits else await self.access.find(actor, name, ALL_STATES)
        require_manage(actor)
        shown = f"{record.expert.scene} ({record.id[:12]})"
        if record.state != "withdrawn":
            raise ConflictError(
                f"{shown} is {record.state}, not withdrawn: there is nothing to make again.",
                remedy="Make another expert of the scene: `teaegg distill SCENE-FILE`.",
            )
        if remade := (await self.succession(actor, record)).remade_as:
            raise ConflictError(
                f"{shown} was made again already, as {remade[0][:12]}.",
                remedy=f"See `teaegg expert show {remade[0][:12]}`; make another: "
                "`teaegg distill SCENE-FILE`.",
            )
        return record

    async def spent_recipes(self, dataset: Dataset) -> frozenset[str]:
        """Hashes of recipes that would make a withdrawn expert of these rows once more, which may
        never come back."""
        return await self._lineage.withdrawn_recipes(dataset.hash)

    async def _waiting(self) -> tuple[ExpertRecord, ...]:
        records, kept = await self._all()
        return waiting(records, await self._lineage.states_before_withdrawal(), kept)

    async def _all(self) -> tuple[Sequence[ExpertRecord], frozenset[str]]:
        """Every expert, whoever asks, and the ids of those whose files are kept."""
        records = await self._records.list(actor=LOCAL_OWNER, visible=_EVERYTHING)
        return records, await self._files.kept([record.id for record in records])


def _write(expert: Expert, place: Path, form: ExportForm, target: Path, base: Path | None) -> None:
    if target.exists():
        raise ConflictError(f"{target} is there already.", remedy="Name another file.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if form == "adapter":
            shutil.copyfile(place / ADAPTER, target)
        elif form == "peft":
            shutil.copytree(place / "peft", target)
    except OSError as error:
        raise StorageError(
            f"{target} cannot be written: {error.strerror or error}.",
            remedy="Check the free space and who may write there.",
        ) from error
    if form in ("merged", "merged-f16"):
        template = template_named(expert.template)
        precision: Literal["q8_0", "f16"] = "q8_0" if form == "merged" else "f16"
        write_merged(place / "peft", target, precision, template, base=base, threads=0)


def _standing(item: TrainingDocument, now: Document | None) -> Standing:
    if now is None:
        return "forgotten"
    return "as learned" if now.version == item.version else "changed since"
