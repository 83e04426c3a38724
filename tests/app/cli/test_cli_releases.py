"""From candidate to release and back on the command line: the gate, who approves, what was released when."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.app.cli.conftest import CommandLine, TermEmbedder
from tests.app.cli.test_cli_experts import ExpertCommandLine
from tests.release_making import make_exam, records_of, sit

from teaegg.app.wiring import open_workspace
from teaegg.core.experts import Expert
from teaegg.evals.gate.policy import Policy
from teaegg.evals.gate.reading import read_policy
from teaegg.models.base import ChatModel
from teaegg.models.standin import ScriptedChat
from teaegg.store.exams.sittings import SittingRecords


class PatientModels:
    """Experts that answer many items in a row."""

    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        return ScriptedChat(*["每年享受年假5天"] * 100)


class ReleaseCommandLine(ExpertCommandLine):
    """With sittings of an exam of the scene leave."""

    def _open(self, settings: Any) -> Any:
        return open_workspace(
            settings,
            chat=ScriptedChat(*["不知道"] * 100),
            embedder=TermEmbedder(self.embedder_dimensions),
            expert_models=PatientModels(),
        )

    def sat(self, *shares: tuple[str, float], items: int = 40) -> None:
        """Experts by id ("": the bare base) with the share of the items that they answer rightly."""
        asyncio.run(self._sat(shares, items))

    async def _sat(self, shares: tuple[tuple[str, float], ...], items: int) -> None:
        async with records_of(self.home) as database:
            for expert, right in shares:
                await sit(database, make_exam("leave", items), expert, right=right)


@pytest.fixture
def line(company: CommandLine) -> ReleaseCommandLine:
    made = ReleaseCommandLine(company.home)
    made.environment = company.environment
    made.done("gate", "policy", "--first")
    return made


@pytest.fixture
def candidate(line: ReleaseCommandLine, tmp_path: Path) -> Expert:
    return line.make(tmp_path)


def test_a_candidate_that_passed_is_approved_with_a_reason_and_answers(
    line: ReleaseCommandLine, candidate: Expert
) -> None:
    line.sat((candidate.id, 1.0), ("", 0.2))
    page = line.done("gate", "explain", "leave").out
    assert page.startswith("# 上线评审：通过") and "第一个" not in page
    english = line.done("gate", "explain", "leave", "--language", "en")
    assert "# The gate: passed" in english.out and "teaegg release leave" in english.err
    assert line("release", "leave").code == 2
    assert line("release", "leave", "--why", " ").code == 2
    told = line.done("release", "leave", "--why", "考试通过，王芳已看过")
    assert candidate.id[:12] in told.err
    answer = line.done("ask", "年假几天？", "--expert", "leave", "--as", "lina", "--json").data
    assert answer["expert"] == candidate.id
    (release,) = line.done("releases", "leave", "--json").data["releases"]
    assert (release["state"], release["why"], release["by"]) == (
        "released", "考试通过，王芳已看过", "local-owner",
    )  # fmt: skip
    assert release["verdict"]
    listed = line.done("releases").out
    assert "answers now" in listed and release["verdict"][:12] in listed


def test_a_candidate_that_did_not_pass_stays_one_and_the_page_says_why(
    line: ReleaseCommandLine, candidate: Expert
) -> None:
    line.sat((candidate.id, 0.5), ("", 0.5))
    told = line("release", "leave", "--why", "it feels better")
    assert told.code == 1
    assert told.out.startswith("# 上线评审：不通过") and "did not pass the gate" in told.err
    assert line.done("expert", "list", "--json").data[0]["state"] == "candidate"
    assert line("ask", "年假几天？", "--expert", "leave").code == 3
    verdict = line.done("gate", "explain", "leave", "--json").data
    assert (verdict["passes"], verdict["baseline"]) == (False, "")
    assert verdict["found"]["findings"][0]["criterion"]["subject"] == "exam"


def test_who_has_not_sat_is_named_with_the_command(
    line: ReleaseCommandLine, candidate: Expert
) -> None:
    assert "no exam of leave" in line("gate", "explain", "leave").err
    line.sat(("", 0.2))
    told = line("gate", "explain", "leave")
    sitting = (
        f"`teaegg exam sit leave --target expert:{candidate.id[:12]}` and `teaegg exam sit leave --"
    )
    assert told.code == 1 and sitting in told.err
    line.sat((candidate.id, 1.0), items=41)
    told = line("release", "leave", "--why", "x")
    assert "base has not sat leave, version 2" in told.err


def test_under_the_usual_demands_a_first_expert_is_told_of_the_first_policy(
    line: ReleaseCommandLine, candidate: Expert
) -> None:
    line.sat((candidate.id, 1.0), ("", 0.2))
    assert "gate policy --first" not in line.done("gate", "explain", "leave").err
    (line.home / "gate.yaml").unlink()
    told = line.done("gate", "explain", "leave")
    assert told.out.startswith("# 上线评审：不通过") and "gate policy --first" in told.err


def test_what_lacks_is_sat_at_once_when_asked_for(
    line: ReleaseCommandLine, candidate: Expert
) -> None:
    async def keep() -> None:
        async with records_of(line.home) as database:
            exam = make_exam("leave")
            sitting = await sit(database, exam, candidate.id)
            assert await SittingRecords(database).answered(sitting.id) == 40

    asyncio.run(keep())
    told = line("gate", "explain", "leave", "--sit", "--language", "en")
    assert told.code == 0 and "# The gate: not passed" in told.out
    # Both were asked alike, so what the candidate had said in another sitting does not count here.
    assert (
        line.done("gate", "explain", "leave", "--json").data["found"]["findings"][0]["items"] == 40
    )


def test_an_exam_of_three_items_decides_nothing(
    line: ReleaseCommandLine, candidate: Expert
) -> None:
    line.sat((candidate.id, 1.0), ("", 0.0), items=3)
    told = line("release", "leave", "--why", "three of three", "--language", "en")
    assert told.code == 1 and "too few items" in told.out


def test_the_next_one_is_compared_with_what_is_in_use_and_rolled_back(
    line: ReleaseCommandLine, candidate: Expert, tmp_path: Path
) -> None:
    newer = line.make(tmp_path, "2")
    line.sat((candidate.id, 0.5), ("", 0.1), (newer.id, 1.0))
    line.done("release", candidate.id, "--why", "better than nothing")
    told = line.done("release", "leave", "--why", "better still")
    assert f"in place of {candidate.id[:12]}" in told.err
    assert line("rollback", "leave").code == 2
    assert candidate.id[:12] in line.done("rollback", "leave", "--why", "complaints").err
    states = {e["expert"]: e["state"] for e in line.done("expert", "list", "--json").data}
    assert states == {candidate.id: "released", newer.id: "retired"}
    assert line("rollback", "leave", "--why", "once more").code == 3
    again = line.done("rollback", "leave", "--to", newer.id[:12], "--why", "they were wrong")
    assert newer.id[:12] in again.err
    history = line.done("releases", "leave", "--json").data["releases"]
    assert [(each["number"], each["restores"]) for each in history] == [
        (4, 2), (3, 1), (2, None), (1, None),
    ]  # fmt: skip
    assert line("release", "leave", "--why", "no candidate").code == 3
    line.done("expert", "retire", "leave")
    assert line("ask", "年假几天？", "--expert", "leave").code == 3


def test_a_canary_and_a_shadow_begin_are_listed_and_end(
    line: ReleaseCommandLine, candidate: Expert, tmp_path: Path
) -> None:
    newer = line.make(tmp_path, "2")
    line.sat((candidate.id, 0.5), ("", 0.1), (newer.id, 1.0))
    assert line("shadow", "leave").code == 1
    line.done("release", candidate.id, "--why", "better than nothing")
    begun = line.done("canary", "leave", "--share", "0.25", "--why", "try it")
    assert f"{newer.id[:12]} answers 25% of the askers" in begun.err
    line.done("shadow", newer.id[:12])
    listed = line.done("releases", "leave").out
    assert "a canary for 25% of the askers" in listed and "is a shadow" in listed
    assert line.done("shadow", "leave", "--show", "--json").data == []
    line.done("canary", "leave", "--end")
    line.done("shadow", "leave", "--end")
    assert "canary" not in line.done("releases", "leave").out
    beside = line.done("releases", "leave", "--json").data["beside"]
    assert [(each["kind"], each["ended_by"]) for each in beside] == [
        ("shadow", "local-owner"),
        ("canary", "local-owner"),
    ]
    assert line("canary", "leave", "--share", "0.25").code == 2
    assert line("shadow", "leave", "--show").code == 3


def test_only_owners_judge_and_decide(line: ReleaseCommandLine, candidate: Expert) -> None:
    line.sat((candidate.id, 1.0), ("", 0.0))
    for command in (
        ("gate", "explain", "leave"),
        ("release", "leave", "--why", "x"),
        ("rollback", "leave", "--why", "x"),
        ("releases",),
        ("canary", "leave", "--why", "x"),
        ("shadow", "leave"),
    ):
        assert line(*command, "--as", "lina").code == 4, command


def test_the_policy_is_a_file_to_read_and_change(company: CommandLine, tmp_path: Path) -> None:
    told = company.done("gate", "policy", "--language", "en").err
    place = company.home / "gate.yaml"
    assert str(place) in told and read_policy(place) == Policy()
    assert company("gate", "policy").code == 1
    mine = tmp_path / "first.yaml"
    company.done("gate", "policy", "--first", "--out", str(mine))
    assert [criterion.subject for criterion in read_policy(mine).criteria] == ["exam"]
    place.write_text("criteria: {exam: {claim: much better}}", encoding="utf-8")
    refused = company("gate", "explain", "leave")
    assert refused.code == 2 and "gate.yaml" in refused.err
