"""The sources of a workspace: named, scheduled, brought in step, with what came of it. Owners only."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from teaegg.access import policy
from teaegg.access.names import checked_name
from teaegg.access.service import Access
from teaegg.app.source_states import SourceState, state_of
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.documents import Document
from teaegg.core.errors import (
    ConflictError,
    NotAllowedError,
    NotFoundError,
    SourceUnavailableError,
    TeaEggError,
)
from teaegg.core.settings import SourceSettings
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.learning.outcomes import FileOutcome, LearnProgress
from teaegg.ingest.sources.addresses import SecretOf, holds_secret, is_address, lasting, local_path
from teaegg.ingest.sources.base import Source
from teaegg.ingest.sources.factory import kind_of, open_source
from teaegg.ingest.sources.permissions import FollowPermissions
from teaegg.ingest.sources.schedules import parse_schedule
from teaegg.store.documents import DocumentRecords
from teaegg.store.sources import SourceRecord, SourceRecords

_LOG = logging.getLogger(__name__)

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
        self._running: dict[str, LearnProgress | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

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

    async def add_offered(
        self, actor: Actor, name: str, address: str, collection: str, *, schedule: str = ""
    ) -> SourceRecord:
        """As `add`, for somebody who is not at this machine: the web page.

        A web page, or a folder below one of `sources.offered_folders`: whoever has only an account
        must not read this machine's files with it. Addresses with secrets are left to the command
        line, since ${NAME} could send any secret of the environment to any server. Raises
        NotAllowedError for every other address.
        """
        policy.require_manage(actor)
        if kind_of(address) == "folder":
            await asyncio.to_thread(self._require_offered, address)
        elif not address.lower().startswith(("http://", "https://")) or holds_secret(address):
            raise NotAllowedError(
                "Only folders and web pages without secrets can be added here.",
                remedy="Add it on the server: teaegg sources add NAME ADDRESS.",
            )
        return await self.add(actor, name, address, collection, schedule=schedule)

    def offered_folders(self, actor: Actor) -> tuple[str, ...]:
        """Folders below which a source can be added on the web page."""
        policy.require_manage(actor)
        return tuple(str(local_path(folder)) for folder in self._settings.offered_folders)

    def _require_offered(self, address: str) -> None:
        """Where links lead counts, not where they lie."""
        wanted = Path(local_path(address)).resolve()
        offered = (local_path(folder).resolve() for folder in self._settings.offered_folders)
        if not any(wanted.is_relative_to(folder) for folder in offered):
            raise NotAllowedError(
                f"The folder {address[:300]} is not below one that the settings offer.",
                remedy="Name its folder in sources.offered_folders, or add it on the server: "
                "teaegg sources add.",
            )

    async def list(self, actor: Actor) -> tuple[SourceRecord, ...]:
        policy.require_manage(actor)
        return await self._records.list()

    async def states(self, actor: Actor) -> tuple[SourceState, ...]:
        # Noted before the records are read: a run that ends in between has written its record by then.
        running = dict(self._running)
        return tuple(self._state(record, running) for record in await self.list(actor))

    async def state(self, actor: Actor, name: str) -> SourceState:
        running = dict(self._running)
        return self._state(await self._require(actor, name), running)

    async def documents_of(self, actor: Actor, name: str) -> Sequence[Document]:
        """What was learned from it and is still known."""
        record = await self._require(actor, name)
        async with self.opened(actor, record.address) as source:
            known = await self._documents.under_root(record.collection, source.root)
        return [item.document for item in known.values()]

    async def pause(self, actor: Actor, name: str, paused: bool = True) -> None:
        """Leave it alone, or with `paused` False: bring it in step by its schedule again."""
        await self._require(actor, name)
        await self._records.pause(name, paused)

    async def remove(self, actor: Actor, name: str, *, forget: bool = False) -> int:
        """Stop keeping it in step; with `forget`, its documents go as well. Returns how many went.

        Raises ConflictError while it is brought in step.
        """
        await self._require(actor, name)
        self._require_quiet(name)
        gone = await self.documents_of(actor, name) if forget else []
        await self._learner.forget(gone, by=actor.name)
        await self._records.remove(name)
        return len(gone)

    async def due(self, actor: Actor) -> Sequence[SourceRecord]:
        """Those whose schedule says that it is time."""
        states = await self.states(actor)
        return [state.record for state in states if state.is_due]

    async def sync(
        self, actor: Actor, name: str, on_progress: OnProgress = lambda _: None
    ) -> Sequence[FileOutcome]:
        """Bring the source's documents in step. What goes wrong is remembered and raised.

        Raises ConflictError when another process has just begun, SourceUnavailableError when the
        source did not answer, and whatever learning raises.
        """
        return await self._brought_in_step(actor, await self._begun(actor, name), on_progress)

    async def start(self, actor: Actor, name: str) -> None:
        """Begin to bring it in step; what comes of it is remembered. Raises ConflictError as `sync`."""
        task = asyncio.create_task(self._behind(actor, await self._begun(actor, name)))
        # The loop keeps weak references only: without this set a running task could vanish.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop what `start` began."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _begun(self, actor: Actor, name: str) -> SourceRecord:
        """The source with the turn taken."""
        record = await self._require(actor, name)
        self._require_quiet(name)
        self._running[name] = None
        if not await self._records.begin(name, record.tried_at, self._clock.now()):
            del self._running[name]
            raise _busy(name)
        return record

    async def _behind(self, actor: Actor, record: SourceRecord) -> None:
        try:
            await self._brought_in_step(actor, record, lambda _: None)
        except TeaEggError as error:
            _LOG.warning("The source %s was not brought in step: %s", record.name, error)

    async def _brought_in_step(
        self, actor: Actor, record: SourceRecord, on_progress: OnProgress
    ) -> Sequence[FileOutcome]:
        def note(progress: LearnProgress) -> None:
            self._running[record.name] = progress
            on_progress(progress)

        try:
            outcomes = await self._learned(actor, record, note)
            counts = Counter(str(item.outcome) for item in outcomes)
            await self._records.succeed(record.name, self._clock.now(), counts)
        except TeaEggError as error:
            await self._records.fail(record.name, error.message, error.remedy)
            raise
        finally:
            self._running.pop(record.name, None)
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

    def _state(
        self, record: SourceRecord, running: Mapping[str, LearnProgress | None]
    ) -> SourceState:
        runs = record.name in running
        return state_of(record, self._clock.now(), runs, running.get(record.name))

    def _require_quiet(self, name: str) -> None:
        if name in self._running:
            raise _busy(name)

    async def _require(self, actor: Actor, name: str) -> SourceRecord:
        policy.require_manage(actor)
        record = await self._records.get(name)
        if record is None:
            raise NotFoundError(
                f"There is no source {name[:80]!r}.", remedy="See `teaegg sources list`."
            )
        return record


def _busy(name: str) -> ConflictError:
    return ConflictError(
        f"The source {name} is being brought in step already.", remedy="Wait for it."
    )
