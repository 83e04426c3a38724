"""The exams of a workspace: kept in versions, reviewed and signed, for owners only.

Exams hold what documents say and which answers are right: whoever is no owner gets the same
NotAllowedError whatever is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from teaegg.access.policy import require_manage
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.core.exams import Exam, ExamItem
from teaegg.store.exams.records import ExamRecords, ExamVersion, Signature


@dataclass(frozen=True, slots=True)
class ReviewedExam:
    """A version of an exam and who stands for which of its items (by their hashes)."""

    version: ExamVersion
    signatures: Mapping[str, Signature]

    @property
    def unsigned(self) -> tuple[ExamItem, ...]:
        """The items that nobody has signed: they are counted apart everywhere."""
        items = self.version.exam.items
        return tuple(item for item in items if item.hash not in self.signatures)


class Exams:
    """Each method on behalf of an actor."""

    def __init__(self, records: ExamRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def keep(
        self,
        actor: Actor,
        exam: Exam,
        *,
        note: str = "",
        after: str | None = None,
        documents: Collection[str] = (),
    ) -> ExamVersion:
        """`exam` as the next version of its name.

        `after` is the id of the version that was edited: raises ConflictError when another has come
        since, and nothing of either is lost; and where one of `documents` is not there any more.
        """
        require_manage(actor)
        return await self._records.keep(
            exam, by=actor.name, at=self._clock.now(), note=note, after=after, documents=documents
        )

    async def list(self, actor: Actor, scene: str | None = None) -> Sequence[ExamVersion]:
        """The newest version of every exam by name; with `scene` only of those that examine it."""
        require_manage(actor)
        return await self._records.newest(scene)

    async def find(self, actor: Actor, name: str, version: int | None = None) -> ExamVersion:
        """The exam called `name`, its newest version where none is given, or the one of that id.

        Raises NotFoundError, and InvalidRequestError where several ids begin so.
        """
        require_manage(actor)
        found = await self._records.called(name, version)
        called = [each for each in found if each.exam.name == name] or found
        if not called:
            numbered = f" of version {version}" if version else ""
            raise NotFoundError(
                f"There is no exam {name[:80]!r}{numbered}.", remedy="See `teaegg exam list`."
            )
        if called[0].exam.name != name and len(called) > 1:
            raise InvalidRequestError(
                f"{len(called)} exams have an id that begins with {name}.",
                remedy="Give more of it, or the name.",
            )
        return called[0]

    async def reviewed(self, actor: Actor, name: str, version: int | None = None) -> ReviewedExam:
        """As `find`, with the signatures of its items."""
        return await self.review(actor, await self.find(actor, name, version))

    async def review(self, actor: Actor, version: ExamVersion) -> ReviewedExam:
        require_manage(actor)
        hashes = [item.hash for item in version.exam.items]
        return ReviewedExam(version, await self._records.signatures(hashes))

    async def sign(
        self, actor: Actor, name: str, items: Collection[str] = (), *, note: str = ""
    ) -> Sequence[ExamItem]:
        """Stand for the `items` (by their ids in the newest version; none: all). Returns those that
        nobody had signed before; the first signature of an item stays."""
        reviewed = await self.reviewed(actor, name)
        chosen = _chosen(reviewed.version.exam, items)
        new = [item for item in chosen if item.hash not in reviewed.signatures]
        at = self._clock.now()
        await self._records.sign([Signature(item.hash, actor.name, at, note) for item in new])
        return new

    async def unsign(self, actor: Actor, name: str, items: Collection[str] = ()) -> int:
        """Take signatures of the newest version's `items` (none: all) back; how many there were."""
        version = await self.find(actor, name)
        return await self._records.unsign([i.hash for i in _chosen(version.exam, items)])


def _chosen(exam: Exam, ids: Collection[str]) -> Sequence[ExamItem]:
    known = {item.id: item for item in exam.items}
    if missing := [name for name in ids if name not in known]:
        raise NotFoundError(
            f"The exam {exam.name} has no item {missing[0][:80]!r}.",
            remedy=f"See `teaegg exam show {exam.name}`.",
        )
    return [known[name] for name in ids] if ids else exam.items
