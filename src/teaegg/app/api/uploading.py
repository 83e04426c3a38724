"""Uploads: a file is kept, then learned in the background; the uploader sees how it goes."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, NotFoundError, StorageError, TeaEggError
from teaegg.core.ids import random_id

JobState = Literal["waiting", "reading", "done", "failed"]
_KEPT_JOBS = 500
_OVER: frozenset[JobState] = frozenset(("done", "failed"))
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """The learning of one uploaded file. `failures` say why and what to do."""

    id: str
    user: str
    name: str
    collection: str
    state: JobState
    created_at: datetime
    finished_at: datetime | None = None
    failures: tuple[str, ...] = ()


class Uploads:
    """The jobs of this process, newest first; each is seen by its own user only.

    Files are learned one at a time: reading takes a core, and answers need the other.
    """

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._workspace = workspace
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()

    async def accept(
        self, actor: Actor, collection: str, name: str, chunks: AsyncIterator[bytes]
    ) -> Job:
        """Keep the file durably and start its job.

        Raises NotFoundError for a collection the actor may not know, NotAllowedError when they may
        not upload to it, InvalidRequestError for an unusable name or too many bytes.
        """
        if collection not in await self._workspace.access.list_collections(actor):
            raise NotFoundError(f"There is no collection {collection[:80]!r}.")
        await self._workspace.access.require_upload(actor, collection)
        path = self._workspace.upload_path(collection, name)
        await _keep(path, chunks, limit=self._workspace.settings.server.max_upload_bytes)
        job = Job(
            id=random_id("j"),
            user=actor.name,
            name=path.name,
            collection=collection,
            state="waiting",
            created_at=self._clock.now(),
        )
        self._put(job)
        self._begin(job, path)
        return job

    def list(self, actor: Actor) -> list[Job]:
        return [job for job in reversed(self._jobs.values()) if job.user == actor.name]

    def get(self, actor: Actor, job: str) -> Job:
        """Raises NotFoundError for another user's job as for one that is not there."""
        found = self._jobs.get(job)
        if found is None or found.user != actor.name:
            raise NotFoundError(f"There is no job {job[:80]!r}.")
        return found

    async def finished(self) -> None:
        """Wait until every job that has been accepted is over."""
        await asyncio.gather(*self._tasks)

    def _begin(self, job: Job, path: Path) -> None:
        task = asyncio.create_task(self._learn(job, path))
        # The loop keeps weak references only: without this set a running job could vanish.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn(self, job: Job, path: Path) -> None:
        async with self._one_at_a_time:
            job = self._put(replace(job, state="reading"))
            try:
                failures = await self._failures(path, job.collection)
            except TeaEggError as error:
                _LOG.error("Learning the upload %s failed: %s", job.id, error)
                failures = (str(error),)
            self._put(
                replace(
                    job,
                    state="failed" if failures else "done",
                    failures=failures,
                    finished_at=self._clock.now(),
                )
            )

    async def _failures(self, path: Path, collection: str) -> tuple[str, ...]:
        outcomes = await self._workspace.learner.learn([path], collection=collection)
        return tuple(item.reason for item in outcomes if item.outcome == "quarantined")

    def _put(self, job: Job) -> Job:
        self._jobs[job.id] = job
        over = (known.id for known in self._jobs.values() if known.state in _OVER)
        while len(self._jobs) > _KEPT_JOBS and (oldest := next(over, "")):
            del self._jobs[oldest]
            over = (known.id for known in self._jobs.values() if known.state in _OVER)
        return job


def job_record(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    return {
        "job": job.id,
        "name": job.name,
        "collection": job.collection,
        "state": job.state,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "failures": list(job.failures),
    }


async def _keep(path: Path, chunks: AsyncIterator[bytes], *, limit: int) -> None:
    """Write beside and rename, so that a file under its own name is always whole."""
    partial = path.with_name(f".{random_id('upload-')}.part")
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        with await asyncio.to_thread(partial.open, "wb") as file:
            written = 0
            async for chunk in chunks:
                written += len(chunk)
                if written > limit:
                    raise InvalidRequestError(
                        f"The file {path.name!r} has more than {limit} bytes.",
                        remedy="Split it, or raise server.max_upload_bytes.",
                    )
                await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(partial.replace, path)
    except OSError as error:
        raise _not_kept(error, path) from error
    finally:
        await asyncio.to_thread(partial.unlink, missing_ok=True)


def _not_kept(error: OSError, path: Path) -> TeaEggError:
    if error.errno == errno.ENAMETOOLONG:
        return InvalidRequestError(
            f"The file name {path.name[:40]!r}… is too long.", remedy="Shorten it."
        )
    return StorageError(
        f"The upload {path.name!r} could not be kept: {error.strerror or error}.",
        remedy="Free disk space or check the rights on the home folder, then upload it again.",
    )
