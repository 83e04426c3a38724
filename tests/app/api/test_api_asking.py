"""Questions through the HTTP door: JSON, streamed, in conversations; traces and searches."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
QUESTION = "年假有几天？"


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """[(event name, data)] of a stream of server-sent events."""
    found = []
    for frame in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.split("\n"))
        found.append((fields["event"], json.loads(fields["data"])))
    return found


async def test_an_answer_quotes_the_document_it_names(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    answer = (await client.post("/api/ask", json={"question": QUESTION})).json()
    assert answer["verdict"] == "answered"
    for sentence in answer["sentences"]:
        for citation in sentence["citations"]:
            assert sentence["text"] == citation["quote"]
            place = await client.get(
                f"/api/documents/{citation['document']}/text",
                params={"start": citation["start"], "end": citation["end"]},
            )
            assert citation["quote"] in "\n".join(p["text"] for p in place.json()["pieces"])


async def test_the_shape_of_an_answer(signed_in: SignedIn) -> None:
    answer = (await (await signed_in("li")).post("/api/ask", json={"question": QUESTION})).json()
    assert set(answer) == {
        "verdict", "answer", "sentences", "nearest", "reason", "notes", "versions", "mode",
        "confidence", "trace", "timings", "expert",
    }  # fmt: skip
    assert set(answer["sentences"][0]["citations"][0]) == {
        "document", "title", "version", "passage", "location", "quote", "start", "end",
    }  # fmt: skip


async def test_a_stream_gives_evidence_then_sentences_then_the_answer(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    reply = await client.post("/api/ask", json={"question": QUESTION, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = events_of(reply.text)
    assert (events[0][0], events[-1][0]) == ("evidence", "answer")
    streamed = [data["text"] for name, data in events if name == "sentence"]
    assert streamed == [s["text"] for s in events[-1][1]["sentences"]] != []


@pytest.mark.parametrize("stream", [True, False])
async def test_an_empty_question_is_refused_with_its_status(
    signed_in: SignedIn, stream: bool
) -> None:
    client = await signed_in("li")
    reply = await client.post(
        "/api/ask", json={"question": "  ", "stream": stream, "conversation": "new"}
    )
    assert reply.status_code == 400 and reply.json()["error"]["remedy"]
    assert (await client.get("/api/conversations")).json()["conversations"] == []


async def test_a_conversation_understands_a_follow_up_and_is_kept(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    first = await client.post("/api/ask", json={"question": QUESTION, "conversation": "new"})
    conversation = first.json()["conversation"]
    reply = await client.post(
        "/api/ask",
        json={"question": "那病假呢？", "conversation": conversation, "stream": True},
    )
    assert events_of(reply.text)[0][1]["understood"] == "病假有几天？"
    (listed,) = (await client.get("/api/conversations")).json()["conversations"]
    assert (listed["conversation"], listed["title"]) == (conversation, QUESTION)
    turns = (await client.get(f"/api/conversations/{conversation}")).json()["turns"]
    assert [turn["question"] for turn in turns] == [QUESTION, "那病假呢？"]
    assert turns[0]["answer"]["sentences"] == first.json()["sentences"]


async def test_a_question_outside_of_conversations_starts_none(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    answer = (await client.post("/api/ask", json={"question": QUESTION})).json()
    assert "conversation" not in answer
    assert (await client.get("/api/conversations")).json()["conversations"] == []


async def test_the_trace_of_an_answer_can_be_read_by_its_asker_and_by_owners(
    signed_in: SignedIn,
) -> None:
    client = await signed_in("li")
    trace = (await client.post("/api/ask", json={"question": QUESTION})).json()["trace"]
    assert (await client.get(f"/api/traces/{trace}")).json()["question"] == QUESTION
    assert (await (await signed_in("chen")).get(f"/api/traces/{trace}")).status_code == 200


async def test_search_returns_passages_with_their_scores(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    found = (await client.get("/api/search", params={"q": "差旅费 报销", "limit": 2})).json()
    assert 1 <= len(found["results"]) <= 2
    best = found["results"][0]
    assert "差旅费" in best["text"] and best["text_score"] > 0


async def test_search_can_be_narrowed_to_collections(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    found = (
        await client.get("/api/search", params={"q": "离心泵", "collection": "handbook"})
    ).json()
    assert {result["collection"] for result in found["results"]} <= {"handbook"}
