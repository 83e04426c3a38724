"""Where the house stands, and how a tool is run on it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def run_tool() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a tool of this environment in a folder (the checkout, if none is named)."""

    def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
        tool = Path(sys.executable).with_name(command[0])
        return subprocess.run(
            [str(tool), *command[1:]],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder / "src"), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=280,
        )

    return run
