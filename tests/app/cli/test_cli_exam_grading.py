"""Drafts are graded from the command line, by a judge and by people; sittings leave for other tools."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.app.cli.conftest import CommandLine, TermEmbedder
from tests.app.talking_server import talking_server

from teaegg.app.configuration import load_settings
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.exams import Exam, ExamItem
from teaegg.models.standin import ScriptedChat

ITEMS = tuple(
    ExamItem(
        id=f"n{number}",
        form="drafting",
        questions=(f"写第{number}份放假通知。",),
        rubric=("写明日期", "写明值班电话"),
    )
    for number in range(6)
)


class MarkingCommandLine(CommandLine):
    """The base marks every point "partly"."""

    def _open(self, settings: Any) -> Any:
        return open_workspace(
            settings, chat=ScriptedChat(picks=(1,)), embedder=TermEmbedder(self.embedder_dimensions)
        )


async def keep(line: CommandLine) -> None:
    async with line._open(load_settings({"TEAEGG_HOME": str(line.home)})) as workspace:
        await workspace.exams.keep(LOCAL_OWNER, Exam(name="notices", title="通知", items=ITEMS))


@pytest.fixture
def sat(cli: CommandLine) -> tuple[CommandLine, str]:
    """A home where an endpoint has drafted, and who it was."""
    line = MarkingCommandLine(cli.home)
    asyncio.run(keep(line))
    with talking_server(lambda question: "五月一日放假。") as talk:
        who = f"{talk.address}#general"
        line.done("exam", "sit", "notices", "-t", who)
    return line, who


def written(path: Path, points: list[float]) -> str:
    lines = [
        {"item": f"n{number}", "grader": "li", "points": [points[number % len(points)], 0.5]}
        for number in range(6)
    ]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return str(path)


def test_a_judge_grades_once_and_drafts_then_have_a_score(sat: tuple[CommandLine, str]) -> None:
    line, who = sat
    before = line.done("exam", "sittings", "notices", "--json").data
    assert before[0]["score"] is None
    judged = line.done("exam", "grade", "notices", who, "--judge", "base", "--json").data
    assert (judged["graded"], judged["ungraded"], judged["agreement"]) == (6, [], None)
    again = line.done("exam", "grade", "notices", who, "--judge", "base")
    assert "graded 0 answers" in again.out and "No person graded" in again.err
    after = line.done("exam", "sittings", "notices", "--json").data
    assert after[0]["score"]["mean"] == 0.5


def test_grades_of_people_count_before_the_judges_and_agreement_is_shown(
    sat: tuple[CommandLine, str], tmp_path: Path
) -> None:
    line, who = sat
    line.done("exam", "grade", "notices", who, "--judge", "base")
    taken = line.done(
        "exam", "grade", "notices", who, "--import", written(tmp_path / "g.jsonl", [1.0, 0.5])
    )
    assert "6 grades of people" in taken.out
    assert line.done("exam", "sittings", "notices", "--json").data[0]["score"]["mean"] == 0.625
    shown = line.done("exam", "grade", "notices", who, "--judge", "base")
    assert "Agreement with people on 12 points of 6 answers" in shown.out
    assert "weighted kappa: not defined" in shown.out or "weighted kappa: 0.00" in shown.out


def test_wrong_grades_are_taken_by_none(sat: tuple[CommandLine, str], tmp_path: Path) -> None:
    line, who = sat
    path = tmp_path / "g.jsonl"
    path.write_text('{"item": "n0", "grader": "li", "points": [1]}\n', "utf-8")
    typed = line("exam", "grade", "notices", who, "--import", str(path))
    assert typed.code == 2 and "expected 2 points" in typed.err
    path.write_text('{"item": "zz", "grader": "li", "points": [1, 1]}\n', "utf-8")
    assert "no item 'zz'" in line("exam", "grade", "notices", who, "--import", str(path)).err
    assert line("exam", "grade", "notices", who).code == 2
    assert "cannot judge" in line("exam", "grade", "notices", who, "--judge", "pipeline").err


def test_a_judge_that_returns_prose_leaves_items_ungraded_and_loses_nothing(
    sat: tuple[CommandLine, str],
) -> None:
    line, who = sat
    with talking_server(lambda question: "I would say it is quite good.") as talk:
        judge = f"{talk.address}#judge"
        typed = line("exam", "grade", "notices", who, "--judge", judge, "--json")
    assert typed.code == 0, typed.err
    assert typed.data["graded"] == 0 and len(typed.data["ungraded"]) == 6


def test_a_sitting_leaves_as_a_log_and_as_lines(
    sat: tuple[CommandLine, str], tmp_path: Path
) -> None:
    line, who = sat
    log, lines = tmp_path / "out/log.json", tmp_path / "log.jsonl"
    line.done("exam", "export-log", "notices", who, "-o", str(log))
    assert len(json.loads(log.read_text("utf-8"))["samples"]) == 6
    line.done("exam", "export-log", "notices", who, "-o", str(lines), "--form", "jsonl")
    assert (
        json.loads(lines.read_text("utf-8").splitlines()[0])["response"]["text"] == "五月一日放假。"
    )
