"""`teaegg rebase` as a person types it: the plan, the table, what is left to do, what cannot be done."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.expert_making import StandInExaminer, StandInTrainer
from tests.rebase_making import found, opened
from typer.testing import CliRunner, Result

from teaegg.app.cli import application
from teaegg.app.cli.session import Doorway
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import ModelError

Types = Callable[..., Result]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    asyncio.run(found(folder))
    return folder


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def types(home: Path) -> Types:
    def typed(*words: str, trainer: StandInTrainer | None = None, base: str = "old") -> Result:
        door = Doorway(lambda settings: opened(home, trainer, StandInExaminer(), base=base))
        result = CliRunner().invoke(application, list(words), obj=door, env={"NO_COLOR": "1"})
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return typed


def test_one_command_re_makes_all_and_says_how_to_switch(types: Types, home: Path) -> None:
    new = home / "new.gguf"
    told = types("rebase", "--base", str(new))
    assert told.exit_code == 0, told.stderr
    assert "New base: new (" in told.stderr and "cash: 1 of 3." in told.stderr
    for scene in ("cash", "counter", "desk"):
        (line,) = [row for row in told.stdout.splitlines() if row.startswith(f"{scene}  ")]
        assert "more needed" in line and " to " in line
    assert "0 of 3 pass the gate. Nothing was switched" in told.stdout
    assert f'model = "{new}"' in told.stdout
    assert told.stdout.count("teaegg release ") == 3
    again = types("rebase", "--base", str(new), "--scene", "desk", "--json")
    (made,) = json.loads(again.stdout)["made"]
    assert made["scene"] == "desk" and made["difference"]["items"] > 0
    assert json.loads(again.stdout)["base"]["template"] == "chatml"
    # Lists and pages of experts hold those of both bases.
    listed = types("expert", "list").stdout
    assert listed.count("desk") == 2
    assert types("expert", "show", made["new"]).exit_code == 0
    assert made["old"] in types("expert", "lineage", made["new"]).stdout


def test_a_policy_file_that_is_no_policy_is_refused_before_anything_is_made(
    types: Types, home: Path
) -> None:
    policy = home / "policy.yaml"
    policy.write_text("criteria: {exam: {claim: fine}}\n")
    trainer = StandInTrainer()
    told = types(
        "rebase", "--base", str(home / "new.gguf"), "--policy", str(policy), trainer=trainer
    )
    assert told.exit_code != 0 and "policy.yaml" in told.stderr and not trainer.folders


def test_an_unknown_base_is_told_with_the_choices(types: Types) -> None:
    told = types("rebase", "--base", "llama-9b")
    assert told.exit_code != 0 and "smollm2-135m" in told.stderr


def test_one_that_fails_leaves_the_others_to_be_made(types: Types, home: Path) -> None:
    def fails() -> None:
        if "counter" in str(trainer.folders[-1]):
            raise ModelError("The rows are too long for this base.")

    trainer = StandInTrainer(fails)
    told = types("rebase", "--base", str(home / "new.gguf"), trainer=trainer)
    assert told.exit_code != 0 and "too long for this base" in told.stderr
    assert "0 of 2 pass the gate" in told.stdout


def test_what_cannot_be_made_is_named_where_the_switch_is_explained(
    types: Types, home: Path
) -> None:
    (home / "home/datasets/counter/rows.jsonl").unlink()
    told = types("rebase", "--base", str(home / "new.gguf"))
    assert "counter would not answer on the new base: the rows" in told.stdout
    assert "cannot be re-made" in told.stderr


def test_an_opened_expert_says_that_the_new_one_is_not(types: Types, home: Path) -> None:
    async def opens() -> None:
        async with opened(home) as workspace:
            await workspace.access.add_group(LOCAL_OWNER, "tellers")
            await workspace.experts.access.widen(
                LOCAL_OWNER, "cash", "group", "tellers", why="They asked"
            )

    asyncio.run(opens())
    told = types("rebase", "--base", str(home / "new.gguf"), "--scene", "cash")
    assert "was opened to group:tellers" in told.stderr and "teaegg expert widen" in told.stderr
