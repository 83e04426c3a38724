"""Where plans lie: figures only, in the folder `planning` of the home, and never what a document says."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from teaegg.core.errors import InvalidRequestError, StorageError
from teaegg.distill.planning.comparing import Outcome
from teaegg.distill.planning.figures import Plan
from teaegg.distill.planning.machine import Machine
from teaegg.distill.planning.pilots import PilotRecord
from teaegg.store.lines import write_text

Kept = TypeVar("Kept", bound=BaseModel)


class PlanFiles:
    """`probes/KEY.json`, `plans/SCENE-TIME.json`, `outcomes/SCENE-EXPERT.json`, `pilots/SCENE.json`.

    Raises StorageError when the disk refuses, InvalidRequestError for a plan that was edited into
    something else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def probe(self, key: str) -> Machine | None:
        """What was measured under `key`; None where nothing was, or cannot be read: then it is again."""
        try:
            return _read(self._folder / "probes" / f"{key}.json", Machine)
        except InvalidRequestError:
            return None

    def keep_probe(self, machine: Machine) -> None:
        _write(self._folder / "probes" / f"{machine.key}.json", machine)

    def plans(self, scene: str) -> list[Plan]:
        """Those of a scene, the oldest first."""
        found = (_read(path, Plan) for path in (self._folder / "plans").glob(f"{scene}-*.json"))
        own = [plan for plan in found if plan is not None and plan.scene == scene]
        return sorted(own, key=lambda plan: plan.made_at)

    def keep_plan(self, plan: Plan) -> None:
        at = f"{plan.made_at:%Y%m%d-%H%M%S-%f}"
        _write(self._folder / "plans" / f"{plan.scene}-{at}.json", plan)

    def outcomes(self) -> list[Outcome]:
        """What came of all plans that experts were made after."""
        found = (
            _read(path, Outcome) for path in sorted((self._folder / "outcomes").glob("*.json"))
        )
        return [outcome for outcome in found if outcome is not None]

    def keep_outcome(self, outcome: Outcome) -> None:
        name = f"{outcome.scene}-{outcome.expert[:12]}.json"
        _write(self._folder / "outcomes" / name, outcome)

    def pilots(self, scene: str) -> PilotRecord | None:
        """The last pilots of a scene, finished or not."""
        return _read(self._folder / "pilots" / f"{scene}.json", PilotRecord)

    def keep_pilots(self, record: PilotRecord) -> None:
        _write(self._folder / "pilots" / f"{record.scene}.json", record)

    @contextmanager
    def trial_folder(self) -> Iterator[Path]:
        """A folder that is gone afterwards, with what killed processes have left of theirs."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._clear()
            made = tempfile.mkdtemp(prefix=f"trial-{os.getpid()}-", dir=self._folder)
        except OSError as error:
            raise StorageError(
                f"{self._folder} cannot be written: {error.strerror or error}.",
                remedy="Free some disk space or check the rights on the folder.",
            ) from error
        try:
            yield Path(made)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _clear(self) -> None:
        for left in self._folder.glob("trial-*"):
            if not _lives(left.name.split("-")[1]):
                shutil.rmtree(left, ignore_errors=True)


def _lives(process: str) -> bool:
    with contextlib.suppress(ProcessLookupError, ValueError):
        try:
            os.kill(int(process), 0)
        except PermissionError:
            # Somebody else's process: it is there.
            return True
        return True
    return False


def _read(path: Path, kind: type[Kept]) -> Kept | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise InvalidRequestError(
            f"{path} cannot be understood: {error}.", remedy="Move it away; plans are made again."
        ) from error


def _write(path: Path, record: BaseModel) -> None:
    write_text(path, record.model_dump_json(indent=2) + "\n")
