"""Rows of a forgotten document leave the files of its datasets, all of them and nothing else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expert_making import NOW, make_dataset, make_expert, make_record, write_export

from teaegg.core.documents import Document
from teaegg.core.errors import StorageError
from teaegg.core.ids import content_hash
from teaegg.distill.lineage.forgetting import Forgetting
from teaegg.distill.lineage.sweeping import sweep_rows
from teaegg.distill.rows import Row, Turn, read_rows, write_rows
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.files import ExpertFiles
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ExpertRecords, TrainingDocument


def row(name: str, *documents: str) -> Row:
    turn = Turn(role="user", content=f"问题 {name}")
    return Row(id=name, kind="lookup", turns=(turn,), answer="答案", documents=documents)


def document(name: str) -> Document:
    return Document(
        id=name,
        collection="tax",
        source=name,
        title=f"《{name}》",
        media_type="text/plain",
        version="0" * 64,
        state="complete",
        restricted=False,
        size_bytes=1,
        passages=1,
        learned_at=NOW,
    )


def test_every_file_of_the_dataset_is_swept_and_its_record_follows(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    write_rows(file, [row("1", "dlaw"), row("2", "dlaw", "drules"), row("3"), row("4", "drules2")])
    asked = tmp_path / "2-asked.jsonl"
    asked.write_text('{"proofs": [{"document": "drules"}]}\n{"document": "dlaw"}\n', "utf-8")
    record = tmp_path / "dataset.json"
    record.write_text(json.dumps({"rows": content_hash(file.read_bytes()), "asked": "0"}), "utf-8")
    assert sweep_rows(file, ["drules"]) == 2
    assert [each.id for each in read_rows(file)] == ["1", "3", "4"]
    assert asked.read_text("utf-8") == '{"document": "dlaw"}\n'
    assert json.loads(record.read_text("utf-8"))["rows"] == content_hash(file.read_bytes())
    assert sweep_rows(file, ["drules"]) == 0
    assert sweep_rows(tmp_path / "nowhere" / "rows.jsonl", ["drules"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [asked.name, record.name, file.name]


names = st.sampled_from(["d1", "d12", "d2", "d"])


@given(
    rows=st.lists(st.lists(names, max_size=3, unique=True), max_size=8),
    forgotten=st.lists(names, min_size=1, max_size=2, unique=True),
)
def test_just_the_rows_that_name_a_forgotten_document_go(
    rows: list[list[str]], forgotten: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("dataset") / "rows.jsonl"
    made = [row(f"r{number}", *named) for number, named in enumerate(rows)]
    write_rows(file, made)
    sweep_rows(file, forgotten)
    kept = [each for each in made if not set(each.documents) & set(forgotten)]
    assert list(read_rows(file)) == kept


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    yield opened
    await opened.close()


async def test_rows_and_weights_go_as_soon_as_the_document_is_forgotten(
    database: Database, tmp_path: Path
) -> None:
    documents, experts = DocumentRecords(database), ExpertRecords(database)
    law, rules = document("law"), document("rules")
    for each in (law, rules):
        await documents.put(each, root="")
    expert = make_expert("tax")
    write_rows(tmp_path / "data/tax/rows.jsonl", [row("1", "law"), row("2", "rules")])
    taught = [TrainingDocument.of(each) for each in (law, rules)]
    dataset = make_dataset(expert, file="data/tax/rows.jsonl")
    await experts.register(make_record(expert), dataset, taught, by="chen")
    files = ExpertFiles(tmp_path / "experts")
    await files.put(expert, write_export(tmp_path / "export"))
    forgetting = Forgetting(LineageRecords(database), files, tmp_path)
    await forgetting.finish()
    assert (files.place(expert.id) / "adapter.gguf").exists()
    await documents.forget(["rules"], at=NOW, by="chen")
    await forgetting.finish()
    await forgetting.finish()
    assert [each.id for each in read_rows(tmp_path / "data/tax/rows.jsonl")] == ["1"]
    assert not (files.place(expert.id) / "adapter.gguf").exists()


async def test_a_folder_that_cannot_be_written_is_told_and_tried_again(
    database: Database, tmp_path: Path
) -> None:
    documents, experts = DocumentRecords(database), ExpertRecords(database)
    await documents.put(document("law"), root="")
    expert = make_expert("tax")
    file = tmp_path / "rows.jsonl"
    # A folder in the place of a file refuses to be read whoever asks, root included.
    file.mkdir()
    dataset = make_dataset(expert, file="rows.jsonl")
    taught = [TrainingDocument.of(document("law"))]
    await experts.register(make_record(expert), dataset, taught, by="chen")
    await documents.forget(["law"], at=NOW)
    lineage = LineageRecords(database)
    forgetting = Forgetting(lineage, ExpertFiles(tmp_path / "experts"), tmp_path)
    with pytest.raises(StorageError, match="cannot be deleted"):
        await forgetting.finish()
    assert len(await lineage.sweeps()) == 1
    file.rmdir()
    write_rows(file, [row("1", "law")])
    await forgetting.finish()
    assert await lineage.sweeps() == ()
    assert list(read_rows(file)) == []
