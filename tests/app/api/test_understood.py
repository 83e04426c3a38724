"""What was understood of a document: nothing is left out, nothing shown twice, nobody else's."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.app.api.page_search import Box
from teaegg.app.api.places import placed_blocks
from teaegg.app.api.understood import merged_boxes, page_parts, part_record, text_parts
from teaegg.app.workspace import Workspace
from teaegg.core.documents import Block, Location, ParsedDocument, Passage
from teaegg.core.errors import InvalidRequestError

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]


def passage(number: int, text: str, start: int, end: int) -> Passage:
    return Passage(f"p{number}", "d", "v", "c", "t", number, text[start:end], start, end)


@st.composite
def understood(draw: st.DrawFn) -> tuple[ParsedDocument, list[Passage]]:
    """A parsed document and passages in order that cover some of it, cutting blocks anywhere."""
    texts = draw(st.lists(st.text("茶叶蛋ab。𠮷", min_size=1, max_size=12), min_size=1, max_size=9))
    pages = sorted(draw(st.lists(st.integers(1, 3), min_size=len(texts), max_size=len(texts))))
    blocks = [Block("paragraph", t, Location(page=p)) for t, p in zip(texts, pages, strict=True)]
    parsed = ParsedDocument("t", tuple(blocks))
    whole = parsed.text
    edges = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=10)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    return parsed, [passage(i, whole, start, end) for i, (start, end) in enumerate(spans)]


@given(understood(), st.booleans())
def test_the_segments_of_all_parts_are_the_text_and_each_is_of_its_passage(
    made: tuple[ParsedDocument, list[Passage]], by_page: bool
) -> None:
    parsed, passages = made
    parts = page_parts(parsed, 3) if by_page else text_parts(parsed)
    records = [part_record(parts, n, passages, frozenset()) for n in range(1, len(parts) + 1)]
    pieces = [piece for record in records for piece in record["pieces"]]
    texts = ["".join(segment["text"] for segment in piece["segments"]) for piece in pieces]
    assert "\n".join(texts) == parsed.text
    told = {item.id: "" for item in passages}
    for piece in pieces:
        for segment in piece["segments"]:
            if segment["passage"]:
                told[segment["passage"]] += segment["text"]
    assert told == {item.id: item.text.replace("\n", "") for item in passages}


def test_a_long_text_comes_in_parts_that_hold_every_block_once() -> None:
    parsed = ParsedDocument("t", tuple(Block("paragraph", "字" * 700) for _ in range(400)))
    parts = text_parts(parsed)
    assert len(parts) > 10
    assert [placed for part in parts for placed in part] == list(placed_blocks(parsed))
    with pytest.raises(InvalidRequestError, match="no part 99"):
        part_record(parts, 99, [], frozenset())


def test_one_huge_block_is_a_part_of_its_own_and_an_empty_document_has_one() -> None:
    parsed = ParsedDocument("t", (Block("paragraph", "字" * 50_000), Block("paragraph", "末")))
    assert [len(part) for part in text_parts(parsed)] == [1, 1]
    assert text_parts(ParsedDocument("t", ())) == [[]]


def test_boxes_that_go_on_below_become_one_and_columns_stay_apart() -> None:
    first, second = Box(0.1, 0.10, 0.45, 0.12), Box(0.1, 0.125, 0.45, 0.14)
    below, column = Box(0.1, 0.5, 0.45, 0.52), Box(0.55, 0.10, 0.9, 0.12)
    assert merged_boxes([first, second]) == [Box(0.1, 0.10, 0.45, 0.14)]
    assert merged_boxes([first, second, below, column]) == [
        Box(0.1, 0.10, 0.45, 0.14), below, column,
    ]  # fmt: skip


async def handbook(workspace: Workspace) -> str:
    chen = await workspace.access.actor("chen")
    return next(d.id for d in await workspace.documents(chen) if d.collection == "handbook")


async def test_a_reader_sees_passages_pieces_and_the_state_of_vectors(
    workspace: Workspace, signed_in: SignedIn
) -> None:
    document = await handbook(workspace)
    client = await signed_in("li")
    record = (await client.get(f"/api/documents/{document}/understood")).json()
    assert (record["view"], record["part"], record["parts"]) == ("text", 1, 1)
    assert {item["vector"] for item in record["passages"]} == {False}
    await workspace.vectors.fill()
    record = (await client.get(f"/api/documents/{document}/understood")).json()
    assert {item["vector"] for item in record["passages"]} == {True}
    assert [item["number"] for item in record["passages"]] == list(
        range(1, len(record["passages"]) + 1)
    )
    beyond = await client.get(f"/api/documents/{document}/understood?part=2")
    assert beyond.status_code == 400


async def test_what_is_not_yours_looks_like_what_is_not_there(
    workspace: Workspace, signed_in: SignedIn, visitor: httpx.AsyncClient
) -> None:
    chen = await workspace.access.actor("chen")
    plans = next(d.id for d in await workspace.documents(chen) if d.collection == "plans")
    client = await signed_in("li")
    hidden, missing = [
        await client.get(f"/api/documents/{name}/understood") for name in (plans, "d0")
    ]
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    stranger = await visitor.get(f"/api/documents/{plans}/understood")
    assert stranger.status_code == 401


async def test_a_picture_is_one_page_with_boxes(
    workspace: Workspace, signed_in: SignedIn, tmp_path: Path
) -> None:
    from PIL import Image, ImageDraw

    path = tmp_path / "notice.png"
    image = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(image).text((60, 100), "Annual leave: 12 days", fill="black", font_size=60)
    image.save(path)
    await workspace.learner.learn([path], collection="handbook")
    chen = await workspace.access.actor("chen")
    document = next(d.id for d in await workspace.documents(chen) if d.source.endswith(".png"))
    client = await signed_in("chen")
    record = (await client.get(f"/api/documents/{document}/understood")).json()
    assert (record["view"], record["parts"]) == ("pages", 1)
    left, top, right, bottom = record["passages"][0]["boxes"][0]
    assert 0 < left < 0.2 and 0.2 < top < bottom < 0.7 and right > 0.5
