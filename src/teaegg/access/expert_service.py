"""Experts on behalf of an actor: which there are for them, why, and who may decide about them."""

from __future__ import annotations

from collections.abc import Collection

from teaegg.access.expert_policy import ExpertExplanation, Teaching, explain_expert
from teaegg.access.names import checked_line
from teaegg.access.policy import require_manage
from teaegg.access.service import Access
from teaegg.core.actors import Actor, VisibleSet
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, NotAllowedError, NotFoundError
from teaegg.core.experts import ExpertState
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ALL_STATES, ExpertRecord, ExpertRecords, Widening
from teaegg.store.grants import GranteeKind

_EVERYTHING = VisibleSet(everything=True)
_MAX_WHY_CHARACTERS = 500
_SPEAKING: tuple[ExpertState, ...] = ("released",)
_CANDIDATE: tuple[ExpertState, ...] = ("candidate",)


class ExpertAccess:
    """Owners decide and see every expert in every state; others see the released that they may use.

    What an actor may not use raises the same NotFoundError as what is not there. Nothing is kept
    from one question to the next: a grant that is taken back works at once.
    """

    def __init__(
        self,
        access: Access,
        experts: ExpertRecords,
        lineage: LineageRecords,
        documents: DocumentRecords,
        clock: Clock,
    ) -> None:
        self._access = access
        self._experts = experts
        self._lineage = lineage
        self._documents = documents
        self._clock = clock

    def require_making(self, actor: Actor) -> None:
        """Raises NotAllowedError for who may not make experts, which is whoever is no owner."""
        require_manage(actor)

    async def list(self, actor: Actor) -> tuple[ExpertRecord, ...]:
        states = ALL_STATES if actor.is_owner else _SPEAKING
        return await self._experts.list(
            actor=actor, visible=await self._access.visible(actor), states=states
        )

    async def released(self, actor: Actor) -> tuple[ExpertRecord, ...]:
        """Those that answer now, one for each scene at most."""
        return await self._experts.list(
            actor=actor, visible=await self._access.visible(actor), states=_SPEAKING
        )

    async def find(
        self,
        actor: Actor,
        name: str,
        states: Collection[ExpertState] = _SPEAKING,
        *,
        prefer: ExpertState = "released",
    ) -> ExpertRecord:
        """The expert called `name`: an id, the beginning of one, or a scene.

        Of several of a scene it is the one in state `prefer`, else the newest. Only owners are shown
        other states than released. Raises NotFoundError, and InvalidRequestError for the beginning
        of several ids.
        """
        found = await self._experts.called(
            name,
            actor=actor,
            visible=await self._access.visible(actor),
            states=states if actor.is_owner else _SPEAKING,
        )
        by_scene = [record for record in found if record.expert.scene == name]
        if len(found) > 1 and not by_scene:
            raise InvalidRequestError(
                f"{len(found)} experts begin with {name[:80]!r}.", remedy="Give more of the id."
            )
        meant = sorted(by_scene or found, key=lambda record: record.state != prefer)
        if not meant:
            raise NotFoundError(
                f"There is no expert {name[:80]!r}.", remedy="See `teaegg expert list`."
            )
        return meant[0]

    async def why(self, user: str, name: str, *, asked_by: Actor) -> ExpertExplanation:
        """Why `user` may use the expert, or why not. Owners ask about everybody, others about
        themselves and what they may use."""
        if not asked_by.is_owner and user != asked_by.name:
            raise NotAllowedError(
                "Only owners may ask why another user uses an expert.",
                remedy="Ask about your own name, or ask an owner.",
            )
        record = await self.find(asked_by, name, ALL_STATES)
        return explain_expert(await self._access.standing(user), await self._teaching(record))

    async def releasable(self, actor: Actor, name: str) -> ExpertRecord:
        """The newest candidate of a scene, or the candidate or retired expert of that id."""
        require_manage(actor)
        record = await self.find(actor, name, ("candidate", "retired"), prefer="candidate")
        if record.expert.scene == name and record.state == "retired":
            raise NotFoundError(
                f"There is no candidate for {name[:80]!r}.",
                remedy="Make one: `teaegg distill`; or go back to the one before: "
                "`teaegg rollback`.",
            )
        return record

    async def in_use(self, actor: Actor, scene: str) -> ExpertRecord | None:
        """What answers for `scene` now, None for nothing. For owners."""
        require_manage(actor)
        found = await self._experts.called(
            scene, actor=actor, visible=_EVERYTHING, states=_SPEAKING
        )
        return next((record for record in found if record.expert.scene == scene), None)

    async def usable(self, actor: Actor, expert: str) -> ExpertRecord | None:
        """The candidate of that id if what taught it is the actor's to read: for whoever lets it
        stand beside the current release. None for any other."""
        found = await self._experts.called(
            expert, actor=actor, visible=await self._access.visible(actor), states=_CANDIDATE
        )
        return found[0] if found else None

    async def retire(self, actor: Actor, name: str, *, why: str = "") -> ExpertRecord:
        require_manage(actor)
        record = await self.find(actor, name, ("released", "candidate"))
        await self._experts.retire(
            record.id, by=actor.name, at=self._clock.now(), why=checked_reason(why)
        )
        return record

    async def widen(
        self, actor: Actor, name: str, kind: GranteeKind, grantee: str, *, why: str
    ) -> ExpertRecord:
        """Open an expert to a group or user beyond the readers of what taught it; `why` is kept."""
        require_manage(actor)
        if not why.strip():
            raise InvalidRequestError(
                "A widening needs its reason on record: what the expert learned becomes known to "
                "people who may not read it.",
                remedy="Say why.",
            )
        await self._access.require_grantee(kind, grantee)
        record = await self.find(actor, name, ("candidate", "released", "retired"))
        widening = Widening(kind, grantee, actor.name, self._clock.now(), checked_reason(why))
        await self._experts.widen(record.id, widening)
        return record

    async def narrow(
        self, actor: Actor, name: str, kind: GranteeKind, grantee: str
    ) -> ExpertRecord:
        """Take a widening back; it holds from the next question on."""
        require_manage(actor)
        record = await self.find(actor, name, ALL_STATES)
        if not await self._experts.narrow(record.id, kind, grantee):
            raise NotFoundError(
                f"The expert {record.id[:12]} was not widened to {kind} {grantee}.",
                remedy="See `teaegg expert show`.",
            )
        return record

    async def _teaching(self, record: ExpertRecord) -> Teaching:
        taught = await self._lineage.documents_of(record.id)
        found = [
            (item, await self._documents.get(item.document, visible=_EVERYTHING)) for item in taught
        ]
        return Teaching(
            expert=record.id,
            scene=record.expert.scene,
            state=record.state,
            documents=tuple(document for _, document in found if document is not None),
            gone=tuple(item.title for item, document in found if document is None),
            widenings=await self._experts.widenings(record.id),
        )


def checked_reason(why: str) -> str:
    """One line that fits the record. Raises InvalidRequestError."""
    return checked_line("reason", why.strip(), limit=_MAX_WHY_CHARACTERS)
