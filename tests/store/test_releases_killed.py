"""kill -9 at every moment of a release and of a return: exactly one expert answers, never two, never none."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.store.release_killing import FIRST, FOURTH, SECOND, THIRD

ROOT = Path(__file__).parents[2]
MOMENTS = 16
"""At least so many moments there are: begin, before and after each statement, commit."""


def told(folder: Path, what: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.release_killing", str(folder), what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("what", "after"), [("release", THIRD.id), ("rollback", FIRST.id)])
def test_killed_at_every_statement_exactly_one_answers(
    tmp_path: Path, what: str, after: str
) -> None:
    *killed, finished = told(tmp_path, what)
    assert len(killed) >= MOMENTS
    assert {ended for ended, *_ in killed} == {-signal.SIGKILL}
    # Nothing of it is there before the commit, so the one before answers.
    assert {then for _, then, _ in killed} == {SECOND.id}
    assert finished[:2] == [0, after]
    # Done once more it goes through; where it had gone through already it is refused.
    assert {again for _, _, again in (*killed[::5], finished)} == {after}


def test_of_two_who_release_at_once_one_is_told_that_the_other_was_first(tmp_path: Path) -> None:
    for ended, current in told(tmp_path, "race"):
        assert sorted(ended) == [0, 3]
        assert current == (THIRD.id, FOURTH.id)[ended.index(0)]
