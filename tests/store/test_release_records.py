"""Releases on record: only what passed against what is in use now, signed off by a person, gone back to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.expert_making import NOW, make_dataset, make_expert, make_record, taught_by
from tests.release_making import in_use, judged, passing, records_of, released, states
from tests.store.test_expert_records import LAW
from tests.store.test_source_records import migrate

from teaegg.core.errors import ConflictError, InvalidRequestError, NotFoundError
from teaegg.core.experts import Expert
from teaegg.store.database import Database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.changes import change_state
from teaegg.store.experts.records import ExpertRecords
from teaegg.store.releases.canaries import Canary, CanaryRecords
from teaegg.store.releases.records import Release, ReleaseRecords
from teaegg.store.releases.verdicts import VerdictRecords
from teaegg.store.schema.releases import ReleaseRow

A, B, C = (make_expert("tax", seed) for seed in "123")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with records_of(tmp_path) as opened:
        await DocumentRecords(opened).put(LAW, root="")
        for expert in (A, B, C):
            await register(opened, expert)
        yield opened


async def register(database: Database, expert: Expert) -> None:
    await ExpertRecords(database).register(
        make_record(expert), make_dataset(expert), taught_by(LAW), by="chen"
    )


async def release(database: Database, expert: Expert, verdict: str, why: str = "passed") -> None:
    await ReleaseRecords(database).release(expert.id, verdict, by="chen", at=NOW, why=why)


async def back(database: Database, **how: str) -> str:
    """Go back from what answers for tax; the id of what answers then."""
    leaving = how.pop("leaving", None) or await in_use(database, A.id)
    made = await ReleaseRecords(database).roll_back(
        "tax", leaving=leaving, by="wang", at=NOW, why="worse", **how
    )
    assert (await in_use(database, A.id)) == made.expert
    return made.expert


async def test_a_release_is_dated_signed_off_and_names_its_verdict(database: Database) -> None:
    verdict = await judged(database, A.id)
    made, before = await ReleaseRecords(database).release(
        A.id, verdict.id, by="wang", at=NOW, why="考试通过"
    )
    assert made == Release("tax", 1, A.id, "wang", NOW, "考试通过", verdict=verdict.id)
    assert before == ""
    assert await ReleaseRecords(database).history("tax") == (made,)
    assert await VerdictRecords(database).get(verdict.id) == verdict


async def test_nothing_is_released_that_has_not_passed(database: Database) -> None:
    failed = await VerdictRecords(database).keep(passing(A.id, passes=False))
    others = await judged(database, B.id)
    for verdict, said in (
        ("", "not judged"),
        ("no such verdict", "not judged"),
        (others.id, "not judged"),
        (failed.id, "did not pass"),
    ):
        with pytest.raises(ConflictError, match=said):
            await release(database, A, verdict)
    assert set((await states(database)).values()) == {"candidate"}
    assert await ReleaseRecords(database).history() == ()


async def test_an_approval_needs_its_reason(database: Database) -> None:
    verdict = await judged(database, A.id)
    with pytest.raises(InvalidRequestError, match="with a reason"):
        await release(database, A, verdict.id, why=" ")
    await released(database, A.id)
    with pytest.raises(InvalidRequestError, match="with a reason"):
        await ReleaseRecords(database).roll_back("tax", leaving=A.id, by="wang", at=NOW, why="")


async def test_a_verdict_against_what_is_no_longer_in_use_releases_nothing(
    database: Database,
) -> None:
    early = await judged(database, C.id)
    await released(database, A.id)
    with pytest.raises(ConflictError, match=f"with the bare base, but the expert {A.id[:12]}"):
        await release(database, C, early.id)
    against_a = await judged(database, C.id)
    await released(database, B.id)
    with pytest.raises(ConflictError, match=f"but the expert {B.id[:12]} is in use"):
        await release(database, C, against_a.id)
    assert await in_use(database, C.id) == B.id


async def test_what_was_withdrawn_is_not_released_though_it_passed(database: Database) -> None:
    verdict = await judged(database, A.id)
    await DocumentRecords(database).forget([LAW.id], at=NOW)
    with pytest.raises(ConflictError, match="not a candidate"):
        await release(database, A, verdict.id)


async def test_going_back_goes_one_release_further_each_time_whatever_the_clock_said(
    database: Database,
) -> None:
    for days, expert in ((0, A), (-3, B), (-9, C)):
        await released(database, expert.id, at=NOW + timedelta(days=days))
    assert await back(database) == B.id
    assert await back(database) == A.id
    with pytest.raises(NotFoundError, match="No earlier release"):
        await back(database)
    history = await ReleaseRecords(database).history("tax")
    assert [(each.number, each.restores) for each in history] == [
        (5, 1), (4, 2), (3, None), (2, None), (1, None),
    ]  # fmt: skip


async def test_an_earlier_one_can_be_named_and_only_what_has_answered(database: Database) -> None:
    for expert in (A, B):
        await released(database, expert.id)
    assert await back(database, to=A.id) == A.id
    assert await back(database, to=B.id) == B.id
    for never in (C.id, B.id, "nothing"):
        with pytest.raises(NotFoundError, match="did not answer before"):
            await back(database, to=never)


async def test_after_a_retirement_the_last_that_answered_comes_back(database: Database) -> None:
    for expert in (A, B):
        await released(database, expert.id)
    await ExpertRecords(database).retire(B.id, by="chen", at=NOW)
    assert await in_use(database, A.id) == ""
    assert await back(database) == B.id


async def test_a_withdrawn_expert_is_passed_over(database: Database) -> None:
    for expert in (A, B, C):
        await released(database, expert.id)
    async with database.session() as session:
        await change_state(session, B.id, to="withdrawn", out_of=("retired",), by="chen", at=NOW)
    assert await back(database) == A.id


async def test_two_who_go_back_at_once_do_not_go_two_steps(database: Database) -> None:
    for expert in (A, B, C):
        await released(database, expert.id)
    outcomes = await asyncio.gather(
        *(back(database, leaving=C.id) for _ in range(4)), return_exceptions=True
    )
    assert sum(each == B.id for each in outcomes) == 1
    beaten = [each for each in outcomes if each != B.id]
    assert all("Somebody else has changed" in str(each) for each in beaten)
    assert await in_use(database, A.id) == B.id


async def test_a_canary_stands_beside_what_it_was_compared_with(database: Database) -> None:
    canaries = CanaryRecords(database)
    verdict = await judged(database, B.id)
    canary = Canary("tax", B.id, "chen", NOW, "try", share=0.5, verdict=verdict.id)
    with pytest.raises(ConflictError, match="Nothing answers for tax"):
        await canaries.begin(canary)
    await released(database, A.id)
    with pytest.raises(ConflictError, match="compared with the bare base"):
        await canaries.begin(canary)
    verdict = await judged(database, B.id)
    begun = await canaries.begin(
        Canary("tax", B.id, "chen", NOW, "try", share=0.5, verdict=verdict.id)
    )
    assert await canaries.beside(A.id) == (begun,)
    assert await canaries.beside(B.id) == ()
    await released(database, C.id)
    assert await canaries.beside(C.id) == ()
    assert (await canaries.of_scene("tax"))[0].ended_by == "chen"


async def test_a_shadow_needs_no_verdict_and_ends_when_it_is_released(database: Database) -> None:
    canaries = CanaryRecords(database)
    await released(database, A.id)
    for expert in (C, B):
        await canaries.begin(Canary("tax", expert.id, "chen", NOW, "", shadow=True))
    assert [each.expert for each in await canaries.beside(A.id)] == [B.id]
    with pytest.raises(ConflictError, match="not a candidate"):
        await canaries.begin(Canary("tax", A.id, "chen", NOW, "", shadow=True))
    await released(database, C.id)
    assert [each.expert for each in await canaries.beside(C.id)] == [B.id]
    await released(database, B.id)
    assert await canaries.beside(B.id) == ()
    assert not await canaries.end("tax", shadow=True, by="chen", at=NOW)


async def test_what_was_released_before_there_was_a_gate_stays_and_can_be_gone_back_to(
    tmp_path: Path,
) -> None:
    async with records_of(tmp_path) as database:
        await DocumentRecords(database).put(LAW, root="")
        for expert in (A, B):
            await register(database, expert)
            await released(database, expert.id, why=f"because of {expert.id[:4]}")
    migrate(tmp_path / "records.db", "0008", down=True)
    async with records_of(tmp_path) as database:
        history = await ReleaseRecords(database).history("tax")
        assert [(each.number, each.expert, each.verdict) for each in history] == [
            (2, B.id, ""),
            (1, A.id, ""),
        ]
        assert (history[0].by, history[0].at, history[0].why) == (
            "chen", NOW, f"because of {B.id[:4]}",
        )  # fmt: skip
        assert await in_use(database, A.id) == B.id
        assert await back(database) == A.id
        async with database.session() as session:
            assert len(list(await session.scalars(select(ReleaseRow)))) == 3
