"""How the way to an expert looks at a terminal: rows, training, export, exam, one line at a time."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from teaegg.app.cli.datasets.screen import MakingScreen
from teaegg.app.cli.experts.rendering import training_line
from teaegg.app.cli.output import bar, note, screen
from teaegg.distill.journey import JourneyStep, Telling

if TYPE_CHECKING:
    from teaegg.distill.data.manifest import Stage
    from teaegg.distill.train.base import Progress as Standing

_NOTE_EVERY_SECONDS = 60


class JourneyScreen:
    """Bars on stderr where there is a terminal; else a line a minute, for logs."""

    def __init__(self) -> None:
        self._live = screen(stderr=True).is_terminal
        self._making = MakingScreen()
        self._progress = bar()
        self._task = self._progress.add_task("", total=None, visible=False)
        self._noted = -_NOTE_EVERY_SECONDS * 1.0
        self._rows_done = False

    @property
    def telling(self) -> Telling:
        return Telling(self._training, self._step)

    def __enter__(self) -> JourneyScreen:
        self._making.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_of_rows()
        self._progress.stop()

    def rows(self, stage: Stage, done: int, total: int) -> None:
        self._making.show(stage, done, total)

    def _end_of_rows(self) -> None:
        """Two live displays cannot stand on one terminal."""
        if not self._rows_done:
            self._rows_done = True
            self._making.__exit__(None, None, None)
            self._progress.start()

    def _training(self, standing: Standing) -> None:
        self._end_of_rows()
        text = f"Training: {training_line(standing)}"
        total = standing.seconds + standing.seconds_left
        self._progress.update(
            self._task, description=text, completed=standing.seconds, total=total, visible=True
        )
        if not self._live and standing.seconds - self._noted >= _NOTE_EVERY_SECONDS:
            self._noted = standing.seconds
            note(text)

    def _step(self, step: JourneyStep, done: int, total: int) -> None:
        self._end_of_rows()
        text = f"{step.capitalize()}: {done} of {total}"
        self._progress.update(
            self._task, description=text, completed=done, total=total, visible=True
        )
        if not self._live and done == total:
            note(text)
