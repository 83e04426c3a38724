"""Each check of the doctor says how bad it is and what to do."""

from pathlib import Path

import pytest

from teaegg.app.doctor import (
    check_chat,
    check_home,
    check_ocr,
    judge_disk,
    judge_documents,
    judge_mcp,
    judge_memory,
    judge_provider,
    judge_python,
)
from teaegg.models.base import Choice
from teaegg.models.standin import ScriptedChat

GIBIBYTE = 1024**3


@pytest.mark.parametrize(
    ("version", "level"), [((3, 10), "error"), ((3, 11), "ok"), ((3, 14), "ok")]
)
def test_old_python_is_an_error(version: tuple[int, int], level: str) -> None:
    assert judge_python(version).level == level


@pytest.mark.parametrize(
    ("free_bytes", "level"),
    [(0, "error"), (GIBIBYTE, "warn"), (9 * GIBIBYTE, "ok"), (None, "warn")],
)
def test_little_disk_warns_and_none_is_an_error(free_bytes: int | None, level: str) -> None:
    finding = judge_disk(free_bytes)
    assert finding.level == level
    assert bool(finding.remedy) == (level != "ok")


@pytest.mark.parametrize(
    ("available", "level"), [(GIBIBYTE, "warn"), (3 * GIBIBYTE, "ok"), (None, "ok")]
)
def test_little_memory_warns(available: int | None, level: str) -> None:
    assert judge_memory(available).level == level


def test_a_home_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    assert check_home(tmp_path / "home").level == "ok"
    assert list((tmp_path / "home").iterdir()) == []


def test_a_home_that_is_a_file_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    finding = check_home(tmp_path / "home")
    assert finding.level == "error"
    assert "TEAEGG_HOME" in finding.remedy


@pytest.mark.parametrize(
    ("files", "level"),
    [(("a_det.onnx", "a_rec.onnx"), "ok"), (("a_det.onnx",), "warn"), ((), "warn")],
)
def test_reading_images_needs_both_models(
    tmp_path: Path, files: tuple[str, ...], level: str
) -> None:
    (tmp_path / "models").mkdir()
    for name in files:
        (tmp_path / "models" / name).touch()
    assert check_ocr(tmp_path).level == level


@pytest.mark.parametrize(
    ("counts", "level", "hint"),
    [
        ({}, "ok", "teaegg learn"),
        ({"complete": 3}, "ok", ""),
        ({"complete": 3, "searchable": 1}, "warn", "full text"),
        ({"complete": 3, "quarantined": 1, "searchable": 1}, "warn", "teaegg failures"),
    ],
)
def test_documents_that_wait_or_failed_are_told(
    counts: dict[str, int], level: str, hint: str
) -> None:
    finding = judge_documents(counts)
    assert finding.level == level
    assert hint in finding.remedy


async def test_a_chat_model_that_keeps_to_its_options_is_well() -> None:
    assert (await check_chat(ScriptedChat())).level == "ok"


class _Disobedient(ScriptedChat):
    async def choose(self, *_: object, **__: object) -> Choice:
        return Choice((7,), 0, 0)


async def test_a_chat_model_that_leaves_its_options_is_an_error() -> None:
    assert (await check_chat(_Disobedient())).level == "error"


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, "ok"), (-60, "ok"), (61, "error"), (-90, "error")]
)
def test_a_provider_with_another_time_is_an_error(seconds: float, level: str) -> None:
    finding = judge_provider(seconds, 60, "https://tea.example/api/single-sign-on/return")
    assert finding.level == level
    assert ("NTP" in finding.remedy) == (level == "error")


def test_how_an_agent_connects_is_told() -> None:
    assert "teaegg mcp --print-config" in judge_mcp(True).what
    assert "teaegg[mcp]" in judge_mcp(False).remedy
