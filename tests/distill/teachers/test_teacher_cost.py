"""What a teacher costs: counted from what the endpoint says, and never more than was allowed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.errors import TeachingStoppedError
from teaegg.distill.teachers.course import outcomes
from teaegg.distill.teachers.endpoint import Before, EndpointTeacher
from teaegg.distill.teachers.replies import Usage


async def test_the_cost_is_counted_from_what_the_endpoint_says(
    teacher_of: Any, teaching: Any, settings_for: Any, make_lesson: Any
) -> None:
    told: list[Usage] = []
    with teaching.teaching_server(teaching.right) as server:
        settings = settings_for(
            server.base_url, price_in_per_million=2, price_out_per_million=8, currency="CNY"
        )
        teacher = teacher_of(settings, before=Before(Usage(1000, 0)), tell=told.append)
        for number in range(3):
            await teacher.teach(make_lesson(number))
        await teacher.close()
    assert teacher.spent == Usage(1300, 150)
    assert told == [Usage(1100, 50), Usage(1200, 100), Usage(1300, 150)]
    assert teacher.prices.money(teacher.spent) == pytest.approx(0.0038)
    assert teacher.prices.shown(teacher.spent) == "1,300 tokens sent, 150 answered, 0.0038 CNY"


async def test_calls_that_nobody_counts_are_taken_for_the_most(
    teacher_of: Any, teaching: Any, settings_for: Any, make_lesson: Any
) -> None:
    def behave(number: int, request: Any) -> Any:
        said = teaching.right(number, request)
        del said.body["usage"]
        return said

    with teaching.teaching_server(behave) as server:
        teacher = teacher_of(settings_for(server.base_url, answer_tokens=100))
        await teacher.teach(make_lesson())
        await teacher.close()
    assert teacher.spent.answered == 100
    assert teacher.spent.assumed == teacher.spent.total > 600


@pytest.mark.parametrize("bound", [{"budget_tokens": 10_000}, {"budget": 0.01}])
async def test_a_call_that_could_exceed_the_budget_is_not_sent(
    teacher_of: Any, teaching: Any, settings_for: Any, make_lesson: Any, bound: dict[str, float]
) -> None:
    """The server takes as much as a call can take at most: what was announced, never more."""

    def behave(number: int, request: Any) -> Any:
        said = teaching.right(number, request)
        sent = sum(len(turn["content"].encode()) for turn in request["messages"])
        said.body["usage"] = {"prompt_tokens": sent, "completion_tokens": request["max_tokens"]}
        said.seconds = 0.01
        return said

    with teaching.teaching_server(behave) as server:
        settings = settings_for(
            server.base_url,
            **bound,
            price_in_per_million=1,
            price_out_per_million=1,
            answer_tokens=200,
        )
        teacher = teacher_of(settings)
        found = []
        with pytest.raises(TeachingStoppedError) as caught:
            lessons = (make_lesson(number) for number in range(50))
            async for outcome in outcomes(teacher, lessons, at_once=8):
                found.append(outcome)
        await teacher.close()
    assert 0 < len(found) == server.calls < 50
    assert teacher.spent.total <= 10_000
    assert caught.value.reason == "budget"
    assert f"{teacher.spent.sent:,} tokens sent" in caught.value.message
    assert "not paid for again" in caught.value.remedy


async def test_what_a_first_try_took_is_kept_when_the_budget_ends_before_the_second(
    teaching: Any, settings_for: Any, make_lesson: Any, teacher_of: Any
) -> None:
    slow = teaching.completion("late", seconds=3)
    with teaching.teaching_server(lambda number, request: slow) as server:
        settings = settings_for(
            server.base_url, timeout_seconds=0.1, budget_tokens=4000, answer_tokens=500
        )
        teacher = teacher_of(settings)
        reply = await teacher.reply(make_lesson())
        await teacher.close()
    assert reply.failure and reply.failure.reason == "budget" and reply.failure.stops
    assert reply.usage == teacher.spent
    assert 500 < reply.usage.total <= 4000


async def test_a_call_that_waits_for_the_budget_is_sent_when_others_took_less(
    teacher_of: Any, teaching: Any, settings_for: Any, make_lesson: Any
) -> None:
    """Both would not fit at their most; each takes 150 tokens."""

    def behave(number: int, request: Any) -> Any:
        said = teaching.right(number, request)
        said.seconds = 0.05
        return said

    with teaching.teaching_server(behave) as server:
        settings = settings_for(server.base_url, budget_tokens=4000, answer_tokens=1000)
        teacher = teacher_of(settings)
        taught = await asyncio.gather(*(teacher.teach(make_lesson(n)) for n in range(4)))
        await teacher.close()
    assert all(taught)
    assert server.most_at_once == 1


async def test_requests_of_a_minute_stay_within_the_limit(
    teaching: Any, settings_for: Any, make_lesson: Any
) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    class Minutes(SystemClock):
        def monotonic_seconds(self) -> float:
            return sum(naps)

    with teaching.teaching_server(teaching.right) as server:
        settings = settings_for(server.base_url, requests_per_minute=3)
        teacher = EndpointTeacher(settings, Minutes(), sleep=nap)
        await asyncio.gather(*(teacher.teach(make_lesson(n)) for n in range(7)))
        await teacher.close()
    assert server.calls == 7
    assert sum(naps) == 120


async def test_a_cancelled_run_leaves_nothing_reserved(
    teacher_of: Any, teaching: Any, settings_for: Any, make_lesson: Any
) -> None:
    def behave(number: int, request: Any) -> Any:
        said = teaching.right(number, request)
        said.seconds = 5 if number == 0 else 0
        return said

    with teaching.teaching_server(behave) as server:
        teacher = teacher_of(settings_for(server.base_url, budget_tokens=4000, answer_tokens=500))
        started = time.monotonic()
        task = asyncio.create_task(teacher.teach(make_lesson(1)))
        assert await asyncio.to_thread(server.reached.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await teacher.teach(make_lesson(2))
        assert time.monotonic() - started < 4
        await teacher.close()
