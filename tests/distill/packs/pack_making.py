"""Packs for tests: signed for real, made in an instant because nothing was trained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.expert_making import BASE, NOW, make_dataset, make_expert, make_record

from teaegg.core.experts import expert_id
from teaegg.core.ids import content_hash
from teaegg.distill.packs.lineage import digest
from teaegg.distill.packs.opening import Here, OpenedPack, open_pack
from teaegg.distill.packs.packing import PackContent, write_pack
from teaegg.distill.packs.signing import SecretKey
from teaegg.store.experts.records import TrainingDocument

KEY = SecretKey.generate()
HERE = Here(base=BASE, signers=(("acme", KEY.public),), recipient="age1here")
WEIGHTS = b"GGUF small"
TAUGHT = (TrainingDocument("d1", "v1", "handbook", "c:handbook", "员工手册"),)


def small_expert(folder: Path) -> PackContent:
    """An expert of a few hundred bytes in `folder`, so that a test can go through every byte."""
    (folder / "peft").mkdir(parents=True)
    (folder / "adapter.gguf").write_bytes(WEIGHTS)
    (folder / "peft/adapter_config.json").write_text("{}")
    (folder / "exam.json").write_text(json.dumps({"items": 20}))
    (folder / "manifest.json").write_text("the folder's own list")
    expert = replace(make_expert("tax"), adapter=content_hash(WEIGHTS))
    expert = replace(expert, id=expert_id(expert))
    return PackContent(
        expert=expert,
        title="税务专家",
        collections=("handbook",),
        lineage=digest(make_record(expert), TAUGHT, make_dataset(expert)),
        folder=folder,
        notices={"licences/NOTICE.txt": b"Base: a test\n"},
        recipients=(),
        made_at=NOW,
    )


def small_pack(place: Path, **changes: Any) -> Path:
    """A signed pack below `place`; `changes` are fields of `PackContent`."""
    content = replace(small_expert(place / "expert"), **changes)
    return write_pack(content, KEY, place)[0]


def opened(path: Path, here: Here = HERE, *, into: Path | None = None) -> OpenedPack:
    with TemporaryDirectory() as place:
        return open_pack(path, here, Path(place), into=into)


def files_below(folder: Path) -> Sequence[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
