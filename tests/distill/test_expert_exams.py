"""The exam inside the making of an expert: through whichever engine, who is asked what, and the figures."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from tests.expert_making import StandInTrainer, make_expert, stand_in_journey

from teaegg.core.clock import SystemClock
from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.distill import examining
from teaegg.distill.exam_items import exam_item
from teaegg.distill.examined import Examined
from teaegg.distill.examining import EngineExaminer
from teaegg.distill.journey import Telling
from teaegg.distill.rebase.judging import USUAL, judge
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, RowKind, Turn
from teaegg.evals.reading_comparison import compare
from teaegg.models.base import Choice, Message
from teaegg.models.templates import GEMMA, PLAIN_ZH, ChatTemplate

KINDS: tuple[RowKind, ...] = ("lookup", "table", "multi_passage", "unanswerable", "follow_up")


def row(number: int) -> Row:
    """Forty rows of thirteen documents; every fifth goes on with a talk, some answers have two lines."""
    kind = KINDS[number % 5]
    answer = "资料中没有说明。" if kind == "unanswerable" else f"第{number}条规定年假为{number}天"
    earlier = (
        Turn(role="user", content=f"[1] 制度\n第{number}条\n\n问题：有年假吗？"),
        Turn(role="assistant", content="有"),
    )
    asked = Turn(role="user", content=f"[1] 制度\n第{number}条\n\n问题：年假几天（{number}）？")
    return Row(
        id=f"r{number:02}",
        kind=kind,
        turns=(*earlier, asked) if kind == "follow_up" else (asked,),
        answer=f"{answer}\n满{number}年另计" if kind == "multi_passage" else answer,
        documents=(f"d{number % 13}",),
    )


ROWS = [row(number) for number in range(40)]
DIFFERENCE = {
    "mean": 0.40427508722787364,
    "low": 0.2373336148189365,
    "high": 0.5833752304340539,
    "p_value": 0.0038302339271009123,
    "items": 40,
    "documents": 13,
    "p_better": 0.0019151169635504561,
    "p_worse": 1.0,
    "p_lost": 0.0019151169635504561,
    "variance": 0.25621578807019796,
}
BY_KIND = {
    "lookup": (8, 0.875, 0.4362745098039216),
    "table": (8, 0.9802631578947368, 0.4859068627450979),
    "multi_passage": (8, 0.90625, 0.32142857142857145),
    "unanswerable": (8, 1.0, 0.75),
    "follow_up": (8, 1.0, 0.7465277777777778),
}
"""Kind → how many, candidate's F1, baseline's F1."""


class Voice:
    """Right, half right or wrong by the hash of who is asked what. The bare base goes on behind its
    answer, and behind the expert's template it says the question again."""

    fingerprint = name = "voice"

    def __init__(self, who: str | None, template: ChatTemplate, asked: list[Any]) -> None:
        self._who, self._template, self._asked = who, template, asked
        self._rows = {each.messages(): each for each in ROWS}

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        assert (max_tokens, temperature) == (200, 0.0)
        self._asked.append((self._who, self._template.name, tuple(messages)))
        wanted = self._rows[tuple(messages)]
        luck = int(text_hash(f"{self._who} {wanted.id}")[:8], 16) % 10
        said = (wanted.answer, wanted.answer[: 3 + luck], "不知道")[
            (luck > 6) + (luck > 8) if self._who else (luck > 2) + (luck > 6)
        ]
        if self._who is None:
            said = messages[-1].content if self._template is GEMMA else f"\n{said}\n\n问题：还有呢"
        for start in range(0, len(said), 3):
            yield said[start : start + 3]

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        raise AssertionError("an exam of experts asks for free text")

    async def close(self) -> None:
        pass


