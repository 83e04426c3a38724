"""Whoever may read an answer may say what it was worth; nobody else, and nobody else's shows."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
QUESTION = "年假有几天？"


async def asked(client: httpx.AsyncClient, question: str = QUESTION) -> str:
    reply = await client.post("/api/ask", json={"question": question, "conversation": "new"})
    return str(reply.json()["trace"])


async def listed(client: httpx.AsyncClient, **chosen: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/api/feedback", params=chosen)).json()[
        "feedback"
    ]
    return found


async def test_an_opinion_stands_beside_its_answer_when_the_talk_is_opened_again(
    signed_in: SignedIn,
) -> None:
    li = await signed_in("li")
    trace = await asked(li)
    body = {"helpful": False, "comment": "  一年以上才有 ", "corrected": "十二天"}
    given = await li.put(f"/api/traces/{trace}/feedback", json=body)
    assert given.status_code == 200
    assert given.json()["comment"] == "一年以上才有"
    (talk,) = (await li.get("/api/conversations")).json()["conversations"]
    turns = (await li.get(f"/api/conversations/{talk['conversation']}")).json()["turns"]
    kept = turns[0]["answer"]["feedback"]
    assert (kept["helpful"], kept["corrected"], kept["user"]) == (False, "十二天", "li")


async def test_owners_read_all_and_may_say_something_of_every_answer(signed_in: SignedIn) -> None:
    li, chen = await signed_in("li"), await signed_in("chen")
    trace = await asked(li)
    await li.put(f"/api/traces/{trace}/feedback", json={"helpful": False})
    assert (await chen.put(f"/api/traces/{trace}/feedback", json={"helpful": True})).is_success
    found = await listed(chen)
    assert {(one["user"], one["helpful"]) for one in found} == {("li", False), ("chen", True)}
    assert {one["question"] for one in found} == {QUESTION}
    assert [one["user"] for one in await listed(chen, helpful=False)] == ["li"]
    assert await listed(chen, scene="leave") == []


async def test_another_persons_answer_looks_as_if_it_were_not_there(signed_in: SignedIn) -> None:
    trace = await asked(await signed_in("li"))
    wang = await signed_in("wang")
    theirs = await wang.put(f"/api/traces/{trace}/feedback", json={"helpful": True})
    none = await wang.put("/api/traces/tnothing/feedback", json={"helpful": True})
    assert theirs.status_code == none.status_code == 404
    assert (
        theirs.json()["error"]["message"].replace(trace, "tnothing")
        == none.json()["error"]["message"]
    )
    assert (await wang.delete(f"/api/traces/{trace}/feedback")).status_code == 404
    assert (await wang.get("/api/feedback")).status_code == 404


async def test_who_lost_the_document_cannot_speak_of_the_answer(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    li = await signed_in("li")
    trace = await asked(li, "QH-200 的单价是多少？")
    await workspace.access.revoke(LOCAL_OWNER, "group", "finance", "collection", "prices")
    assert (
        await li.put(f"/api/traces/{trace}/feedback", json={"helpful": True})
    ).status_code == 404


async def test_an_opinion_can_be_taken_back(signed_in: SignedIn) -> None:
    li, chen = await signed_in("li"), await signed_in("chen")
    trace = await asked(li)
    await li.put(f"/api/traces/{trace}/feedback", json={"helpful": True})
    assert (await li.delete(f"/api/traces/{trace}/feedback")).is_success
    assert await listed(chen) == []


async def test_more_than_anybody_writes_is_refused_and_nothing_is_kept(signed_in: SignedIn) -> None:
    li, chen = await signed_in("li"), await signed_in("chen")
    trace = await asked(li)
    reply = await li.put(
        f"/api/traces/{trace}/feedback", json={"helpful": False, "comment": "长" * 2001}
    )
    assert reply.status_code == 422 or reply.status_code == 400
    assert "2001" in reply.json()["error"]["message"]
    assert await listed(chen) == []


async def test_nobody_speaks_without_signing_in(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.put("/api/traces/t/feedback", json={"helpful": True})).status_code == 401
