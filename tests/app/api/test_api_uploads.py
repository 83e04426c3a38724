"""Uploads: what is kept and where, what becomes of it, and who is told."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
NOTE = "# 放假通知\n\n端午节放假三天，六月十九日上班。\n".encode()


async def upload(
    client: httpx.AsyncClient, name: str, content: bytes, collection: str = "handbook"
) -> httpx.Response:
    return await client.post(
        "/api/documents", files={"file": (name, content)}, data={"collection": collection}
    )


async def finished(application: FastAPI, client: httpx.AsyncClient, job: str) -> dict[str, Any]:
    await application.state.uploads.finished()
    return dict((await client.get(f"/api/jobs/{job}")).json())


async def test_an_upload_is_learned_and_answers(application: FastAPI, signed_in: SignedIn) -> None:
    client = await signed_in("wang")
    reply = await upload(client, "holiday.md", NOTE)
    assert reply.status_code == 202
    job = await finished(application, client, reply.json()["job"])
    assert (job["state"], job["failures"]) == ("done", [])
    found = (await client.get("/api/search", params={"q": "端午节放假"})).json()
    assert "端午节放假三天" in found["results"][0]["text"]


async def test_an_unreadable_file_fails_with_a_reason_and_the_rest_goes_on(
    application: FastAPI, signed_in: SignedIn
) -> None:
    client = await signed_in("wang")
    broken = (await upload(client, "broken.pdf", b"%PDF-1.7 truncated")).json()["job"]
    whole = (await upload(client, "holiday.md", NOTE)).json()["job"]
    assert (await finished(application, client, whole))["state"] == "done"
    job = await finished(application, client, broken)
    assert job["state"] == "failed"
    assert "broken.pdf" in job["failures"][0]


async def test_the_same_name_again_is_a_new_version_not_a_second_document(
    application: FastAPI, signed_in: SignedIn
) -> None:
    client = await signed_in("wang")
    for content in (NOTE, NOTE.replace("三天".encode(), "五天".encode())):
        job = (await upload(client, "holiday.md", content)).json()["job"]
        await finished(application, client, job)
    documents = (await client.get("/api/documents")).json()["documents"]
    assert len([d for d in documents if "放假" in d["title"]]) == 1
    found = (await client.get("/api/search", params={"q": "端午节放假几天"})).json()
    assert "五天" in found["results"][0]["text"]


@pytest.mark.parametrize(
    "name",
    [
        "../../../evil.md",
        "..\\..\\evil.md",
        "/etc/evil.md",
        "C:\\Windows\\evil.md",
        "a/../../evil.md",
        "....//evil.md",
    ],
)
async def test_a_name_leads_nowhere_but_into_the_uploads(
    application: FastAPI, signed_in: SignedIn, home: Path, name: str
) -> None:
    before = {path for path in home.parent.rglob("*") if "uploads" not in path.parts}
    client = await signed_in("wang")
    reply = await upload(client, name, NOTE)
    await application.state.uploads.finished()
    if reply.status_code == 202:
        assert (home / "uploads" / "handbook" / "evil.md").read_bytes() == NOTE
    else:
        assert reply.status_code == 400
    after = {path for path in home.parent.rglob("evil*") if "uploads" not in path.parts}
    assert not after - before


@pytest.mark.parametrize("name", ["..", ".", "...", "/", "x" * 300 + ".md"])
async def test_an_unusable_name_is_refused(signed_in: SignedIn, name: str) -> None:
    reply = await upload(await signed_in("wang"), name, NOTE)
    assert reply.status_code == 400


async def test_a_collection_name_cannot_lead_out_of_the_uploads_even_for_an_owner(
    signed_in: SignedIn, home: Path
) -> None:
    reply = await upload(await signed_in("chen"), "evil.md", NOTE, collection="../../outside")
    assert reply.status_code == 404
    assert not list(home.parent.rglob("evil.md"))


async def test_a_file_that_is_too_large_is_refused_and_nothing_is_left(
    signed_in: SignedIn, home: Path
) -> None:
    client = await signed_in("wang")
    slightly = await upload(client, "large.md", b"x" * 120_000)
    far = await upload(client, "large.md", b"x" * 300_000)
    assert slightly.status_code == 400 and "server.max_upload_bytes" in slightly.text
    assert far.status_code == 413
    assert not [path for path in (home / "uploads").rglob("*") if path.is_file()]


async def test_a_body_of_unknown_length_is_refused_before_it_is_read(signed_in: SignedIn) -> None:
    async def endless():
        while True:
            yield b"x" * 65536

    client = await signed_in("wang")
    reply = await client.post("/api/documents", content=endless())
    assert reply.status_code == 411


async def test_jobs_are_listed_newest_first(application: FastAPI, signed_in: SignedIn) -> None:
    client = await signed_in("wang")
    await upload(client, "one.md", NOTE)
    await upload(client, "two.md", NOTE)
    await application.state.uploads.finished()
    jobs = (await client.get("/api/jobs")).json()["jobs"]
    assert [job["name"] for job in jobs] == ["two.md", "one.md"]
