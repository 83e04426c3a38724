"""The record of a dataset: what it was made from, by whom, with which seed and code, and how many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from teaegg import __version__
from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import content_hash
from teaegg.store.lines import write_text

FILE_NAME = "dataset.json"
Stage = Literal["split", "asked", "verified", "clean", "brought", "balanced", "rows", "exam"]
STAGES: tuple[Stage, ...] = get_args(Stage)
_NUMBERED: tuple[Stage, ...] = ("split", "asked", "verified", "clean", "balanced")


class StageRecord(BaseModel):
    """One stage as it was last made: hashes of what went in and of the file that came out."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    inputs: str
    output: str
    records: int
    rejected: Mapping[str, int] = Field(default_factory=dict)
    code: str
    made_at: str


class Manifest(BaseModel):
    """`dataset.json`. `documents` are the ids of every document that the files may tell of.

    `imported` counts rows that were brought from elsewhere, which tell of nobody knows what; `egress`
    says which collections a teacher was shown, where it stands and which setting allowed it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    scene: Mapping[str, Any] = Field(default_factory=dict)
    seed: int = 1
    teacher: str = ""
    teacher_fingerprint: str = ""
    student: str = ""
    documents: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    stages: Mapping[Stage, StageRecord] = Field(default_factory=dict)
    rows_hash: str = ""
    imported: int = 0
    egress: Mapping[str, Any] = Field(default_factory=dict)


def stage_file(stage: Stage) -> str:
    """The name of the file that a stage writes."""
    number = f"{_NUMBERED.index(stage) + 1}-" if stage in _NUMBERED else ""
    return f"{number}{stage}.jsonl"


def rejects_file(stage: Stage) -> str:
    """The name of the file in which a stage says what it left out and why."""
    return stage_file(stage).replace(stage, f"{stage}-rejected")


def read_manifest(folder: Path) -> Manifest | None:
    """None where there is no dataset. Raises InvalidRequestError when it cannot be understood."""
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise InvalidRequestError(
            f"The record {path} cannot be understood: {error}.",
            remedy="Move it away and run `teaegg data make` again; the files of rows stay.",
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    write_text(folder / FILE_NAME, manifest.model_dump_json(indent=2) + "\n")


@cache
def code_version() -> str:
    """The release, and a hash of the code of the data factory: two of one release may differ."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return f"{__version__}+{content_hash(b''.join(path.read_bytes() for path in sources))[:8]}"
