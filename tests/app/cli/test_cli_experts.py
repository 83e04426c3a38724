"""Experts from the command line: released, explained, traced back, asked, forgotten with a document."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.app.cli.conftest import CommandLine, TermEmbedder
from tests.expert_making import (
    StandInTrainer,
    make_dataset,
    make_expert,
    stand_in_journey,
    write_export,
)
from tests.release_making import released_in

from teaegg.app.configuration import load_settings
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.distill.rows import Row, Turn, read_rows, write_rows
from teaegg.models.base import ChatModel
from teaegg.models.standin import ScriptedChat


class LentModels:
    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        return ScriptedChat("每年享受年假5天")


class ExpertCommandLine(CommandLine):
    """With an engine for experts."""

    def _open(self, settings: Any) -> Any:
        return open_workspace(
            settings,
            chat=ScriptedChat(),
            embedder=TermEmbedder(self.embedder_dimensions),
            expert_models=LentModels(),
            make_journey=lambda: stand_in_journey(self.home.parent, StandInTrainer()),
        )

    def make(self, folder: Path, seed: str = "1") -> Expert:
        """A candidate for the scene leave that learned from the handbook."""
        return asyncio.run(self._make(folder, seed))

    async def _make(self, folder: Path, seed: str) -> Expert:
        expert = make_expert("leave", seed)
        async with self._open(load_settings({"TEAEGG_HOME": str(self.home)})) as workspace:
            (handbook,) = await workspace.documents(LOCAL_OWNER, collection="handbook")
            rows = self.home / "data/leave/rows.jsonl"
            turn = Turn(role="user", content="年假几天？")
            write_rows(
                rows,
                [
                    Row(id="1", kind="lookup", turns=(turn,), answer="5天", documents=(each,))
                    for each in (handbook.id, "dother")
                ],
            )
            await workspace.experts.register(
                LOCAL_OWNER,
                write_export(folder / f"export{seed}", seed),
                expert,
                await workspace.experts.training_documents(LOCAL_OWNER, [handbook.id]),
                scene=Scene("leave", "休假专家", "staff", "leave", ("handbook",)),
                dataset=make_dataset(expert, file="data/leave/rows.jsonl"),
                training={"method": "sft", "rank": 16},
            )
        return expert

    def release(self, name: str, why: str = "passed") -> Expert:
        """Let the candidate `name` answer, as if it had passed the gate."""
        return asyncio.run(self._release(name, why))

    async def _release(self, name: str, why: str) -> Expert:
        async with self._open(load_settings({"TEAEGG_HOME": str(self.home)})) as workspace:
            return (await released_in(workspace, name, why=why)).expert


@pytest.fixture
def experts(company: CommandLine) -> ExpertCommandLine:
    line = ExpertCommandLine(company.home)
    line.environment = company.environment
    return line


def test_from_candidate_to_release_to_an_answer(experts: ExpertCommandLine, tmp_path: Path) -> None:
    made = experts.make(tmp_path)
    assert experts.done("expert", "list", "--json").data[0]["state"] == "candidate"
    assert experts.done("expert", "list", "--as", "lina", "--json").data == []
    assert experts("ask", "年假几天？", "--expert", "leave").code == 3
    told = experts.done("ask", "年假几天？", "--expert", "leave", "--sandbox", "--json").data
    assert told["expert"] == made.id
    assert experts("ask", "年假几天？", "--expert", "leave", "--sandbox", "--as", "lina").code == 4
    assert experts.release("leave").id == made.id
    answer = experts.done("ask", "年假几天？", "--expert", "leave", "--as", "lina")
    assert answer.out.startswith("每年享受年假5天[1]")
    assert "“员工工作满一年不满十年的，每年享受年假5天。”" in answer.out
    shown = experts.done("expert", "show", made.id[:8], "--as", "lina").out
    assert "休假专家" in shown and "released" in shown


def test_lineage_says_what_made_it_and_who_decided(
    experts: ExpertCommandLine, tmp_path: Path
) -> None:
    made = experts.make(tmp_path)
    experts.release("leave", "the exam was passed")
    experts.done("expert", "widen", "leave", "--to", "user:wang", "--why", "covers for lina")
    out = experts.done("expert", "lineage", "leave").out
    for part in (
        "员工手册", made.dataset, made.base[:12], "rank", "the exam was passed", "covers for lina",
        "teacher", "data/leave/rows.jsonl",
    ):  # fmt: skip
        assert part in out
    record = experts.done("expert", "lineage", "leave", "--json").data
    assert [change["state"] for change in record["changes"]] == ["candidate", "released"]
    assert record["documents"][0]["standing"] == "as learned"
    assert experts("expert", "lineage", "leave", "--as", "lina").code == 4


def test_an_expert_is_explained_widened_and_narrowed(
    experts: ExpertCommandLine, tmp_path: Path
) -> None:
    experts.make(tmp_path)
    experts.release("leave")
    experts.done("user", "add", "wu", "--no-password")
    assert "wu → leave" in (told := experts.done("expert", "why", "wu", "leave").out)
    assert "denied" in told and "无权阅读：员工手册" in told
    assert experts("expert", "show", "leave", "--as", "wu").code == 3
    assert experts("expert", "widen", "leave", "--to", "user:wu").code == 2
    experts.done("expert", "widen", "leave", "--to", "user:wu", "--why", "works on leave")
    assert experts.done("expert", "why", "wu", "leave", "--json").data["verdict"] == "allowed"
    assert experts("ask", "年假几天？", "--expert", "leave", "--as", "wu").code == 0
    experts.done("expert", "widen", "leave", "--to", "user:wu", "--back")
    assert experts("expert", "show", "leave", "--as", "wu").code == 3


def test_forgetting_a_document_names_what_learned_from_it_and_how_it_is_made_again(
    experts: ExpertCommandLine, tmp_path: Path
) -> None:
    made = experts.make(tmp_path)
    experts.release("leave")
    told = experts.done("forget", "员工手册", "--yes").err
    assert f"Withdrew the expert leave ({made.id[:12]})" in told
    assert f"dataset {made.dataset[:12]} of leave" in told
    assert "expert of leave again without it: teaegg expert remake leave" in told
    assert experts("ask", "年假几天？", "--expert", "leave").code == 3
    assert experts("release", made.id, "--why", "as before").code == 3
    rows = read_rows(experts.home / "data/leave/rows.jsonl")
    assert [each.documents for each in rows] == [("dother",)]
    record = experts.done("expert", "lineage", made.id[:8], "--json").data
    assert (record["state"], record["documents"][0]["standing"]) == ("withdrawn", "forgotten")
    assert record["changes"][-1]["by"] == "local-owner"
    # Registered by hand: how it was made is not on record.
    refused = experts("expert", "remake", "leave")
    assert refused.code == 2 and "teaegg distill SCENE-FILE" in refused.err


SCENE = """
name: leave
title: 休假专家
asks: 员工
problem: 想知道假期
collections: [handbook]
rows: 6
exam: {share: 0}
"""


@pytest.fixture
def distilled(experts: ExpertCommandLine, tmp_path: Path) -> str:
    """The id of a released expert that learned from the handbook and a second document."""
    leave = tmp_path / "leave.md"
    leave.write_text("# 请假\n\n病假超过3天的，应当提交医院证明。\n\n产假为158天。\n", "utf-8")
    experts.done("learn", str(leave), "-c", "handbook")
    (tmp_path / "scene.yaml").write_text(SCENE, "utf-8")
    made = experts.done("distill", str(tmp_path / "scene.yaml"), "--minutes", "0", "--json").data
    experts.release("leave")
    return str(made["expert"]["expert"])


def test_what_waits_to_be_made_again_is_listed_and_made(
    experts: ExpertCommandLine, distilled: str
) -> None:
    experts.done("user", "add", "wu", "--no-password")
    experts.done("expert", "widen", "leave", "--to", "user:wu", "--why", "covers")
    experts.done("forget", "员工手册", "--yes")
    (waits,) = experts.done("expert", "list", "--json").data
    assert (waits["state"], waits["to_be_remade"]) == ("withdrawn", True)
    listed = experts.done("expert", "list")
    assert "withdrawn, to be made again" in listed.out and "teaegg expert remake" in listed.err
    assert "teaegg expert remake leave" in experts.done("expert", "show", "leave").out
    assert experts("expert", "remake", "leave", "--as", "lina").code == 3
    assert experts("expert", "remake", "--as", "lina").code == 4
    assert experts("expert", "remake", "leave", "nothing").code == 3

    told = experts.done("expert", "remake", "--json")
    (made,) = told.data
    assert made["expert"]["state"] == "candidate"
    assert "--to user:wu" in told.err
    after = experts.done("expert", "show", made["expert"]["expert"], "--json").data
    assert after["remakes"] == distilled
    assert distilled[:12] in experts.done("expert", "show", "leave").out
    before = experts.done("expert", "lineage", distilled, "--json").data
    assert before["remade_as"] == [made["expert"]["expert"]] and not before["to_be_remade"]
    assert "No expert waits" in experts.done("expert", "remake").err


def test_forgetting_can_make_again_at_once_for_owners(
    experts: ExpertCommandLine, distilled: str
) -> None:
    experts.done("user", "add", "ed", "--role", "editor", "--groups", "staff", "--no-password")
    refused = experts("forget", "员工手册", "--yes", "--remake", "--as", "ed")
    assert refused.code == 4
    assert "员工手册" in experts.done("documents").out
    told = experts.done("forget", "员工手册", "--yes", "--remake")
    assert "A candidate. Try it" in told.out
    states = {e["expert"]: e["state"] for e in experts.done("expert", "list", "--json").data}
    assert states.pop(distilled) == "withdrawn" and list(states.values()) == ["candidate"]
