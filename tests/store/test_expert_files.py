"""Folders of experts: complete or not there, and never served when a byte of them has changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.expert_making import make_expert, write_export

from teaegg.core.errors import InvalidRequestError, NotFoundError, StorageError
from teaegg.core.experts import expert_id
from teaegg.store.experts.files import ExpertFiles

EXPERT = make_expert("tax")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_export(tmp_path / "export")


@pytest.fixture
def files(tmp_path: Path) -> ExpertFiles:
    folder = tmp_path / "experts"
    folder.mkdir()
    return ExpertFiles(folder)


async def test_a_folder_is_kept_under_its_id_and_opens_as_it_was(
    files: ExpertFiles, export: Path
) -> None:
    place = await files.put(EXPERT, export)
    assert place.name == EXPERT.id == expert_id(EXPERT)
    assert await files.opened(EXPERT) == place
    assert (place / "adapter.gguf").read_bytes() == (export / "adapter.gguf").read_bytes()
    assert json.loads((place / "manifest.json").read_text())["expert"]["scene"] == "tax"
    assert await files.put(EXPERT, export) == place
    assert [path.name for path in place.parent.iterdir()] == [EXPERT.id]


@pytest.mark.parametrize(
    "name", ["adapter.gguf", "peft/adapter_model.safetensors", "training.json", "manifest.json"]
)
async def test_a_changed_or_missing_file_is_named_and_the_expert_does_not_open(
    files: ExpertFiles, export: Path, name: str
) -> None:
    path = await files.put(EXPERT, export) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"cannot be used") as refused:
        await files.opened(EXPERT)
    assert name.split("/")[0] in str(refused.value)
    assert refused.value.remedy
    path.unlink()
    with pytest.raises(StorageError, match="cannot be used"):
        await files.opened(EXPERT)


async def test_an_export_of_another_adapter_is_refused_and_leaves_nothing(
    files: ExpertFiles, export: Path
) -> None:
    with pytest.raises(InvalidRequestError, match="not the adapter"):
        await files.put(make_expert("tax", "another"), export)
    with pytest.raises(InvalidRequestError, match="not the hash"):
        await files.put(replace(EXPERT, scene="other"), export)
    (export / "adapter.gguf").unlink()
    with pytest.raises(NotFoundError, match=r"adapter\.gguf"):
        await files.put(EXPERT, export)
    assert list(files.place("").iterdir()) == []


async def test_a_disk_that_refuses_leaves_no_half_of_an_expert(
    files: ExpertFiles, export: Path, tmp_path: Path
) -> None:
    blocked = ExpertFiles(tmp_path / "no-folder")
    (tmp_path / "no-folder").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="cannot be kept"):
        await blocked.put(EXPERT, export)
    with pytest.raises(StorageError, match="cannot be used"):
        await files.opened(EXPERT)


async def test_weights_are_deleted_and_the_record_of_the_run_stays(
    files: ExpertFiles, export: Path
) -> None:
    place = await files.put(EXPERT, export)
    assert await files.drop_weights(EXPERT.id)
    assert sorted(path.name for path in place.iterdir()) == [
        "manifest.json",
        "parity.json",
        "training.json",
    ]
    assert not await files.drop_weights(EXPERT.id)
    with pytest.raises(StorageError, match="missing"):
        await files.opened(EXPERT)
