"""Pilots: nested rows, the same documents to look at, each run done once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.distill.planning.planning_parts import SCENE

from teaegg.core.clock import SystemClock
from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.core.scenes import Scene
from teaegg.distill.journey import Telling
from teaegg.distill.planning.pilots import (
    PilotPlan,
    PilotRecord,
    examined,
    forecast_of,
    measured_spread,
    plan_pilots,
    run_pilots,
)
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, Turn
from teaegg.distill.train.base import Training
from teaegg.distill.train.plan import make_plan
from teaegg.distill.train.tokens import TokenRow


def rows(count: int, of: str = "d", per_document: int = 4) -> list[Row]:
    return [
        Row(
            id=f"{of}{number}",
            kind="lookup",
            turns=(Turn(role="user", content=f"{of} {number}?"),),
            answer=f"answer {number}",
            documents=(f"{of}{number // per_document}",),
        )
        for number in range(count)
    ]


def pilots(*, base: str = "b", minutes: float = 5, most: int = 80) -> PilotPlan:
    exam = rows(40, "exam", 2)
    return plan_pilots(rows(200), exam, Recipe(), base=base, most_rows=most, minutes=minutes)


def test_each_pilot_learns_what_the_smaller_one_did_and_as_much_again() -> None:
    plan = pilots()
    looked_at, learned = [], []
    for own, recipe in plan.runs:
        encoded = [TokenRow(row.id, (1, 2), (3,), row.group) for row in own]
        found = make_plan(encoded, recipe)
        looks = {name for batch in found.held_out for sheet in batch for name in sheet.rows}
        looked_at.append(looks)
        learned.append({row.id for row in own} - looks)
    assert looked_at[0] == looked_at[1] == looked_at[2] != set()
    assert [len(each) for each in learned] == [17, 35, 70]
    assert learned[0] < learned[1] < learned[2]


def test_the_largest_is_what_fits_into_its_minutes_or_two_fifths_of_the_rows() -> None:
    held_out = 24
    assert len(pilots(most=10_000).runs[-1][0]) == held_out + round(0.4 * (200 - held_out))
    assert len(pilots(most=0).runs[-1][0]) == held_out + 32
    assert pilots().runs[0][1].minutes == 5


def test_items_come_from_as_many_documents_as_there_are() -> None:
    chosen = examined(rows(40, "exam", 10), 6)
    assert [row.group for row in chosen] == ["exam0", "exam1", "exam2", "exam3", "exam0", "exam1"]
    assert len(examined(rows(3), 10)) == 3


@pytest.mark.parametrize(("learned", "items"), [(20, 10), (200, 0)])
def test_too_few_rows_and_no_exam_are_refused(learned: int, items: int) -> None:
    with pytest.raises(InvalidRequestError):
        plan_pilots(rows(learned), rows(items), Recipe(), base="b", most_rows=80, minutes=5)


class Learner:
    """Knows the more answers the more rows it saw; breaks off once where it is told to."""

    def __init__(self, breaks_at: int = 0) -> None:
        self.asked: list[str] = []
        self._breaks_at = breaks_at

    async def base_answers(
        self, scene: Scene, exam: Sequence[Row], recipe: Recipe, folder: Path, telling: Telling
    ) -> Mapping[str, str]:
        self.asked.append("base")
        return {row.id: "nothing" for row in exam}

    async def pilot(
        self,
        rows: Sequence[Row],
        exam: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        telling: Telling,
    ) -> tuple[Training, Mapping[str, str]]:
        self.asked.append(folder.name)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        if len(self.asked) == self._breaks_at:
            raise ModelError("cut off")
        known = len(rows) // 8
        said = {row.id: row.answer if place < known else "?" for place, row in enumerate(exam)}
        training = Training(
            adapter=folder,
            steps=1,
            rows=len(rows),
            tokens=1000 * len(rows),
            seconds=1.0,
            tokens_per_second=1.0,
            losses=(1.0,),
            held_out_losses=((1, 0.9), (2, 0.5), (3, 0.6)),
            left_out={},
            stopped="done",
            peak_memory_mib=1.0,
        )
        return training, said


async def run(
    learner: Learner, folder: Path, before: PilotRecord | None, kept: list[PilotRecord]
) -> PilotRecord:
    return await run_pilots(
        pilots(),
        learner,
        SCENE,
        Recipe(),
        folder,
        before,
        clock=SystemClock(),
        keep=kept.append,
        telling=Telling(),
    )


async def test_pilots_that_were_cut_off_go_on_with_the_next(tmp_path: Path) -> None:
    folder, kept = tmp_path / "pilots", list[PilotRecord]()
    first = Learner(breaks_at=3)
    with pytest.raises(ModelError):
        await run(first, folder, None, kept)
    assert first.asked == ["base", "1", "2"]
    assert [len(record.pilots) for record in kept] == [0, 1]
    assert (folder / "2").is_dir(), "its checkpoint is gone on from"
    again = Learner()
    record = await run(again, folder, kept[-1], kept)
    assert again.asked == ["2", "3"]
    assert record.whole
    assert not folder.exists(), "weights of pilots do not outlive them"
    assert [pilot.held_out_loss for pilot in record.pilots] == [0.5, 0.5, 0.5]
    assert record.pilots[0].score < record.pilots[2].score
    assert await run(Learner(), folder, record, kept) == record


async def test_pilots_of_other_rows_are_made_anew(tmp_path: Path) -> None:
    kept: list[PilotRecord] = []
    record = await run(Learner(), tmp_path / "pilots", None, kept)
    other = Learner()
    await run(other, tmp_path / "pilots", record.model_copy(update={"key": "other"}), kept)
    assert other.asked == ["base", "1", "2", "3"]


async def test_a_record_forecasts_and_tells_how_far_items_lie_apart(tmp_path: Path) -> None:
    record = await run(Learner(), tmp_path / "pilots", None, [])
    found = forecast_of(record, 4 * record.pilots[-1].tokens)
    assert found.apart == pytest.approx(4)
    assert found.score.value > record.pilots[1].score
    spread = measured_spread(record)
    assert spread is not None
    assert spread.variance > 0
    few = record.model_copy(update={"documents": tuple(n % 3 for n in record.documents)})
    assert measured_spread(few) is None


def test_a_record_tells_nothing_of_documents() -> None:
    names = PilotRecord.model_fields.keys() | {"scores"}
    assert not names & {"titles", "answers", "questions", "rows_text"}
