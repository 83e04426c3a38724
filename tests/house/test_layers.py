"""Imports go one way, and the contract that says so bites."""

import shutil
import subprocess
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

Tool = Callable[..., subprocess.CompletedProcess[str]]


def test_every_import_goes_to_a_lower_floor(run_tool: Tool) -> None:
    result = run_tool("lint-imports", "--no-logo", "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Inside a room as well; imports inside functions count."""
    graph = grimp.build_graph("teaegg", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("core", "import teaegg.store.database"),
        ("access", "import teaegg.guard"),
        ("store", "from teaegg.app import wiring"),
        ("core", "import sqlalchemy"),
        ("serving", "import torch"),
        (
            "guard",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import teaegg.access.service",
        ),
        ("core", "def late() -> None:\n    import teaegg.app.wiring"),
    ],
)
def test_a_wrong_import_breaks_the_contract(
    run_tool: Tool, root: Path, tmp_path: Path, room: str, line: str
) -> None:
    house = _copy(root, tmp_path)
    (house / "src/teaegg" / room / "intruder.py").write_text(f"{line}\n")
    result = run_tool("lint-imports", "--no-logo", "--no-cache", folder=house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"teaegg.{room}.intruder" in result.stdout


def test_a_room_that_no_floor_names_breaks_the_contract(
    run_tool: Tool, root: Path, tmp_path: Path
) -> None:
    house = _copy(root, tmp_path)
    (house / "src/teaegg/attic").mkdir()
    (house / "src/teaegg/attic/__init__.py").write_text('"""Where things are put away."""\n')
    result = run_tool("lint-imports", "--no-logo", "--no-cache", folder=house)
    assert result.returncode != 0
    assert "attic" in result.stdout


def _copy(root: Path, folder: Path) -> Path:
    shutil.copy(root / "pyproject.toml", folder)
    shutil.copytree(
        root / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    return folder
