"""Learning keeps records, contents and index in step with folders, whatever happens to the files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from teaegg.core.actors import VisibleSet
from teaegg.core.clock import SystemClock
from teaegg.core.documents import Document
from teaegg.core.errors import NotFoundError, StorageError
from teaegg.core.settings import EmbeddingModelSettings, IngestSettings
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.learning.outcomes import FileOutcome, LearnProgress
from teaegg.ingest.vectors import VectorFiller, VectorProgress
from teaegg.models.standin import TermEmbedder
from teaegg.store.blobs import BlobStore
from teaegg.store.codec import decode_parsed
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance.index import LanceIndex, open_lance_index

ALL = VisibleSet(everything=True)
DIMENSIONS = 16


@dataclass(frozen=True)
class House:
    """Real stores in a folder of their own."""

    index: LanceIndex
    documents: DocumentRecords
    blobs: BlobStore

    def learner(self, index: Any = None, **settings: Any) -> Learner:
        return Learner(
            index or self.index,
            self.documents,
            self.blobs,
            IngestSettings(**settings),
            SystemClock(),
        )

    @asynccontextmanager
    async def opened(self, index: Any = None, **settings: Any) -> AsyncIterator[Learner]:
        learner = self.learner(index, **settings)
        try:
            yield learner
        finally:
            await learner.close()

    def filler(self, embedder: Any) -> VectorFiller:
        settings = EmbeddingModelSettings(dimensions=DIMENSIONS, batch_passages=4)
        return VectorFiller(self.index, self.documents, embedder, settings, SystemClock())

    async def learn(self, *paths: Path, collection: str = "c", **more: Any) -> dict[str, str]:
        async with self.opened() as learner:
            outcomes = await learner.learn(list(paths), collection=collection, **more)
        return {
            outcome.source.partition("/")[2] or outcome.source: outcome.outcome
            for outcome in outcomes
        }

    async def records(self) -> dict[str, Document]:
        found = await self.documents.list(visible=ALL)
        return {
            document.source.partition("/")[2] or document.source: document for document in found
        }

    async def texts(self, document: Document) -> list[str]:
        return [p.text for p in await self.index.passages_of(document.id, visible=ALL)]


@asynccontextmanager
async def open_house(home: Path) -> AsyncIterator[House]:
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    try:
        index = await open_lance_index(str(home / "index"), dimensions=DIMENSIONS)
        yield House(index, DocumentRecords(database), BlobStore(home / "blobs"))
    finally:
        await database.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "home").mkdir()
    async with open_house(tmp_path / "home") as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "制度"
    (made / "子").mkdir(parents=True)
    (made / "a.md").write_text("# 甲\n\n年假十五天。\n", "utf-8")
    (made / "子" / "b.csv").write_text("品名,单价\n螺栓,3\n垫圈,1\n", "utf-8")
    return made


async def test_learning_twice_changes_nothing(house: House, folder: Path) -> None:
    assert await house.learn(folder) == {"a.md": "learned", "子/b.csv": "learned"}
    before = await house.records()
    assert await house.learn(folder) == {"a.md": "unchanged", "子/b.csv": "unchanged"}
    assert await house.records() == before
    assert await house.index.count(visible=ALL) == 3


async def test_a_record_says_where_a_document_comes_from_and_its_contents_are_kept(
    house: House, folder: Path
) -> None:
    await house.learn(folder)
    record = (await house.records())["a.md"]
    assert (record.title, record.media_type, record.state) == ("甲", "text/markdown", "searchable")
    assert record.passages == 1 and record.size_bytes == (folder / "a.md").stat().st_size
    assert await house.blobs.get(record.version) == (folder / "a.md").read_bytes()
    parsed = decode_parsed(await house.blobs.get(record.parsed))
    (passage,) = await house.index.passages_of(record.id, visible=ALL)
    assert parsed.text[passage.start : passage.end] == passage.text == "年假十五天。"


async def test_changed_files_replace_their_older_version(house: House, folder: Path) -> None:
    await house.learn(folder)
    older = (await house.records())["a.md"]
    (folder / "a.md").write_text("# 甲\n\n年假二十天。\n", "utf-8")
    os.utime(folder / "a.md", ns=(1, 1))
    assert (await house.learn(folder))["a.md"] == "updated"
    record = (await house.records())["a.md"]
    assert record.id == older.id and record.version != older.version
    assert await house.texts(record) == ["年假二十天。"]
    with pytest.raises(NotFoundError):
        await house.blobs.get(older.version)


async def test_a_touched_file_with_the_same_content_is_not_read_again(
    house: House, folder: Path
) -> None:
    await house.learn(folder)
    before = await house.records()
    os.utime(folder / "a.md", ns=(1, 1))
    assert (await house.learn(folder))["a.md"] == "unchanged"
    assert await house.records() == before


async def test_vanished_files_are_forgotten(house: House, folder: Path) -> None:
    await house.learn(folder)
    gone = (await house.records())["a.md"]
    (folder / "a.md").unlink()
    assert (await house.learn(folder))["a.md"] == "forgotten"
    assert list(await house.records()) == ["子/b.csv"]
    assert await house.texts(gone) == []
    with pytest.raises(NotFoundError):
        await house.blobs.get(gone.version)


async def test_another_root_is_left_alone(house: House, folder: Path, tmp_path: Path) -> None:
    twin = tmp_path / "别处" / "制度"
    twin.mkdir(parents=True)
    (twin / "a.md").write_text("# 乙\n\n病假十天。\n", "utf-8")
    await house.learn(folder)
    await house.learn(twin)
    titles = {d.title for d in await house.documents.list(visible=ALL)}
    assert titles == {"甲", "乙", "b"}
    await house.learn(folder)
    assert len(await house.documents.list(visible=ALL)) == 3


async def test_a_folder_that_cannot_be_looked_into_says_nothing_about_its_files(
    house: House, folder: Path, tmp_path: Path
) -> None:
    await house.learn(folder)
    (folder / "子").rename(tmp_path / "weg")
    (folder / "子").symlink_to("子")
    outcomes = await house.learn(folder)
    assert outcomes["子"] == "quarantined"
    assert (await house.records())["子/b.csv"].state == "searchable"


async def test_a_path_that_is_not_there_is_an_error_and_forgets_nothing(
    house: House, folder: Path
) -> None:
    await house.learn(folder)
    os.rename(folder, folder.with_name("weg"))  # noqa: PTH104
    with pytest.raises(NotFoundError, match="制度"):
        await house.learn(folder)
    assert len(await house.records()) == 2


async def test_failing_files_are_quarantined_and_the_rest_goes_on(
    house: House, folder: Path, files: Any
) -> None:
    (folder / "0.pdf").write_bytes(files.pdf()[:200])
    (folder / "x.docx").write_bytes(b"")
    assert await house.learn(folder) == {
        "0.pdf": "quarantined",
        "a.md": "learned",
        "x.docx": "quarantined",
        "子/b.csv": "learned",
    }
    records = await house.records()
    assert records["0.pdf"].state == "quarantined" and "damaged" in records["0.pdf"].reason
    assert "empty" in records["x.docx"].reason
    (folder / "x.docx").write_bytes(files.docx())
    assert (await house.learn(folder))["x.docx"] in ("learned", "updated")
    record = (await house.records())["x.docx"]
    assert record.state == "searchable" and record.reason == ""


async def test_a_file_that_breaks_withdraws_what_it_said_before(house: House, folder: Path) -> None:
    await house.learn(folder)
    (folder / "a.md").write_bytes(bytes(range(256)) * 4)
    assert (await house.learn(folder))["a.md"] == "quarantined"
    record = (await house.records())["a.md"]
    assert await house.texts(record) == [] and record.passages == 0


async def test_what_could_not_be_read_is_tried_again_under_new_settings(
    house: House, folder: Path
) -> None:
    async with house.opened(max_text_characters=1000, max_file_bytes=10) as learner:
        await learner.learn([folder], collection="c")
    assert {record.state for record in (await house.records()).values()} == {"quarantined"}
    assert set((await house.learn(folder)).values()) <= {"learned", "updated"}
    assert await house.index.count(visible=ALL) == 3


async def test_files_over_the_limit_are_quarantined_unread(house: House, folder: Path) -> None:
    async with house.opened(max_file_bytes=30) as learner:
        outcomes = await learner.learn([folder], collection="c")
    assert any(o.outcome == "quarantined" and "bytes" in o.reason for o in outcomes)


async def test_a_restricted_document_is_never_opened_by_learning_it_again(
    house: House, folder: Path
) -> None:
    await house.learn(folder, restricted=True)
    (folder / "a.md").write_text("# 甲\n\n年假二十天。改。\n", "utf-8")
    await house.learn(folder)
    record = (await house.records())["a.md"]
    assert record.restricted and record.scope == f"document:{record.id}"
    by_collection = VisibleSet(scopes=frozenset({"collection:c"}))
    assert await house.index.count(visible=by_collection) == 0
    assert await house.index.count(visible=ALL) == 3


async def test_restricting_what_is_unchanged_takes_effect(house: House, folder: Path) -> None:
    await house.learn(folder)
    await house.learn(folder, restricted=True)
    by_collection = VisibleSet(scopes=frozenset({"collection:c"}))
    assert await house.index.count(visible=by_collection) == 0
    assert all(record.restricted for record in (await house.records()).values())


async def test_progress_counts_every_file_once(house: House, folder: Path) -> None:
    told: list[LearnProgress] = []
    async with house.opened() as learner:
        await learner.learn([folder], collection="c", on_progress=told.append)
    assert [(p.done, p.total) for p in told] == [(1, 2), (2, 2)]
    assert told[-1].passages == 3
    assert all(isinstance(p.latest, FileOutcome) for p in told)


class _Failing:
    """An index that does what it is told and then fails, as a killed process would."""

    def __init__(self, index: LanceIndex) -> None:
        self._index = index

    async def replace(self, documents: Any) -> None:
        await self._index.replace(documents)
        raise StorageError("The disk is gone.")


async def test_passages_of_an_interrupted_file_that_vanishes_do_not_stay(
    house: House, folder: Path
) -> None:
    with pytest.raises(StorageError):
        async with house.opened(_Failing(house.index)) as learner:
            await learner.learn([folder], collection="c")
    (folder / "a.md").unlink()
    await house.learn(folder)
    assert await house.index.count(visible=ALL) == 2
    assert [record.source for record in (await house.records()).values()] == ["制度/子/b.csv"]


class _Stopping(TermEmbedder):
    """Fails after a number of batches."""

    def __init__(self, batches: int) -> None:
        super().__init__(DIMENSIONS)
        self.left = batches

    async def embed_passages(self, texts: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise StorageError("stopped")
        return await super().embed_passages(texts)


async def test_vectors_fill_in_and_complete_the_documents(house: House, folder: Path) -> None:
    rows = "".join(f"零件{n},{n}\n" for n in range(300))
    (folder / "b.csv").write_text("品名,单价\n" + rows, "utf-8")
    await house.learn(folder)
    with pytest.raises(StorageError):
        await house.filler(_Stopping(70)).fill()
    told: list[VectorProgress] = []
    made = await house.filler(TermEmbedder(DIMENSIONS)).fill(on_progress=told.append)
    assert 0 < made < 303
    assert told[-1].passages_done == told[-1].passages_total
    assert {record.state for record in (await house.records()).values()} == {"complete"}
    question = await TermEmbedder(DIMENSIONS).embed_question("年假十五天")
    hits = await house.index.vector_search(question, visible=ALL, limit=1)
    read = await house.index.passages([hits[0].passage], visible=ALL)
    assert [passage.text for passage in read.values()] == ["年假十五天。"]


async def test_a_changed_document_gets_new_vectors(house: House, folder: Path) -> None:
    await house.learn(folder)
    await house.filler(TermEmbedder(DIMENSIONS)).fill()
    (folder / "a.md").write_text("# 甲\n\n婚假三天，产假另计。\n", "utf-8")
    await house.learn(folder)
    assert (await house.records())["a.md"].state == "searchable"
    assert await house.filler(TermEmbedder(DIMENSIONS)).fill() == 1
    assert (await house.records())["a.md"].state == "complete"