class Engine:
    """Serves voices as the engine of adapters serves models."""

    asked: list[Any]

    def __init__(self, base: Path | None, **settings: int) -> None:
        pass

    def know(self, adapters: Mapping[str, Path]) -> None:
        pass

    def chat(self, name: str | None, template: ChatTemplate) -> Voice:
        return Voice(name, template, self.asked)

    async def close(self) -> None:
        pass


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whom the engine was asked for, behind which template, and the turns."""
    monkeypatch.setattr(examining, "AdapterServer", Engine)
    monkeypatch.setattr(Engine, "asked", [], raising=False)
    return Engine.asked


async def sat(folder: Path, told: list[Any] | None = None, *, seed: str = "1") -> Examined:
    expert = make_expert("leave", seed)

    def tell(*at: Any) -> None:
        if told is not None:
            told.append(at)

    return await EngineExaminer(None, SystemClock(), threads=1).examine(
        ROWS, expert, folder / "adapter.gguf", PLAIN_ZH, folder / "answers", tell
    )


async def test_every_prompt_is_asked_word_for_word_and_the_base_in_the_form_that_serves_it(
    tmp_path: Path, asked: list[Any]
) -> None:
    told: list[Any] = []
    await sat(tmp_path, told)
    prompts = [each.messages() for each in ROWS]
    few = ROWS[::4]
    assert [turns for who, _, turns in asked if who] == prompts
    in_form = {
        form: [turns for who, name, turns in asked if who is None and name == form.name]
        for form in (GEMMA, PLAIN_ZH)
    }
    assert in_form[GEMMA] == [each.messages() for each in few]
    assert sorted(map(str, in_form[PLAIN_ZH])) == sorted(map(str, prompts))
    assert {name for who, name, _ in asked if who} == {"gemma"}
    assert ("examining", 40, 40) in told and told[-1] == ("examining the base", 40, 40)


async def test_what_was_said_is_not_asked_again_but_for_a_line_that_a_kill_tore(
    tmp_path: Path, asked: list[Any]
) -> None:
    first = await sat(tmp_path)
    asked.clear()
    assert await sat(tmp_path) == first and asked == []
    tear_last_line(tmp_path)
    assert await sat(tmp_path) == first
    assert [turns for _, _, turns in asked] == [ROWS[-1].messages()]
    asked.clear()
    assert await sat(tmp_path) == first and asked == []


async def test_what_the_base_said_serves_the_next_expert_on_it(
    tmp_path: Path, asked: list[Any]
) -> None:
    first = await sat(tmp_path)
    asked.clear()
    second = await sat(tmp_path, seed="2")
    assert second.baseline == first.baseline and len(asked) == len(ROWS)
    assert all(who for who, _, _ in asked)


async def test_the_same_answers_give_the_same_figures_however_they_are_sat_and_kept(
    tmp_path: Path, asked: list[Any]
) -> None:
    """What the first code that examined experts came to, kept: other ways to sit must not change it."""
    examined = await sat(tmp_path)
    items = [exam_item(each) for each in ROWS]
    found = compare(items, examined.candidate, examined.baseline, seed=1)
    assert said_in_all(examined.candidate) == "d6c1d9a974c0"
    assert said_in_all(examined.baseline) == "0b54cc0d13d3"
    assert asdict(found.candidate) == pytest.approx({"exact": 0.875, "f1": 0.9523026315789472})
    assert asdict(found.baseline) == pytest.approx({"exact": 0.325, "f1": 0.5480275443510738})
    assert asdict(found.difference) == pytest.approx(DIFFERENCE)
    assert found.p_exact == pytest.approx(2.9802322387695312e-06)
    assert found.by_kind == {kind: pytest.approx(figures) for kind, figures in BY_KIND.items()}
    assert found.better


async def test_the_gate_of_a_rebase_sees_the_same_figures_however_they_are_sat_and_kept(
    tmp_path: Path, asked: list[Any]
) -> None:
    new = await sat(tmp_path)
    old = Examined(new.rows, candidate=new.baseline, baseline=new.candidate)
    judged = judge(old, new, USUAL)
    assert judged.between == compare(
        [exam_item(each) for each in ROWS], new.candidate, new.baseline, seed=1
    )
    assert (judged.old_base, judged.new_base) == pytest.approx((0.952302631578, 0.548027544351))
    exam, refusal = judged.verdict.findings
    assert (exam.outcome, exam.items, exam.documents, exam.needed) == ("better", 32, 13, 293)
    assert (exam.candidate, exam.baseline) == pytest.approx((0.940378289473, 0.497534430438))
    assert (exam.p_better, exam.p_worse) == pytest.approx((0.011722346577, 1.0))
    assert (refusal.outcome, refusal.items, refusal.more) == ("too few", 8, 178)
    assert (refusal.candidate, refusal.baseline) == (1.0, 0.75)


async def test_an_exam_that_nobody_can_be_asked_is_refused_before_anything_is_learned(
    tmp_path: Path,
) -> None:
    trainer = StandInTrainer()
    blank = ROWS[1].model_copy(update={"answer": " "})
    with pytest.raises(InvalidRequestError, match="r01"):
        await stand_in_journey(tmp_path, trainer).make(
            Scene("leave", "Leave", "staff", "p", ("rules",)),
            [ROWS[0]],
            [blank],
            Recipe(),
            tmp_path / "run",
            Telling(),
            answers=tmp_path / "answers",
        )
    assert trainer.folders == []


def tear_last_line(folder: Path) -> None:
    (kept,) = folder.glob("answers/*/candidate.jsonl")
    kept.write_bytes(kept.read_bytes()[:-9])


def said_in_all(answers: Mapping[str, str]) -> str:
    return text_hash(repr(sorted(answers.items())))[:12]
