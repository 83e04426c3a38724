"""Adding documents: the upload, its job, and how far the vectors are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile

from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.api.uploading import Uploads, job_record
from teaegg.app.worker import Worker

router = APIRouter(tags=["uploads"])
_CHUNK_BYTES = 1024 * 1024


def uploads_of(request: Request) -> Uploads:
    return cast(Uploads, request.app.state.uploads)


def worker_of(request: Request) -> Worker:
    return cast(Worker, request.app.state.worker)


TheWorker = Annotated[Worker, Depends(worker_of)]
TheUploads = Annotated[Uploads, Depends(uploads_of)]


@router.post("/documents", status_code=202)
async def upload(
    actor: TheActor,
    uploads: TheUploads,
    file: Annotated[UploadFile, File()],
    collection: Annotated[str, Form()],
) -> dict[str, Any]:
    """Multipart form with `collection` and `file`; the reply names the job that learns it."""
    job = await uploads.accept(actor, collection, file.filename or "", _chunks(file))
    return job_record(job)


@router.get("/jobs")
async def jobs(actor: TheActor, uploads: TheUploads) -> dict[str, Any]:
    """One's own jobs since the server started, newest first."""
    return {"jobs": [job_record(job) for job in uploads.list(actor)]}


@router.get("/jobs/{job}")
async def job(job: str, actor: TheActor, uploads: TheUploads) -> dict[str, Any]:
    return job_record(uploads.get(actor, job))


@router.get("/progress")
async def progress(actor: TheActor, workspace: TheWorkspace, worker: TheWorker) -> dict[str, Any]:
    """Visible documents by state; the pace at which vectors are made, null while none are.

    What is left is counted over visible documents only: a total would tell of hidden ones.
    """
    visible = await workspace.documents(actor)
    left = sum(document.passages for document in visible if document.state == "searchable")
    pace = worker.progress.passages_per_second if worker.progress else 0.0
    return {
        "states": await workspace.progress(actor),
        "vectors": {
            "passages_per_second": round(pace, 1),
            "passages_left": left,
            "seconds_left": round(left / pace, 1),
        }
        if pace and left
        else None,
    }


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK_BYTES):
        yield chunk
