"""Three short runs of growing size, examined on the same items, each done once and then only read."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.distill.exam_items import exam_item
from teaegg.distill.journey import Telling
from teaegg.distill.planning.scaling import FEWEST_PILOTS, Forecast, forecast, scores_covariance
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, rows_hash
from teaegg.distill.train.base import Training
from teaegg.distill.train.plan import FEWEST_ROWS, held_out_groups
from teaegg.evals.gate.planning import Spread
from teaegg.evals.gate.policy import Policy
from teaegg.evals.reading import reading_score
from teaegg.evals.statistics.paired import paired_difference

PILOTS = "pilots"
"""The folder of their runs, among those of the dataset: forgetting a document finds them there."""
_LARGEST_SHARE = 0.4
"""Of the rows, in the largest pilot."""
_ITEMS = 24
_HELD_OUT_ROWS = 24
_HELD_OUT_SHARE = 0.25


class PilotJourney(Protocol):
    """The part of `distill.journey.Journey` that pilots go."""

    async def pilot(
        self,
        rows: Sequence[Row],
        exam: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        telling: Telling,
    ) -> tuple[Training, Mapping[str, str]]: ...

    async def base_answers(
        self, scene: Scene, exam: Sequence[Row], recipe: Recipe, folder: Path, telling: Telling
    ) -> Mapping[str, str]: ...


class Pilot(BaseModel):
    """A finished run on `rows`, `tokens` of them learned from. `held_out_loss` is that of the best look
    (nats an answer token; the same rows for all pilots), `scores` the F1 of each item, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rows: int
    tokens: int
    seconds: float
    held_out_loss: float | None
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        return sum(self.scores) / len(self.scores)


class PilotRecord(BaseModel):
    """The pilots of a scene on `base` (SHA-256). `key` names rows, exam, recipe and base; `documents`
    says by number which items share one. Nothing in it tells what a document says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scene: str
    base: str
    key: str
    begun_at: datetime
    documents: tuple[int, ...]
    base_scores: tuple[float, ...] = ()
    pilots: tuple[Pilot, ...] = ()

    @property
    def whole(self) -> bool:
        return bool(self.base_scores) and len(self.pilots) == FEWEST_PILOTS


@dataclass(frozen=True, slots=True)
class PilotPlan:
    """What the pilots of a scene learn from and are examined on. `runs` are the rows of each run, those
    that are only looked at included, and the recipe that keeps just them out."""

    base: str
    key: str
    runs: tuple[tuple[tuple[Row, ...], Recipe], ...]
    exam: tuple[Row, ...]


def plan_pilots(
    rows: Sequence[Row],
    exam: Sequence[Row],
    recipe: Recipe,
    *,
    base: str,
    most_rows: int,
    minutes: float,
) -> PilotPlan:
    """Three runs, each with the rows of the one before and as many again, at most `most_rows` and
    `minutes` each. All keep the same documents' rows to look at. Raises InvalidRequestError for too few
    rows or no exam.
    """
    sizes = Counter(row.group for row in rows)
    wanted = min(_HELD_OUT_ROWS, round(_HELD_OUT_SHARE * len(rows)))
    groups = held_out_groups(sizes, wanted, recipe.seed)
    held_out = [row for row in rows if row.group in groups]
    learned = [row for row in rows if row.group not in groups]
    largest = max(4 * FEWEST_ROWS, min(most_rows, round(_LARGEST_SHARE * len(learned))))
    if len(learned) < largest or not exam:
        raise InvalidRequestError(
            f"Pilots need {largest} rows beside {len(held_out)} to look at, and exam items; there are "
            f"{len(rows)} rows and {len(exam)} items.",
            remedy="Learn more documents, or keep some for the exam (exam.share).",
        )
    items = examined(exam, _ITEMS)
    key = text_hash(
        f"{base} {rows_hash(rows)} {rows_hash(items)} {recipe.hash} {largest} {minutes:g}"
    )
    runs = []
    for part in (4, 2, 1):
        own = (*held_out, *learned[: largest // part])
        share = {"held_out_share": len(held_out) / len(own), "minutes": minutes}
        runs.append((own, recipe.model_copy(update=share)))
    return PilotPlan(base, key, tuple(runs), tuple(items))


def examined(exam: Sequence[Row], most: int) -> list[Row]:
    """`most` of the items, one of each document in turn: many documents tell more than many items."""
    by_document: dict[str, list[Row]] = {}
    for row in exam:
        by_document.setdefault(row.group, []).append(row)
    turns = zip_longest(*by_document.values())
    return [row for turn in turns for row in turn if row is not None][:most]


async def run_pilots(
    plan: PilotPlan,
    journey: PilotJourney,
    scene: Scene,
    recipe: Recipe,
    folder: Path,
    before: PilotRecord | None,
    *,
    clock: Clock,
    keep: Callable[[PilotRecord], None],
    telling: Telling,
) -> PilotRecord:
    """The record of all of them; what `before` holds of the same plan is not done again. `keep` gets it
    after every run, whose `folder` is then deleted. Raises what trainer, export and engine raise; runs
    that were cut off go on from their last checkpoint.
    """
    record = before if before and before.key == plan.key else _begun(plan, scene, clock)
    if not record.base_scores:
        said = await journey.base_answers(scene, plan.exam, recipe, folder / "base", telling)
        record = record.model_copy(update={"base_scores": _scores(plan.exam, said)})
        keep(record)
    for number in range(len(record.pilots), len(plan.runs)):
        rows, own = plan.runs[number]
        place = folder / str(number + 1)
        training, said = await journey.pilot(rows, plan.exam, own, place, telling)
        pilot = Pilot(
            rows=training.rows,
            tokens=training.tokens,
            seconds=training.seconds,
            held_out_loss=min((loss for _, loss in training.held_out_losses), default=None),
            scores=_scores(plan.exam, said),
        )
        record = record.model_copy(update={"pilots": (*record.pilots, pilot)})
        keep(record)
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return record


def forecast_of(record: PilotRecord, tokens: float) -> Forecast:
    """What a run on `tokens` row tokens scores. Raises InvalidRequestError as `scaling.forecast`."""
    scores = [record.base_scores, *(pilot.scores for pilot in record.pilots)]
    documents = [str(number) for number in record.documents]
    return forecast(
        [0.0, *(float(pilot.tokens) for pilot in record.pilots)],
        [sum(each) / len(each) for each in scores],
        scores_covariance(scores, documents),
        tokens,
    )


def measured_spread(record: PilotRecord) -> Spread | None:
    """How far items and documents lie apart in what the largest pilot gains: the exam's own figure.
    None where there are too few documents to know."""
    if len(set(record.documents)) < Policy().least_documents:
        return None
    documents = [str(number) for number in record.documents]
    gained = paired_difference(record.pilots[-1].scores, record.base_scores, documents, seed=1)
    return Spread(gained.variance, None, gained.items / gained.documents)


def _begun(plan: PilotPlan, scene: Scene, clock: Clock) -> PilotRecord:
    numbers: dict[str, int] = {}
    documents = tuple(numbers.setdefault(row.group, len(numbers)) for row in plan.exam)
    return PilotRecord(
        scene=scene.name,
        base=plan.base,
        key=plan.key,
        begun_at=clock.now(),
        documents=documents,
    )


def _scores(exam: Sequence[Row], said: Mapping[str, str]) -> tuple[float, ...]:
    items = [exam_item(row) for row in exam]
    return tuple(reading_score(said[item.id], item.right).f1 for item in items)
