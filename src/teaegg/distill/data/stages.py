"""How a stage runs: made anew only when what goes in has changed, and a file edited by hand is kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from teaegg.core.clock import Clock
from teaegg.core.errors import ConflictError
from teaegg.core.ids import content_hash, text_hash
from teaegg.distill.data.manifest import (
    Manifest,
    Stage,
    StageRecord,
    code_version,
    rejects_file,
    stage_file,
    write_manifest,
)
from teaegg.distill.data.records import Rejected
from teaegg.store.lines import read_lines, write_lines

Record = TypeVar("Record", bound=BaseModel)
OnProgress = Callable[[Stage, int, int], None]
"""Stage, steps done, steps in all."""


@dataclass(frozen=True, slots=True)
class Made(Generic[Record]):
    """What a stage made, and what it left out."""

    records: Sequence[Record]
    rejected: Sequence[Rejected] = field(default_factory=tuple)


class Workbench:
    """The folder of one dataset. `edited` gathers the stages whose files were changed by hand."""

    def __init__(self, folder: Path, manifest: Manifest, clock: Clock) -> None:
        self.folder = folder
        self.manifest = manifest
        self.edited: list[Stage] = []
        self._clock = clock

    def path(self, stage: Stage) -> Path:
        return self.folder / stage_file(stage)

    def inputs(self, settings: Any, *before: Stage) -> str:
        """The hash of what a stage depends on: settings as JSON, and the files of stages before."""
        return text_hash(
            json.dumps(
                [settings, *(_file_hash(self.path(stage)) for stage in before)],
                ensure_ascii=False,
                sort_keys=True,
            )
        )

    async def run(
        self,
        stage: Stage,
        kind: type[Record],
        inputs: str,
        make: Callable[[], Awaitable[Made[Record]]],
        *,
        shape: str = "",
    ) -> list[Record]:
        """The records of `stage`, made now or read from its file.

        Raises ConflictError when the file was edited and what it was made from has changed too:
        neither the edit nor the change may be lost unseen.
        """
        path, known = self.path(stage), self.manifest.stages.get(stage)
        if path.is_file() and known is not None:
            edited = _file_hash(path) != known.output
            if edited and known.inputs != inputs:
                raise _edited_and_outdated(path)
            if edited:
                self.edited.append(stage)
            if known.inputs == inputs:
                return list(read_lines(path, kind, shape=shape))
        made = await make()
        write_lines(path, made.records)
        write_lines(self.folder / rejects_file(stage), made.rejected)
        self._note(stage, inputs, made)
        return list(made.records)

    def drop(self, stage: Stage) -> None:
        """Remove what a stage left: what it was made from is not there any more."""
        for name in (stage_file(stage), rejects_file(stage)):
            (self.folder / name).unlink(missing_ok=True)
        if stage in self.manifest.stages:
            stages = {name: made for name, made in self.manifest.stages.items() if name != stage}
            self.describe(stages=stages)

    def describe(self, **values: Any) -> None:
        """Put `values` into the manifest and write it."""
        self.manifest = self.manifest.model_copy(update=values)
        write_manifest(self.folder, self.manifest)

    def _note(self, stage: Stage, inputs: str, made: Made[Any]) -> None:
        reasons = Counter(item.reason for item in made.rejected)
        record = StageRecord(
            inputs=inputs,
            output=_file_hash(self.path(stage)),
            records=len(made.records),
            rejected=dict(sorted(reasons.items())),
            code=code_version(),
            made_at=self._clock.now().isoformat(timespec="seconds"),
        )
        self.describe(stages={**self.manifest.stages, stage: record})


def _file_hash(path: Path) -> str:
    return content_hash(path.read_bytes()) if path.is_file() else ""


def _edited_and_outdated(path: Path) -> ConflictError:
    return ConflictError(
        f"{path.name} was edited by hand, and what it was made from has changed since.",
        remedy=f"To keep the edit, undo the change; to make it anew, move {path} away.",
    )
