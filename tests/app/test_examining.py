"""Exams are sat by name, kept, gone on with, listed and found; only by owners."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.cli.conftest import TermEmbedder
from tests.app.talking_server import FILTERED, talking_server

from teaegg.app.exams.examinees import Wish, read_target
from teaegg.app.exams.examining import spread
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    ModelUnavailableError,
    NotAllowedError,
    NotFoundError,
)
from teaegg.core.exams import Exam, ExamItem
from teaegg.core.settings import AnswerSettings, Settings, TeacherSettings
from teaegg.evals.targets.endpoint import Prices
from teaegg.models.standin import ScriptedChat


def choice(number: int, name: str = "c") -> ExamItem:
    return ExamItem(
        id=f"{name}{number}",
        form="choice",
        questions=(f"{name}题{number}：年假有几天？",),
        options=("3天", "5天", "9天"),
        right=("B",),
        document=f"d{number}",
    )


EXAM = Exam(name="leave", title="休假", items=tuple(choice(number) for number in range(8)))
OTHERS = Exam(name="apart", title="例题", items=tuple(choice(number, "e") for number in range(3)))


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    """With both exams and one document; models are stand-ins."""
    settings = Settings(
        home=tmp_path / "home",
        answers=AnswerSettings(abstain_below=0),
        teacher=TeacherSettings(currency="EUR"),
    )
    chat = ScriptedChat(*["甲"] * 40, picks=(1,))
    async with open_workspace(settings, chat=chat, embedder=TermEmbedder()) as workspace:
        (tmp_path / "handbook.md").write_text("# 手册\n\n每年享受年假5天。\n", encoding="utf-8")
        await workspace.access.create_collection(LOCAL_OWNER, "handbook")
        await workspace.learner.learn([tmp_path / "handbook.md"], collection="handbook")
        for exam in (EXAM, OTHERS):
            await workspace.exams.keep(LOCAL_OWNER, exam)
        yield workspace


async def test_the_base_sits_and_is_asked_once_whatever_happens(workspace: Workspace) -> None:
    sat = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"))
    assert [one.text for one in sat.responses.values()] == ["B"] * 8
    assert {score.value for score in sat.scored.scores.values()} == {1.0}
    assert sat.sitting.finished_at and sat.unanswered == 0
    chat: Any = workspace.chat
    asked = len(chat.prompts)
    assert (await workspace.examining.report(LOCAL_OWNER, "leave")).currency == "EUR"
    again = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"))
    assert again.sitting.id == sat.sitting.id and len(chat.prompts) == asked
    anew = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"), again=True)
    assert anew.sitting.id != sat.sitting.id and len(chat.prompts) == asked + 8
    latest = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"))
    assert latest.sitting.id == anew.sitting.id and len(chat.prompts) == asked + 8


async def test_two_at_once_do_not_ask_the_same_items(workspace: Workspace, tmp_path: Path) -> None:
    asked = asyncio.Event()
    sitting = asyncio.create_task(
        workspace.examining.sit(
            LOCAL_OWNER, "leave", Wish("base"), tell=lambda done, total: asked.set()
        )
    )
    await asked.wait()
    with pytest.raises(ConflictError, match="at this moment"):
        await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"))
    sat = await sitting
    chat: Any = workspace.chat
    assert sat.unanswered == 0 and len(chat.prompts) == 8
    assert (await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"))).unanswered == 0


async def test_a_few_items_are_spread_over_the_exam_and_the_rest_follows(
    workspace: Workspace,
) -> None:
    few = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"), limit=2)
    assert set(few.responses) == {EXAM.items[0].hash, EXAM.items[4].hash}
    assert few.sitting.finished_at is None and few.unanswered == 6
    whole = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"))
    assert whole.sitting.id == few.sitting.id and whole.sitting.finished_at
    assert [item.id for item in spread(EXAM.items, 3)] == ["c0", "c2", "c5"]


async def test_examples_come_from_items_that_are_kept_apart(workspace: Workspace) -> None:
    wish = Wish("base+2", examples=OTHERS.items)
    sat = await workspace.examining.sit(LOCAL_OWNER, "leave", wish, limit=1)
    chat: Any = workspace.chat
    assert chat.prompts[-1].count("e题") == 2
    assert len(sat.sitting.settings["examples"]) == 2
    with pytest.raises(InvalidRequestError, match="asked in the exam"):
        await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base+2", examples=EXAM.items))
    with pytest.raises(InvalidRequestError, match="no items are named"):
        await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base+2"))


async def test_the_door_of_users_sits_with_proof_and_leaves_nobody_a_history(
    workspace: Workspace,
) -> None:
    sat = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("pipeline"), limit=1)
    (response,) = sat.responses.values()
    assert response.evidence and response.trace and response.refused is not None
    record = await workspace.trace(LOCAL_OWNER, response.trace)
    assert record["question"].endswith("C. 9天")
    assert record["user"] != LOCAL_OWNER.name
    assert not await workspace.conversations.list(LOCAL_OWNER)


async def test_after_a_document_changed_the_door_sits_anew(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("answerer"), limit=1)
    (tmp_path / "handbook.md").write_text("# 手册\n\n每年享受年假7天。\n", encoding="utf-8")
    await workspace.learner.learn([tmp_path / "handbook.md"], collection="handbook")
    second = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("answerer"), limit=1)
    assert first.sitting.id != second.sitting.id


async def test_what_was_found_stands_in_the_prompt_of_a_base_that_searches(
    workspace: Workspace,
) -> None:
    sat = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base+search"), limit=1)
    chat: Any = workspace.chat
    assert "每年享受年假5天。" in chat.prompts[-1]
    assert next(iter(sat.responses.values())).evidence


async def test_an_endpoint_that_dies_is_not_paid_twice(workspace: Workspace) -> None:
    said: list[str] = []

    def say(question: str) -> str | None:
        said.append(question)
        return "B" if len(said) <= 5 else None

    with talking_server(say) as talk:
        wish = Wish(f"{talk.address}#general", prices=Prices(2.0, 8.0), at_once=1)
        with pytest.raises(ModelUnavailableError):
            await workspace.examining.sit(LOCAL_OWNER, "leave", wish)
        (broken,) = await workspace.examining.list(LOCAL_OWNER, "leave")
        assert len(broken.responses) == 5 and broken.sitting.finished_at is None
        talk.say, before = (lambda question: "B"), len(talk.questions)
        sat = await workspace.examining.sit(LOCAL_OWNER, "leave", wish)
        assert len(talk.questions) == before + 3 and sat.unanswered == 0
    response = next(iter(sat.responses.values()))
    assert (response.prompt_tokens, response.answer_tokens) == (100, 10)
    assert response.price == pytest.approx((100 * 2 + 10 * 8) / 1_000_000)


async def test_what_an_endpoints_filter_declines_is_a_refusal_and_the_exam_goes_on(
    workspace: Workspace,
) -> None:
    with talking_server(lambda question: FILTERED if "c题3" in question else "B") as talk:
        sat = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish(f"{talk.address}#general"))
    assert sat.unanswered == 0
    declined = sat.responses[EXAM.items[3].hash]
    assert (declined.text, declined.refused) == ("", True)
    assert sat.responses[EXAM.items[4].hash].refused is None


async def test_sittings_are_found_by_who_sat_or_by_their_id(workspace: Workspace) -> None:
    sat = await workspace.examining.sit(LOCAL_OWNER, "leave", Wish("base"), limit=1)
    examining = workspace.examining
    for name in ("base", sat.sitting.id, sat.sitting.id[:10]):
        assert (await examining.find(LOCAL_OWNER, "leave", name)).sitting.id == sat.sitting.id
    with pytest.raises(NotFoundError, match="base has"):
        await examining.find(LOCAL_OWNER, "leave", "pipeline")


async def test_exams_are_for_owners(workspace: Workspace) -> None:
    member = Actor("li")
    with pytest.raises(NotAllowedError):
        await workspace.examining.sit(member, "leave", Wish("base"))
    with pytest.raises(NotAllowedError):
        await workspace.examining.list(member, "leave")
    with pytest.raises(NotAllowedError):
        await workspace.examining.find(member, "leave", "base")


@pytest.mark.parametrize(
    ("text", "kind", "name", "examples", "search"),
    [
        ("base", "base", "", 0, False),
        ("base+5", "base", "", 5, False),
        ("base+5+search", "base", "", 5, True),
        ("expert:tax", "expert", "tax", 0, False),
        ("expert:tax+search", "expert", "tax", 0, True),
        ("answerer", "answerer", "", 0, False),
        ("pipeline", "pipeline", "", 0, False),
        ("https://api.example.com/v1#qwen-max", "endpoint", "qwen-max", 0, False),
        ("http://localhost:8000/v1#a/b:1+5", "endpoint", "a/b:1", 5, False),
    ],
)
def test_who_is_meant(text: str, kind: str, name: str, examples: int, search: bool) -> None:
    meant = read_target(text)
    assert (meant.kind, meant.name, meant.examples, meant.search) == (kind, name, examples, search)


@pytest.mark.parametrize("text", ["", "bases", "base+x", "expert:", "http://a/v1", "ftp://a#b"])
def test_who_is_nobody(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="names nobody"):
        read_target(text)
