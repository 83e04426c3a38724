"""On every route "not yours" and "not there" are the same bytes and the same status."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
NOWHERE = "d0123456789abcdef"


async def document_in(client: httpx.AsyncClient, collection: str) -> str:
    found = (await client.get("/api/documents", params={"collection": collection})).json()
    return str(found["documents"][0]["document"])


async def assert_same(
    client: httpx.AsyncClient, path: str, hidden: str, nowhere: str = NOWHERE
) -> None:
    one = await client.get(path.format(hidden))
    other = await client.get(path.format(nowhere))
    assert one.status_code == other.status_code == 404
    assert one.content == other.content
    assert dict(one.headers) == dict(other.headers)


DOCUMENT_PATHS = [
    "/api/documents/{}",
    "/api/documents/{}/passages",
    "/api/documents/{}/understood",
    "/api/documents/{}/text?start=0&end=5",
    "/api/documents/{}/text?start=0&end=999999",
    "/api/documents/{}/text?start=0&end=5&version=other",
    "/api/documents/{}/pages/1.png",
    "/api/documents/{}/pages/99.png",
    "/api/documents/{}/original",
    "/api/documents/{}/why",
]


@pytest.mark.parametrize("path", DOCUMENT_PATHS)
async def test_a_hidden_document_looks_like_none(signed_in: SignedIn, path: str) -> None:
    hidden = await document_in(await signed_in("chen"), "plans")
    await assert_same(await signed_in("li"), path, hidden)


async def test_the_table_above_holds_every_document_route(application: FastAPI) -> None:
    routes = {path for path in application.openapi()["paths"] if "{document}" in path}
    tested = {path.split("?")[0].replace("{}", "{document}") for path in DOCUMENT_PATHS}
    tested = {path.replace("/pages/1.png", "/pages/{page}.png") for path in tested}
    assert routes <= tested


async def test_another_users_trace_job_and_conversation_look_like_none(
    signed_in: SignedIn,
) -> None:
    wang = await signed_in("wang")
    asked = await wang.post("/api/ask", json={"question": "年假有几天？", "conversation": "new"})
    uploaded = await wang.post(
        "/api/documents",
        files={"file": ("note.md", "# 通知\n\n周五放假。".encode())},
        data={"collection": "handbook"},
    )
    li = await signed_in("li")
    await assert_same(li, "/api/traces/{}", asked.json()["trace"], "t0")
    await assert_same(li, "/api/conversations/{}", asked.json()["conversation"], "c0")
    await assert_same(li, "/api/jobs/{}", uploaded.json()["job"], "j0")
    reply = await li.post(
        "/api/ask",
        json={"question": "病假呢？", "conversation": asked.json()["conversation"]},
    )
    assert reply.status_code == 404


async def test_lists_counts_and_searches_know_nothing_of_hidden_documents(
    signed_in: SignedIn,
) -> None:
    client = await signed_in("wang")
    documents = (await client.get("/api/documents")).json()
    assert {document["collection"] for document in documents["documents"]} == {"handbook"}
    assert sum(documents["states"].values()) == len(documents["documents"])
    assert sum((await client.get("/api/progress")).json()["states"].values()) == 1
    found = await client.get("/api/search", params={"q": "收购海岳食品机械的价格 QH-200"})
    assert {result["collection"] for result in found.json()["results"]} <= {"handbook"}
    listed = await client.get("/api/documents", params={"collection": "plans"})
    unknown = await client.get("/api/documents", params={"collection": "no such thing"})
    assert listed.json()["documents"] == unknown.json()["documents"] == []


async def test_an_upload_to_a_hidden_collection_looks_like_one_to_none(
    signed_in: SignedIn,
) -> None:
    client = await signed_in("wang")

    async def upload(collection: str) -> httpx.Response:
        return await client.post(
            "/api/documents", files={"file": ("a.md", b"# a")}, data={"collection": collection}
        )

    hidden, nowhere = await upload("plans"), await upload("nothing")
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.content == nowhere.content


async def test_a_member_may_not_upload_where_they_read(signed_in: SignedIn) -> None:
    reply = await (await signed_in("li")).post(
        "/api/documents", files={"file": ("a.md", b"# a")}, data={"collection": "prices"}
    )
    assert reply.status_code == 403
    assert "only editors and owners" in reply.json()["error"]["message"]


async def test_an_old_answer_is_withheld_once_its_document_may_not_be_read(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    client = await signed_in("li")
    asked = await client.post(
        "/api/ask",
        json={
            "question": "QH-300 的单价是多少？",
            "conversation": "new",
            "collections": ["prices"],
        },
    )
    assert asked.json()["verdict"] == "answered"
    path = f"/api/conversations/{asked.json()['conversation']}"
    quote = asked.json()["sentences"][0]["text"]
    assert quote in (await client.get(path)).text
    await workspace.access.revoke(LOCAL_OWNER, "group", "finance", "collection", "prices")
    reply = await client.get(path)
    assert reply.json()["turns"][0]["answer"] is None
    await assert_same(client, "/api/traces/{}", asked.json()["trace"], "t0")
    owner = await signed_in("chen")
    assert (await owner.get(f"/api/traces/{asked.json()['trace']}")).status_code == 200
    assert quote not in reply.text


async def test_why_tells_the_chain_and_only_owners_ask_about_others(signed_in: SignedIn) -> None:
    li = await signed_in("li")
    document = await document_in(li, "prices")
    told = (await li.get(f"/api/documents/{document}/why")).json()
    assert told["verdict"] == "allowed"
    assert any("finance" in reason["en"] for reason in told["reasons"])
    refused = await li.get(f"/api/documents/{document}/why", params={"user": "wang"})
    assert refused.status_code == 403
    owner = await signed_in("chen")
    told = (await owner.get(f"/api/documents/{document}/why", params={"user": "wang"})).json()
    assert told["verdict"] == "denied"
