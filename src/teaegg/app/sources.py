"""The sources of a workspace: named, scheduled, brought in step, with what came of it. Owners only."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast

from teaegg.access import policy
from teaegg.access.names import checked_name
from teaegg.access.service import Access
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import (
    ConflictError,
    NotFoundError,
    SourceUnavailableError,
    TeaEggError,
)
from teaegg.core.settings import SourceSettings
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.learning.outcomes import FileOutcome, LearnProgress
from teaegg.ingest.sources.addresses import SecretOf, is_address, lasting
from teaegg.ingest.sources.base import Source
from teaegg.ingest.sources.factory import open_source
from teaegg.ingest.sources.permissions import FollowPermissions
from teaegg.ingest.sources.schedules import parse_schedule
from teaegg.store.documents import DocumentRecords
from teaegg.store.sources import UNFINISHED, SourceRecord, SourceRecords

_RETRY_AFTER = timedelta(minutes=15)
# Longer than most runs: a second process beside one that still goes on would only do the work twice.
_INTERRUPTED_AFTER = timedelta(hours=1)

OnProgress = Callable[[LearnProgress], None]


class Sources:
    """Everything that can be done with sources, each method on behalf of an actor."""

    def __init__(
        self,
        records: SourceRecords,
        documents: DocumentRecords,
        access: Access,
        learner: Learner,
        settings: SourceSettings,
        clock: Clock,
        secret_of: SecretOf,
    ) -> None:
        self._records = records
        self._documents = documents
        self._access = access
        self._learner = learner
        self._settings = settings
        self._clock = clock
        self._secret_of = secret_of

    @asynccontextmanager
    async def opened(
        self, actor: Actor, address: str, permissions: FollowPermissions = "record"
    ) -> AsyncIterator[Source]:
        """The source at `address`, closed at the end.

        Raises NotAllowedError: what lies behind an address is reached with this machine's rights,
        so only owners name one. Else raises as `open_source` says.
        """
        if is_address(address) or permissions == "follow":
            policy.require_manage(actor)
        source = await open_source(
            address, self._settings, self._clock, self._secret_of, permissions=permissions
        )
        try:
            yield source
        finally:
            await source.close()

    async def add(
        self,
        actor: Actor,
        name: str,
        address: str,
        collection: str,
        *,
        schedule: str = "",
        permissions: FollowPermissions = "record",
    ) -> SourceRecord:
        """Remember a source; nothing is fetched yet. Makes the collection when there is none.

        Raises InvalidRequestError for an address or schedule that cannot be understood, SettingsError
        for a secret that is missing, ConflictError for a taken name.
        """
        policy.require_manage(actor)
        checked_name("source", name)
        if schedule:
            parse_schedule(schedule)
        address = lasting(address)
        async with self.opened(actor, address, permissions):
            pass
        if await self._records.get(name) is not None:
            raise ConflictError(
                f"The source {name} exists already.", remedy="Choose another name, or remove it."
            )
        if collection not in await self._access.list_collections(actor):
            await self._access.create_collection(actor, collection)
        record = SourceRecord(
            name=name,
            address=address,
            collection=collection,
            schedule=schedule,
            permissions=permissions,
            added_by=actor.name,
            added_at=self._clock.now(),
        )
        await self._records.add(record)
        return record

    async def list(self, actor: Actor) -> tuple[SourceRecord, ...]:
        policy.require_manage(actor)
        return await self._records.list()

    async def remove(self, actor: Actor, name: str, *, forget: bool = False) -> int:
        """Stop keeping it in step; with `forget`, its documents go as well. Returns how many went."""
        record = await self._require(actor, name)
        gone = []
        if forget:
            async with self.opened(actor, record.address) as source:
                known = await self._documents.under_root(record.collection, source.root)
            gone = [item.document for item in known.values()]
            await self._learner.forget(gone)
        await self._records.remove(name)
        return len(gone)

    async def due(self, actor: Actor) -> Sequence[SourceRecord]:
        """Those whose schedule says that it is time."""
        now = self._clock.now().astimezone()
        return [record for record in await self.list(actor) if _is_due(record, now)]

    async def sync(
        self, actor: Actor, name: str, on_progress: OnProgress = lambda _: None
    ) -> Sequence[FileOutcome]:
        """Bring the source's documents in step. What goes wrong is remembered and raised.

        Raises ConflictError when another process has just begun, SourceUnavailableError when the
        source did not answer, and whatever learning raises.
        """
        record = await self._require(actor, name)
        if not await self._records.begin(name, record.tried_at, self._clock.now()):
            raise ConflictError(
                f"The source {name} is being brought in step already.", remedy="Wait for it."
            )
        try:
            outcomes = await self._learned(actor, record, on_progress)
        except TeaEggError as error:
            await self._records.fail(name, str(error))
            raise
        counts = Counter(str(item.outcome) for item in outcomes)
        await self._records.succeed(name, self._clock.now(), counts)
        return outcomes

    async def _learned(
        self, actor: Actor, record: SourceRecord, on_progress: OnProgress
    ) -> Sequence[FileOutcome]:
        permissions = cast(FollowPermissions, record.permissions)
        async with self.opened(actor, record.address, permissions) as source:
            outcomes = await self._learner.learn(
                [source], collection=record.collection, on_progress=on_progress
            )
        silent = next((item for item in outcomes if not item.document), None)
        if silent is not None:
            raise SourceUnavailableError(silent.reason)
        return outcomes

    async def _require(self, actor: Actor, name: str) -> SourceRecord:
        policy.require_manage(actor)
        record = await self._records.get(name)
        if record is None:
            raise NotFoundError(
                f"There is no source {name[:80]!r}.", remedy="See `teaegg sources list`."
            )
        return record


def _is_due(record: SourceRecord, now: datetime) -> bool:
    """By its schedule, or sooner after an error: a daily source must not lose a day to a short outage."""
    if not record.schedule:
        return False
    if parse_schedule(record.schedule).is_due(record.tried_at, now):
        return True
    if not record.error or record.tried_at is None:
        return False
    wait = _INTERRUPTED_AFTER if record.error == UNFINISHED else _RETRY_AFTER
    return now - record.tried_at >= wait
