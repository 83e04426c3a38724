"""What is known of a scene, gathered from all records: documents, rows, exams, experts, real talks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teaegg.access.policy import require_manage
from teaegg.access.service import Access
from teaegg.app.exams.register import Exams, ReviewedExam
from teaegg.app.experts.datasets import Datasets
from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError
from teaegg.core.exams import Area
from teaegg.core.scenes import Scene
from teaegg.distill.data.manifest import Manifest
from teaegg.evals.friction import friction
from teaegg.evals.gate.planning import items_needed
from teaegg.evals.gate.policy import Policy
from teaegg.evals.readiness.base import AREAS, Facts, Readiness
from teaegg.evals.readiness.checklist import readiness
from teaegg.store.documents import DocumentRecords
from teaegg.store.exams.feedback import FeedbackRecords
from teaegg.store.experts.records import ExpertRecord
from teaegg.store.releases.verdicts import VerdictRecords


@dataclass(frozen=True, slots=True)
class ReadinessSources:
    """Where the facts stand."""

    access: Access
    documents: DocumentRecords
    datasets: Datasets
    experts: Experts
    exams: Exams
    feedback: FeedbackRecords
    verdicts: VerdictRecords
    policy: Callable[[], Policy]


class Readying:
    """How far scenes are from production, for owners."""

    def __init__(self, sources: ReadinessSources) -> None:
        self._from = sources

    async def of(self, actor: Actor, scene: Scene, *, file: str = "") -> Readiness:
        """The checklist of a scene whose file was read. Raises NotAllowedError for non-owners."""
        require_manage(actor)
        return readiness(await self._facts(actor, scene, file))

    async def called(self, actor: Actor, name: str) -> Readiness:
        """The checklist of the scene `name`, as its newest dataset, expert or exam knows it.

        Raises NotFoundError where none does, NotAllowedError for non-owners.
        """
        require_manage(actor)
        kept = [
            m.scene for m in await self._from.datasets.list(actor) if m.scene.get("name") == name
        ]
        experts = await self._experts(actor, name)
        if not kept and not experts and not await self._from.exams.list(actor, name):
            raise NotFoundError(
                f"There is no scene {name[:80]!r}: no dataset, expert or exam is of it.",
                remedy="Name its file, or write one: teaegg scene new NAME.",
            )
        return readiness(await self._facts(actor, _scene(name, kept, experts), ""))

    async def _facts(self, actor: Actor, scene: Scene, file: str) -> Facts:
        readable, quarantined = await self._documents(actor, scene.collections)
        versions = await self._from.exams.list(actor, scene.name)
        exams = [await self._from.exams.review(actor, version) for version in versions]
        experts = await self._experts(actor, scene.name)
        manifests = [
            manifest
            for manifest in await self._from.datasets.list(actor)
            if manifest.scene.get("name") == scene.name
        ]
        feedback = self._from.feedback
        said = await feedback.list(scene=scene.name)
        return Facts(
            scene=scene.name,
            file=file,
            collections=scene.collections,
            documents=readable,
            quarantined=quarantined,
            rows=max(map(_rows, manifests), default=0),
            rows_wanted=scene.rows,
            exams=tuple(exam.version.exam.name for exam in exams),
            signed=_by_area(exams, signed=True),
            unsigned=_by_area(exams, signed=False),
            needed=_needed(self._from.policy()),
            owner=scene.owner,
            owner_known=await self._is_known(scene.owner),
            expert=next((one.id for one in experts), ""),
            passed=await self._passed(experts[0].id) if experts else None,
            released=next((one.id for one in experts if one.state == "released"), ""),
            friction=friction(
                await feedback.answers(scene.name),
                await feedback.turns(scene.name),
                [judged.feedback for judged in said],
            ),
        )

    async def _documents(self, actor: Actor, collections: Sequence[str]) -> tuple[int, int]:
        """(can be read, cannot)."""
        visible = await self._from.access.visible(actor)
        found = [
            document
            for collection in collections
            for document in await self._from.documents.list(visible=visible, collection=collection)
        ]
        unreadable = sum(document.state == "quarantined" for document in found)
        return len(found) - unreadable, unreadable

    async def _experts(self, actor: Actor, scene: str) -> Sequence[ExpertRecord]:
        """Those that may still answer, the newest first."""
        found = await self._from.experts.access.list(actor)
        mine = [one for one in found if one.expert.scene == scene and one.state != "withdrawn"]
        return sorted(mine, key=lambda one: one.registered_at, reverse=True)

    async def _passed(self, expert: str) -> bool | None:
        """What the gate said of it last; None where it was not asked."""
        verdicts = await self._from.verdicts.of_expert(expert)
        return verdicts[0].passes if verdicts else None

    async def _is_known(self, owner: str) -> bool:
        if not owner:
            return False
        try:
            await self._from.access.actor(owner)
        except NotFoundError:
            return False
        return True


def _scene(name: str, kept: Sequence[Mapping[str, Any]], experts: Sequence[ExpertRecord]) -> Scene:
    """The scene as far as records tell of it; a dataset tells all."""
    known: Mapping[str, Any] = kept[-1] if kept else {}
    collections = known.get("collections") or (experts[0].collections if experts else ())
    return Scene(
        name=name,
        title=known.get("title", name),
        asks=known.get("asks", ""),
        problem=known.get("problem", ""),
        collections=tuple(collections),
        language=known.get("language", "zh"),
        rows=known.get("rows", 0),
        owner=known.get("owner", ""),
    )


def _rows(manifest: Manifest) -> int:
    """Rows to train with; 0 while the dataset is being made."""
    stage = manifest.stages.get("rows")
    return stage.records if stage else 0


def _by_area(exams: Sequence[ReviewedExam], *, signed: bool) -> Mapping[Area, int]:
    """Items by area; one that stands in two exams counts once."""
    items = {
        item.hash: item.area
        for exam in exams
        for item in exam.version.exam.items
        if (item.hash in exam.signatures) == signed
    }
    return Counter(items.values())


def _needed(policy: Policy) -> Mapping[Area, int]:
    """How many items each area takes. Speed needs none of its own: every item has a time."""
    wanted = {criterion.subject: criterion for criterion in policy.criteria}
    return {area: items_needed(wanted[area], policy) for area in AREAS if area in wanted}
