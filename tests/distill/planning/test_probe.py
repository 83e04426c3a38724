"""The probe: what is timed of a run, and the real trainer and engine for some seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.needed import needs_training

from teaegg.core.clock import SystemClock
from teaegg.core.errors import InvalidRequestError
from teaegg.distill.planning.machine import machine_key
from teaegg.distill.planning.probe import Bench, Told, probe, step_speeds
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, Turn
from teaegg.distill.train.base import Progress
from teaegg.distill.train.factory import make_trainer


def told(*steps: tuple[float, float, float]) -> list[Told]:
    """Of each step (row tokens so far, seconds of training so far, when it was told)."""
    return [
        Told(Progress(number, 99, 1.0, None, tokens / seconds, seconds, 0.0), at)
        for number, (tokens, seconds, at) in enumerate(steps)
    ]


def test_the_first_step_warms_up_and_the_look_is_timed_by_itself() -> None:
    speeds, look = step_speeds(told((1000, 10, 20), (2000, 12, 22), (3000, 14, 27)))
    assert speeds == pytest.approx([500, 500])
    assert look == pytest.approx(3)


@pytest.mark.parametrize("steps", [(), ((1000, 10, 20),)])
def test_a_run_of_one_step_times_nothing(steps: tuple[tuple[float, float, float], ...]) -> None:
    assert step_speeds(told(*steps)) == ([], 0.0)


def test_a_probe_holds_for_its_base_its_threads_and_its_recipe() -> None:
    def key(base: str = "b", threads: int = 0, rank: int = 16) -> str:
        return machine_key(base, Recipe(rank=rank), "zh", threads=threads)

    assert key() == key()
    assert len({key(), key(base="c"), key(threads=1), key(rank=8)}) == 4
    # How long it trains and with which seed changes nothing of the speed.
    longer = machine_key("b", Recipe(minutes=9, seed=4, epochs=5), "zh", threads=0)
    assert longer == key()


def rows(count: int) -> list[Row]:
    return [
        Row(
            id=f"r{number}",
            kind="lookup",
            turns=(Turn(role="user", content=f"[1] 手册\n年假为{number}天。\n\n问题：年假几天？"),),
            answer=f"{number}天",
            documents=(f"d{number}",),
        )
        for number in range(count)
    ]


async def test_fewer_rows_than_a_run_takes_are_refused(tmp_path: Path) -> None:
    bench = Bench(None, 0, None, "", 1.0, SystemClock())
    with pytest.raises(InvalidRequestError):
        await probe(rows(3), Recipe(), bench, tmp_path, "k")


@pytest.mark.timeout(300)
@needs_training
async def test_the_real_trainer_and_engine_are_timed(tmp_path: Path) -> None:
    recipe = Recipe(batch_tokens=256, rank=4)
    trainer = make_trainer(None, threads=0)
    bench = Bench(None, 0, trainer, "", 2.0, SystemClock())
    machine = await probe(rows(9), recipe, bench, tmp_path / "run", "k")
    engine, training = machine.engine, machine.training
    assert engine.read_tokens_per_second > engine.written_tokens_per_second > 0
    assert 1 <= engine.base_answer_tokens <= 128
    assert 0.2 < engine.tokens_per_width < 3
    assert training is not None
    assert training.slowest <= training.tokens_per_second <= training.fastest
    assert training.start_seconds > 0
    assert training.memory_mib > 500
    assert training.folder_bytes >= training.adapter_bytes > 100_000
