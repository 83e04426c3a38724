"""Plans are kept, compared with what came of them, and the planner's own error is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.distill.planning.planning_parts import MACHINE, NOW, known

from teaegg.core.errors import InvalidRequestError, StorageError
from teaegg.distill.journey import Telling
from teaegg.distill.planning.comparing import (
    earlier_seconds,
    outcome,
    plan_of,
    planner_errors,
)
from teaegg.distill.planning.figures import Plan
from teaegg.distill.planning.keeping import PlanFiles
from teaegg.distill.planning.lines import exam_claim, figures
from teaegg.distill.planning.quantities import quantities
from teaegg.distill.planning.timing import StageTimes
from teaegg.distill.recipe import Recipe


def planned(*, later: int = 0, **changes: Any) -> Plan:
    found = known()
    taken = quantities(found)
    plan = Plan(
        scene="leave",
        actor="owner",
        made_at=NOW + timedelta(minutes=later),
        code="0.1",
        rows=100,
        recipe=Recipe().model_dump(),
        device="cpu",
        measured_at=NOW,
        currency="USD",
        figures=figures(found, taken, exam_claim(found, taken)),
    )
    return plan.model_copy(update=changes)


def facts(**changes: Any) -> dict[str, Any]:
    """What the record of an expert says of its making."""
    return {
        "recipe": Recipe(seed=2).model_dump(),
        "rows_wanted": 100,
        "dataset_rows": 90,
        "exam_items": 48,
        "tokens": 70_000,
        "peak_memory_mib": 3100,
        "stages": {"rows": 10.0, "training": 200.0, "export": 60.0, "exam": 300.0},
        "resumed": False,
        "exam": {"candidate": {"f1": 0.6}, "difference": {"mean": 0.4}},
        **changes,
    }


def test_a_plan_is_compared_line_by_line_with_what_came() -> None:
    plan = planned()
    lines = {line.figure.key: line for line in outcome(plan, "e1", facts()).lines}
    assert lines["rows"].ratio == pytest.approx(0.9)
    assert not lines["rows"].within
    training = plan.figure("training_seconds")
    assert training is not None
    assert lines["training_seconds"].ratio == pytest.approx(200 / training.value)
    assert lines["total_seconds"].actual == 570
    assert "teacher_price" not in lines, "nobody recorded it"


def test_times_of_a_run_that_was_cut_off_are_not_compared() -> None:
    found = outcome(planned(), "e1", facts(resumed=True))
    assert {line.figure.key for line in found.lines} == {
        "rows",
        "exam_items",
        "learned_tokens",
        "memory_mib",
    }
    assert found.notes


def test_an_older_record_says_less_and_is_compared_in_that() -> None:
    assert outcome(planned(), "e1", {"recipe": {}, "steps": 3}).lines == ()


def test_the_last_plan_before_the_expert_with_its_rows_and_recipe_is_meant() -> None:
    early, late, after = planned(), planned(later=5), planned(later=20)
    other = planned(later=8, rows=500)
    longer = planned(later=9, recipe=Recipe(minutes=5).model_dump())
    plans = [early, late, other, longer, after]
    assert plan_of(plans, NOW + timedelta(minutes=10), facts()) == late
    assert plan_of([other, longer], NOW + timedelta(minutes=10), facts()) is None


def test_the_planners_error_is_the_median_over_all_plans() -> None:
    every = [outcome(planned(), f"e{rows}", facts(dataset_rows=rows)) for rows in (90, 100, 130)]
    errors = {error.key: error for error in planner_errors(every)}
    assert errors["rows"].ratio == 1.0
    assert errors["rows"].plans == 3
    assert errors["rows"].within == pytest.approx(1 / 3)
    assert earlier_seconds(every, "export_seconds") == 60
    assert earlier_seconds([], "export_seconds") is None


def test_plans_come_back_as_they_were_and_by_scene(tmp_path: Path) -> None:
    files = PlanFiles(tmp_path / "planning")
    first, second = planned(), planned(later=1)
    files.keep_plan(second)
    files.keep_plan(first)
    files.keep_plan(planned(scene="leave-abroad"))
    assert files.plans("leave") == [first, second]
    found = outcome(first, "e1", facts())
    files.keep_outcome(found)
    files.keep_outcome(found)
    assert files.outcomes() == [found]
    files.keep_probe(MACHINE)
    assert files.probe(MACHINE.key) == MACHINE
    assert files.probe("another") is None


def test_an_edited_plan_is_named_and_a_damaged_probe_is_measured_again(tmp_path: Path) -> None:
    files = PlanFiles(tmp_path)
    files.keep_plan(planned())
    files.keep_probe(MACHINE)
    (plan,) = (tmp_path / "plans").iterdir()
    plan.write_text(plan.read_text("utf-8")[:-40], encoding="utf-8")
    with pytest.raises(InvalidRequestError, match=plan.name):
        files.plans("leave")
    probe = tmp_path / "probes" / f"{MACHINE.key}.json"
    probe.write_text(json.dumps({"key": "k"}), encoding="utf-8")
    assert files.probe(MACHINE.key) is None


def test_a_trial_leaves_nothing_and_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = tmp_path / f"trial-{int(ended.stdout)}-x"
    others = tmp_path / f"trial-{os.getppid()}-x"
    for folder in (left, others):
        folder.mkdir()
    files = PlanFiles(tmp_path)
    with pytest.raises(KeyboardInterrupt), files.trial_folder() as own:
        (own / "weights").write_text("half")
        assert not left.exists()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [others.name]


def test_a_disk_that_refuses_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "planning").write_text("in the way")
    files = PlanFiles(tmp_path / "planning")
    with pytest.raises(StorageError), files.trial_folder():
        pass
    with pytest.raises(StorageError):
        files.keep_plan(planned())


class _Ticking:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic_seconds(self) -> float:
        self.seconds += 1
        return self.seconds

    def now(self) -> Any:
        return NOW


def test_stages_are_timed_from_what_the_journey_tells() -> None:
    heard: list[str] = []
    times = StageTimes(_Ticking())
    times.enter("training")
    telling = times.heard(Telling(step=lambda step, done, total: heard.append(step)))
    telling.step("exporting", 0, 1)
    telling.step("examining", 0, 2)
    telling.step("examining", 1, 2)
    telling.step("examining the base", 1, 2)
    assert times.ended() == {"rows": 1.0, "training": 1.0, "export": 1.0, "exam": 3.0}
    assert heard == ["exporting", "examining", "examining", "examining the base"]
