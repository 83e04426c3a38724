"""The order of requests: groups stay together, and every wait is bounded."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.errors import ModelUnavailableError
from teaegg.serving.experts.queueing import Queue
from teaegg.serving.experts.turns import Turns

SLOTS, PATIENCE, PASSED = 2, 100.0, 3
EXPERTS = st.sampled_from(["tax", "hr", "pumps", None])
STEPS = st.lists(st.one_of(EXPERTS.map(lambda name: ("ask", name)), st.just(("done", None))))


def _turns(slots: int = SLOTS, passed: int = PASSED) -> Turns:
    return Turns(slots=slots, patience_seconds=PATIENCE, most_passed=passed)


def test_a_request_joins_the_expert_that_is_speaking() -> None:
    turns = _turns()
    for expert in ("tax", "hr", "tax"):
        turns.ask(expert, 0.0)
    started = [turns.start(0.0), turns.start(0.0)]
    assert [request.expert for request in started if request] == ["tax", "tax"]
    assert turns.start(0.0) is None
    turns.leave(0)
    request = turns.start(0.0)
    assert request and request.expert == "hr"


def test_whoever_has_waited_long_enough_is_next() -> None:
    turns = _turns(passed=1000)
    for expert in ("tax", "hr", "tax"):
        turns.ask(expert, 0.0)
    assert turns.start(0.0)
    request = turns.start(PATIENCE)
    assert request and request.expert == "hr"


@given(STEPS)
def test_nobody_is_passed_more_often_than_allowed_and_everybody_gets_a_turn(
    steps: list[tuple[str, str | None]],
) -> None:
    turns = _turns()
    running: list[int] = []
    asked: list[int] = []
    begun: list[int] = []

    def begin() -> None:
        while request := turns.start(0.0):
            running.append(request.ticket)
            begun.append(request.ticket)
            assert len(running) == turns.running <= SLOTS

    for action, expert in steps:
        if action == "ask":
            asked.append(turns.ask(expert, 0.0))
        elif running:
            turns.leave(running.pop(0))
        begin()
    while running:
        turns.leave(running.pop(0))
        begin()
    assert sorted(begun) == asked
    for place, ticket in enumerate(begun):
        assert sum(other > ticket for other in begun[:place]) <= PASSED


@given(STEPS, st.integers(1, 4))
def test_a_slot_is_never_idle_while_somebody_waits(
    steps: list[tuple[str, str | None]], slots: int
) -> None:
    turns = _turns(slots)
    running: list[int] = []
    for action, expert in steps:
        if action == "ask":
            turns.ask(expert, 0.0)
        elif running:
            turns.leave(running.pop())
        while request := turns.start(0.0):
            running.append(request.ticket)
        assert turns.running == slots or turns.waiting == 0


async def test_the_queue_lets_in_as_many_as_there_are_slots_and_turns_away_a_flood() -> None:
    queue = Queue(_turns(), now=lambda: 0.0, most_waiting=2)
    inside, most = 0, 0
    go = asyncio.Event()

    async def visit() -> None:
        nonlocal inside, most
        async with queue.turn("tax"):
            inside += 1
            most = max(most, inside)
            await go.wait()
            inside -= 1

    visits = [asyncio.create_task(visit()) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(ModelUnavailableError, match="2 questions are waiting"):
        async with queue.turn("hr"):
            pass
    visits[3].cancel()
    go.set()
    results = await asyncio.gather(*visits, return_exceptions=True)
    assert most == SLOTS
    assert inside == 0
    assert isinstance(results[3], asyncio.CancelledError)
    async with queue.turn("hr"):
        assert inside == 0
