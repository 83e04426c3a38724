"""A candidate sits an exam over the passages of its items, and through the search that users reach it by."""

import asyncio
from pathlib import Path

import pytest
from tests.app.cli.conftest import CommandLine
from tests.app.cli.test_cli_experts import ExpertCommandLine

from teaegg.app.configuration import load_settings
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.exams import Exam, ExamItem, ItemPassage

ITEM = ExamItem(
    id="g",
    form="grounded",
    questions=("年假几天？",),
    right=("5天",),
    passages=(ItemPassage(text="每年享受年假5天。", place="员工手册"),),
)


async def keep(line: CommandLine) -> None:
    async with line._open(load_settings({"TEAEGG_HOME": str(line.home)})) as workspace:
        exam = Exam(name="leave-exam", title="休假", scene="leave", items=(ITEM,))
        await workspace.exams.keep(LOCAL_OWNER, exam)


@pytest.fixture
def experts(company: CommandLine) -> ExpertCommandLine:
    line = ExpertCommandLine(company.home)
    line.environment = company.environment
    asyncio.run(keep(line))
    return line


def test_a_candidate_sits_over_passages_and_through_its_search(
    experts: ExpertCommandLine, tmp_path: Path
) -> None:
    made = experts.make(tmp_path)
    for target in ("expert:leave", "expert:leave+search", "pipeline"):
        sat = experts.done("exam", "sit", "leave-exam", "-t", target, "--json").data
        assert sat["expert"] == ("" if target == "pipeline" else made.id)
    for target in ("expert:leave", "expert:leave+search"):
        (said,) = experts.done("exam", "score", "leave-exam", target, "--json").data
        assert said["said"].startswith("每年享受年假5天")


def test_the_pipeline_is_the_released_expert_of_the_exams_scene(
    experts: ExpertCommandLine, tmp_path: Path
) -> None:
    made = experts.make(tmp_path)
    experts.release("leave")
    sat = experts.done("exam", "sit", "leave-exam", "-t", "pipeline", "--json").data
    assert sat["expert"] == made.id
