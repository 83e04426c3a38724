"""Where a quote stands: text around it, pages as pictures, originals as downloads."""

import io
from collections.abc import Awaitable, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from teaegg.app.api.page_search import Box, Character, find_quote
from teaegg.app.api.places import excerpt
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.documents import Block, Document, ParsedDocument
from teaegg.core.errors import InvalidRequestError

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]


async def only_document(client: httpx.AsyncClient, collection: str) -> dict[str, str]:
    found = (await client.get("/api/documents", params={"collection": collection})).json()
    return dict(found["documents"][0])


async def test_the_text_around_a_row_holds_its_neighbours(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    document = (await only_document(client, "prices"))["document"]
    passages = (await client.get(f"/api/documents/{document}/passages")).json()["passages"]
    middle = next(passage for passage in passages if "QH-300" in passage["text"])
    place = (
        await client.get(
            f"/api/documents/{document}/text",
            params={"start": middle["start"], "end": middle["end"]},
        )
    ).json()
    assert [piece["kind"] for piece in place["pieces"]] == ["row"] * 3
    cited = [p for p in place["pieces"] if p["start"] < place["end"] and place["start"] < p["end"]]
    assert [piece["text"] for piece in cited] == [middle["text"]]


async def test_a_span_outside_of_the_text_is_refused(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    document = (await only_document(client, "prices"))["document"]
    for start, end in ((-1, 5), (5, 5), (0, 10**9)):
        reply = await client.get(
            f"/api/documents/{document}/text", params={"start": start, "end": end}
        )
        assert reply.status_code == 400


async def test_a_citation_of_an_older_version_is_told_apart(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    document = (await only_document(client, "prices"))["document"]
    reply = await client.get(
        f"/api/documents/{document}/text", params={"start": 0, "end": 5, "version": "0" * 64}
    )
    assert reply.status_code == 409
    assert reply.json()["error"]["remedy"] == "Ask the question again."


async def test_the_original_is_a_download_that_no_browser_runs(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    document = (await only_document(client, "prices"))["document"]
    reply = await client.get(f"/api/documents/{document}/original")
    assert "QH-300" in reply.text
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"].startswith('attachment; filename="price-list.csv"')


async def test_a_table_has_no_page_picture(signed_in: SignedIn) -> None:
    client = await signed_in("li")
    document = (await only_document(client, "prices"))["document"]
    assert (await client.get(f"/api/documents/{document}/pages/1.png")).status_code == 400


PDF_TEXT = "Annual leave is twelve days."


def one_page_pdf(text: str) -> bytes:
    """The smallest PDF that shows one line of text."""
    stream = f"BT /F1 18 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    return out + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (table, start)
    )


@pytest.fixture
async def manual(signed_in: SignedIn, workspace: Workspace, application) -> str:
    owner = await signed_in("chen")
    await owner.post(
        "/api/documents",
        files={"file": ("manual.pdf", one_page_pdf(PDF_TEXT))},
        data={"collection": "handbook"},
    )
    await application.state.uploads.finished()
    found = await workspace.documents(LOCAL_OWNER, collection="handbook")
    return next(document.id for document in found if document.media_type == "application/pdf")


async def test_a_pdf_page_shows_the_quote_marked(signed_in: SignedIn, manual: str) -> None:
    client = await signed_in("li")
    path = f"/api/documents/{manual}/pages/1.png"
    marked = await client.get(path, params={"quote": "leave is twelve"})
    plain = await client.get(path)
    assert marked.headers["x-teaegg-marks"] == "1"
    assert 0.08 < float(marked.headers["x-teaegg-first-mark"]) < 0.14
    one, other = (Image.open(io.BytesIO(reply.content)) for reply in (marked, plain))
    assert one.size == other.size
    box = (
        int(one.width * 0.2),
        int(one.height * 0.08),
        int(one.width * 0.45),
        int(one.height * 0.14),
    )
    assert one.crop(box).tobytes() != other.crop(box).tobytes()
    below = (0, int(one.height * 0.2), one.width, one.height)
    assert one.crop(below).tobytes() == other.crop(below).tobytes()


async def test_a_page_that_is_not_there_is_not_found(signed_in: SignedIn, manual: str) -> None:
    client = await signed_in("li")
    assert (await client.get(f"/api/documents/{manual}/pages/2.png")).status_code == 404
    assert (await client.get(f"/api/documents/{manual}/pages/0.png")).status_code == 404


def page_of(*lines: str) -> list[Character]:
    """Characters on a grid: one line of text per 0.05 of the height."""
    return [
        Character(text, Box(0.1 + i * 0.01, 0.05 * row, 0.11 + i * 0.01, 0.05 * row + 0.02))
        for row, line in enumerate(lines, 1)
        for i, text in enumerate(line)
    ]


def test_a_quote_over_two_lines_gives_one_box_for_each() -> None:
    boxes = find_quote(
        page_of("annual leave is twel-", "ve days, says the", "book"), "is twelve days"
    )
    assert [round(box.top, 3) for box in boxes] == [0.05, 0.1]


def test_full_width_and_spaces_make_no_difference() -> None:
    assert find_quote(page_of("单价 ８６００ 元"), "单价8600元")


def test_a_table_row_is_found_by_its_values() -> None:
    page = page_of("型号    单价", "QH-200  8600", "QH-300  15200")
    (box,) = find_quote(page, "型号: QH-300；单价: 15200")
    assert round(box.top, 3) == 0.15


def test_what_is_not_on_the_page_is_not_marked() -> None:
    assert find_quote(page_of("型号 单价"), "并购价格为六千万元") == []


@given(st.text(alphabet="ab c-长文", min_size=1, max_size=40), st.data())
def test_any_stretch_of_a_line_is_found(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    quote = line[start:end]
    assert bool(find_quote(page_of(line), quote)) or not quote.replace("-", "").strip()


def document_with(*blocks: Block) -> tuple[Document, ParsedDocument]:
    from datetime import UTC, datetime

    document = Document(
        "d1", "c", "s.md", "t", "text/plain", "v", "complete", False, 1, 1,
        datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return document, ParsedDocument("t", blocks)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=30), st.data())
def test_every_piece_is_the_canonical_text_at_its_span(
    texts: list[str], data: st.DataObject
) -> None:
    document, parsed = document_with(*(Block("paragraph", text) for text in texts))
    whole = parsed.text
    if not whole:
        with pytest.raises(InvalidRequestError):
            excerpt(document, parsed, 0, 1)
        return
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    pieces = excerpt(document, parsed, start, end)["pieces"]
    assert all(whole[p["start"] : p["end"]] == p["text"] for p in pieces)
    shown = {i for p in pieces for i in range(p["start"], p["end"])}
    wanted = {i for i in range(start, end) if whole[i] != "\n" or i in shown}
    assert wanted <= shown or all(whole[i] == "\n" for i in wanted - shown)


def test_a_block_of_ten_megabytes_is_cut_around_the_quote() -> None:
    document, parsed = document_with(Block("paragraph", "x" * 10_000_000))
    (piece,) = excerpt(document, parsed, 5_000_000, 5_000_100)["pieces"]
    assert piece["start"] <= 5_000_000 and piece["end"] >= 5_000_100
    assert len(piece["text"]) < 10_000
