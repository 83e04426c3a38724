"""Beside the release: a canary for its share of the askers, a shadow for none; its questions stay its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.app.api.conftest import DIMENSIONS, settings
from tests.app.api.test_api_experts import QUESTION, make
from tests.expert_making import NOW
from tests.release_making import judged, make_exam, records_of, released_in, sit

from teaegg.app.experts.beside import MOST_WAITING, hears
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.answers import Answer
from teaegg.core.errors import ConflictError, InvalidRequestError, ModelError, NotFoundError
from teaegg.core.exams import Exam, ExamItem
from teaegg.core.experts import Expert
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.models.base import ChatModel, Message
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.events import AnswerReady
from teaegg.store.exams.sittings import SittingRecords
from teaegg.store.releases.canaries import Canary

NOT_SAID = "资料中没有说明"


class SlowChat(ScriptedChat):
    """Begins to speak once it may."""

    def __init__(self, said: str, may_speak: asyncio.Event, began: asyncio.Event) -> None:
        super().__init__(said)
        self._may_speak = may_speak
        self._began = began

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        self._began.set()
        await self._may_speak.wait()
        async for piece in super().stream(messages, max_tokens=max_tokens):
            yield piece


@dataclass
class Voices:
    """Each expert says its own, when it may; `asked` are those whose models were lent, `began` is set
    when one that may not speak yet was asked."""

    said: dict[str, str] = field(default_factory=dict)
    silent: dict[str, asyncio.Event] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        self.asked.append(expert.id)
        if expert.id in self.broken:
            raise ModelError("It does not load.", remedy="None.")
        said = self.said.get(expert.id, "年假每年十二天")
        if expert.id in self.silent:
            return SlowChat(said, self.silent[expert.id], self.began)
        return ScriptedChat(said)


@pytest.fixture
def voices() -> Voices:
    return Voices()


@pytest.fixture
async def workspace(home: Path, voices: Voices) -> AsyncIterator[Workspace]:
    async with open_workspace(
        settings(home),
        chat=ScriptedChat(),
        embedder=TermEmbedder(DIMENSIONS),
        expert_models=voices,
    ) as opened:
        yield opened


@pytest.fixture
async def current(workspace: Workspace, tmp_path: Path) -> Expert:
    made = await make(workspace, tmp_path, "leave", "handbook")
    await released_in(workspace, "leave")
    return made


@pytest.fixture
async def newer(workspace: Workspace, current: Expert, tmp_path: Path) -> Expert:
    """A candidate beside the release."""
    return await make(workspace, tmp_path, "leave", "handbook", "2")


async def ask(workspace: Workspace, actor: Actor, question: str = QUESTION) -> Answer:
    async for event in workspace.ask(actor, question, expert="leave"):
        if isinstance(event, AnswerReady):
            answer = event.answer
    return answer


async def canary(workspace: Workspace, expert: Expert, share: float) -> Canary:
    async with records_of(workspace.settings.home) as database:
        verdict = await judged(database, expert.id)
    return await workspace.releases.canary(LOCAL_OWNER, verdict, share, why="try it")


def people(share_hears: Canary) -> tuple[str, str]:
    """Somebody who hears the canary, and somebody who does not."""
    names = [f"user{number}" for number in range(100)]
    return (
        next(name for name in names if hears(share_hears, name)),
        next(name for name in names if not hears(share_hears, name)),
    )


def test_the_share_is_kept_and_each_asker_stays_on_one_side() -> None:
    one = Canary("leave", "e", "chen", NOW, "", share=0.1, number=1)
    names = [f"user{number}" for number in range(5000)]
    hearing = {name for name in names if hears(one, name)}
    assert 0.08 < len(hearing) / len(names) < 0.12
    assert hearing == {name for name in names if hears(one, name)}
    wider = Canary("leave", "e", "chen", NOW, "", share=0.3, number=1)
    assert hearing < {name for name in names if hears(wider, name)}
    other = Canary("leave", "e", "chen", NOW, "", share=0.1, number=2)
    assert len(hearing & {name for name in names if hears(other, name)}) < len(hearing) / 2


async def test_a_canary_answers_its_share_of_the_askers(
    workspace: Workspace, current: Expert, newer: Expert
) -> None:
    begun = await canary(workspace, newer, 0.5)
    hearing, others = people(begun)
    for name, expected in ((hearing, newer), (others, current)):
        await workspace.access.add_user(LOCAL_OWNER, name)
        actor = await workspace.access.actor(name)
        assert {(await ask(workspace, actor)).expert for _ in range(3)} == {expected.id}
    owner = Actor(hearing, "owner")
    pinned = [event async for event in workspace.ask(owner, QUESTION, expert=current.id)][-1]
    assert isinstance(pinned, AnswerReady) and pinned.answer.expert == current.id
    await workspace.releases.end(LOCAL_OWNER, "leave", shadow=False)
    assert (await ask(workspace, owner)).expert == current.id
    with pytest.raises(NotFoundError, match="no canary"):
        await workspace.releases.end(LOCAL_OWNER, "leave", shadow=False)


async def test_who_may_not_read_what_taught_the_canary_hears_the_release(
    workspace: Workspace, current: Expert, tmp_path: Path
) -> None:
    secret = await make(workspace, tmp_path, "leave", "plans", "3")
    hearing, _ = people(await canary(workspace, secret, 0.5))
    await workspace.access.add_user(LOCAL_OWNER, hearing)
    assert (await ask(workspace, await workspace.access.actor(hearing))).expert == current.id
    assert (await ask(workspace, Actor(hearing, "owner"))).expert == secret.id


async def test_a_canary_that_does_not_load_leaves_the_question_to_the_release(
    workspace: Workspace, current: Expert, newer: Expert, voices: Voices
) -> None:
    hearing, _ = people(await canary(workspace, newer, 0.5))
    voices.broken.add(newer.id)
    assert (await ask(workspace, Actor(hearing, "owner"))).expert == current.id


async def test_a_canary_needs_a_share_and_a_reason_and_to_have_passed(
    workspace: Workspace, newer: Expert
) -> None:
    for share in (0.0, 1.0, 7.0, float("nan")):
        with pytest.raises(InvalidRequestError, match="between 0 and 1"):
            await canary(workspace, newer, share)
    async with records_of(workspace.settings.home) as database:
        verdict = await judged(database, newer.id)
    with pytest.raises(InvalidRequestError, match="with a reason"):
        await workspace.releases.canary(LOCAL_OWNER, verdict, 0.5, why="")


async def test_a_shadow_answers_afterwards_and_nobody_is_shown_it(
    workspace: Workspace, current: Expert, newer: Expert, voices: Voices
) -> None:
    voices.silent[newer.id] = asyncio.Event()
    await workspace.releases.shadow(LOCAL_OWNER, "leave")
    chen, li = await workspace.access.actor("chen"), await workspace.access.actor("li")
    answer = await ask(workspace, li)
    assert answer.expert == current.id
    voices.silent[newer.id].set()
    await workspace.beside.until_asked()
    assert workspace.beside.counts.answered == 1
    (shown,) = await workspace.releases.shadowed(chen, "leave")
    assert (shown.baseline["trace"], shown.candidate["expert"]) == (answer.trace, newer.id)
    with pytest.raises(NotFoundError):
        await workspace.trace(li, shown.candidate["trace"])
    assert (await workspace.trace(chen, shown.candidate["trace"]))["expert"] == newer.id


async def test_a_shadow_gives_way_to_whoever_asks(
    workspace: Workspace, current: Expert, newer: Expert, voices: Voices
) -> None:
    may_speak = voices.silent[newer.id] = asyncio.Event()
    await workspace.releases.shadow(LOCAL_OWNER, "leave")
    for number in range(MOST_WAITING + 3):
        assert (await ask(workspace, LOCAL_OWNER, f"年假有几天？{number}")).expert == current.id
        await asyncio.sleep(0)
    counts = workspace.beside.counts
    assert counts.answered == 0 and counts.left_out >= 2
    may_speak.set()
    await workspace.beside.until_asked()
    assert counts.answered == MOST_WAITING + 3 - counts.left_out


async def test_a_shadow_is_not_asked_for_who_may_not_use_it_and_may_fail(
    workspace: Workspace, current: Expert, newer: Expert, voices: Voices, tmp_path: Path
) -> None:
    secret = await make(workspace, tmp_path, "leave", "plans", "3")
    await workspace.releases.shadow(LOCAL_OWNER, secret.id)
    li = await workspace.access.actor("li")
    assert (await ask(workspace, li)).expert == current.id
    await workspace.beside.until_asked()
    assert secret.id not in voices.asked and workspace.beside.counts.left_out == 1
    await workspace.releases.shadow(LOCAL_OWNER, newer.id)
    voices.broken.add(newer.id)
    assert (await ask(workspace, li)).expert == current.id
    await workspace.beside.until_asked()
    assert workspace.beside.counts.failed == 1


async def test_the_gate_counts_real_questions_that_the_shadow_answered(
    workspace: Workspace, current: Expert, newer: Expert, voices: Voices
) -> None:
    voices.said[current.id] = NOT_SAID
    await workspace.releases.shadow(LOCAL_OWNER, "leave")
    questions = [f"年假每年有几天？请说明第{number}项" for number in range(36)]
    for question in questions:
        await ask(workspace, LOCAL_OWNER, question)
        await workspace.beside.until_asked()
    assert workspace.beside.counts.answered == len(questions)
    items = tuple(
        ExamItem(
            id=str(number),
            form="short",
            questions=(question,),
            right=("年假每年十二天，须提前三天申请。",),
            document=f"d{number}",
        )
        for number, question in enumerate(questions)
    )
    exam = Exam(name="real-questions", title="Real questions", scene="leave", items=items)
    await workspace.exams.keep(LOCAL_OWNER, exam)
    policy = Policy(criteria=(Criterion("exam", "better", 0.1),), unsigned="count")
    judged_ = await workspace.releases.judge(LOCAL_OWNER, "leave", policy=policy)
    assert judged_.found.passes, judged_.found
    (sat,) = judged_.verdict.exams
    async with records_of(workspace.settings.home) as database:
        sittings = await SittingRecords(database).of_exam(exam.hash)
        assert {(each.id, each.shadow, each.expert) for each in sittings} == {
            (sat.candidate, True, newer.id),
            (sat.baseline, True, current.id),
        }
        # What was sat and what was shadowed are counted together, each pair in its own way.
        sat_too = make_exam("leave", 10)
        await sit(database, sat_too, newer.id)
        await sit(database, sat_too, current.id, right=0.5)
    both = await workspace.releases.judge(LOCAL_OWNER, "leave", policy=policy)
    assert both.found.findings[0].items == 46
    longer = exam.model_copy(
        update={
            "items": (*items, items[0].model_copy(update={"id": "x", "questions": ("别的？",)}))
        }
    )
    await workspace.exams.keep(LOCAL_OWNER, longer)
    with pytest.raises(ConflictError, match="has not sat real-questions, version 2"):
        await workspace.releases.judge(LOCAL_OWNER, "leave", policy=policy)
