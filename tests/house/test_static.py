"""The check command, as part of the suite: a warning is an error."""

import subprocess
from collections.abc import Callable

import pytest

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--check", "--no-cache", "."),
        ("mypy",),
    ],
    ids=["style", "layout", "types"],
)
def test_the_checkers_have_nothing_to_say(run_tool: Tool, command: tuple[str, ...]) -> None:
    result = run_tool(*command)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
