"""A real question becomes an item with one request, for whoever manages; others find no such route."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
ROUTE = "/api/exams/real-questions/items"


async def trace_of(client: httpx.AsyncClient, question: str) -> str:
    reply = await client.post("/api/ask", json={"question": question})
    return str(reply.json()["trace"])


async def test_an_owner_takes_a_question_with_its_quoted_passages(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    owner = await signed_in("chen")
    trace = await trace_of(owner, "年假有几天？")
    reply = await owner.post(ROUTE, json={"trace": trace})
    assert reply.status_code == 201
    assert reply.json()["items"] == 1
    kept = await workspace.exams.reviewed(LOCAL_OWNER, "real-questions")
    (item,) = kept.unsigned
    assert item.id == reply.json()["item"]
    assert item.questions == ("年假有几天？",)
    assert any(passage.gold and "十二天" in passage.text for passage in item.passages)
    assert item.documents


async def test_the_same_question_taken_again_replaces_its_item(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    owner = await signed_in("chen")
    trace = await trace_of(owner, "年假有几天？")
    await owner.post(ROUTE, json={"trace": trace})
    said = {"trace": trace, "right": "十二天", "complaint": "太长"}
    assert (await owner.post(ROUTE, json=said)).json()["items"] == 1
    (item,) = (await workspace.exams.find(LOCAL_OWNER, "real-questions")).exam.items
    assert (item.right, item.kind) == (("十二天",), "real complaint")


@pytest.mark.parametrize("name", ["li", "wang", "nobody"])
async def test_for_others_there_is_nothing_here(
    signed_in: SignedIn, visitor: httpx.AsyncClient, name: str
) -> None:
    owner = await signed_in("chen")
    trace = await trace_of(owner, "年假有几天？")
    asking = visitor if name == "nobody" else await signed_in(name)
    there = await asking.post(ROUTE, json={"trace": trace})
    nowhere = await asking.post(ROUTE, json={"trace": "nothing"})
    assert there.status_code == (401 if name == "nobody" else 404)
    assert there.content == nowhere.content


async def test_what_cannot_be_an_item_is_told(signed_in: SignedIn) -> None:
    owner = await signed_in("chen")
    trace = await trace_of(owner, "年假有几天？")
    unclear = await owner.post(ROUTE, json={"trace": trace, "complaint": "错"})
    assert unclear.status_code == 400
    assert "what would be right" in unclear.json()["error"]["message"]
    assert (await owner.post(ROUTE, json={"trace": "nothing"})).status_code == 404
    named = await owner.post("/api/exams/No Name/items", json={"trace": trace})
    assert "makes no exam" in named.json()["error"]["message"]
