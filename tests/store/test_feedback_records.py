"""What people thought of answers is kept with the answer, and told by the scene that gave it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.expert_making import NOW, make_dataset, make_expert, make_record

from teaegg.store.database import Database, open_database
from teaegg.store.exams.feedback import Feedback, FeedbackRecords
from teaegg.store.experts.records import ExpertRecords
from teaegg.store.traces import ConversationRecords, TraceRecords, Turn


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    yield opened
    await opened.close()


@pytest.fixture
async def expert(database: Database) -> str:
    """An expert of the scene tax."""
    made = make_expert(scene="tax")
    await ExpertRecords(database).register(make_record(made), make_dataset(made), (), by="chen")
    return made.id


async def ask(
    database: Database, trace: str, *, expert: str = "", verdict: str = "answered"
) -> None:
    record = {
        "question": f"Q {trace}",
        "answer": f"A {trace}",
        "expert": expert,
        "verdict": verdict,
    }
    await TraceRecords(database).put(trace, user="li", asked_at=NOW, record=record)


async def test_a_newer_opinion_of_the_same_person_replaces_the_older(database: Database) -> None:
    await ask(database, "t1")
    records = FeedbackRecords(database)
    await records.put(Feedback("t1", "li", True, NOW))
    later = Feedback("t1", "li", False, NOW + timedelta(hours=1), "wrong day", "八天")
    await records.put(later)
    await records.put(Feedback("t1", "chen", True, NOW))
    assert await records.of(["t1"], user="li") == {"t1": later}
    assert len(await records.list()) == 2


async def test_opinions_are_listed_newest_first_beside_question_answer_and_scene(
    database: Database, expert: str
) -> None:
    await ask(database, "t1", expert=expert)
    await ask(database, "t2")
    records = FeedbackRecords(database)
    await records.put(Feedback("t1", "li", False, NOW))
    await records.put(Feedback("t2", "li", True, NOW + timedelta(hours=1)))
    found = await records.list()
    assert [(one.feedback.trace, one.question, one.answer, one.scene) for one in found] == [
        ("t2", "Q t2", "A t2", ""),
        ("t1", "Q t1", "A t1", "tax"),
    ]


async def test_opinions_are_chosen_by_thumb_scene_and_number(
    database: Database, expert: str
) -> None:
    records = FeedbackRecords(database)
    for number, (of, helpful) in enumerate([(expert, False), (expert, True), ("", False)]):
        await ask(database, f"t{number}", expert=of)
        await records.put(Feedback(f"t{number}", "li", helpful, NOW + timedelta(hours=number)))

    async def traces(**chosen: object) -> list[str]:
        return [one.feedback.trace for one in await records.list(**chosen)]  # type: ignore[arg-type]

    assert await traces(helpful=False) == ["t2", "t0"]
    assert await traces(scene="tax") == ["t1", "t0"]
    assert await traces(scene="tax", helpful=False) == ["t0"]
    assert await traces(scene="") == ["t2"]
    assert await traces(scene="other") == []
    assert await traces(limit=1) == ["t2"]


async def test_an_opinion_can_be_taken_back(database: Database) -> None:
    await ask(database, "t1")
    records = FeedbackRecords(database)
    await records.put(Feedback("t1", "li", True, NOW))
    await records.put(Feedback("t1", "chen", True, NOW))
    await records.take_back("t1", user="li")
    assert [one.feedback.user for one in await records.list()] == ["chen"]


async def test_the_talks_of_a_scene_are_those_that_its_experts_answered(
    database: Database, expert: str
) -> None:
    talks = ConversationRecords(database)
    for name in ("c1", "c2"):
        await talks.add(name, user="li", title=name, created_at=NOW)
    for trace, talk, of, verdict in (
        ("t1", "c1", expert, "answered"),
        ("t2", "c1", expert, "abstained"),
        ("t3", "c2", "", "answered"),
    ):
        await ask(database, trace, expert=of, verdict=verdict)
        await talks.add_turn(talk, Turn("Q", "Q", trace, NOW))
    records = FeedbackRecords(database)
    assert [
        (turn.conversation, turn.ordinal, turn.verdict) for turn in await records.turns("tax")
    ] == [
        ("c1", 0, "answered"),
        ("c1", 1, "abstained"),
    ]
    assert await records.answers("tax") == 2
    assert await records.turns("other") == ()
