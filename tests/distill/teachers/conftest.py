"""Lessons, teachers with small pauses, and servers on loopback."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

from teaegg.core.clock import SystemClock
from teaegg.core.documents import Location, Passage
from teaegg.core.scenes import Scene
from teaegg.core.settings import TeacherSettings
from teaegg.distill.teachers.base import Lesson
from teaegg.distill.teachers.endpoint import EndpointTeacher


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def teaching() -> ModuleType:
    """The module with the server and its answers."""
    return _beside("teaching_server")


@pytest.fixture(scope="session")
def recording_run() -> ModuleType:
    """The run with a recording, for this process; as a program it can be killed."""
    return _beside("recording_run")


SCENE = Scene("leave", "休假", "员工", "休假有几天", ("handbook",))


def passage(number: int = 0, text: str = "", collection: str = "handbook") -> Passage:
    said = text or f"第{number}条，工作满{number}年的，年休假{number + 5}天。其他照旧。"
    return Passage(
        f"p{number}",
        "d1",
        "v1",
        collection,
        "员工手册",
        number,
        said,
        0,
        len(said),
        Location(path=("休假",)),
    )


@pytest.fixture
def make_lesson() -> Callable[..., Lesson]:
    def make(number: int = 0, *kinds: Any, text: str = "", **fields: Any) -> Lesson:
        collection = fields.pop("collection", "handbook")
        fields = {"scene": SCENE, "passages": (passage(number, text, collection),), **fields}
        return Lesson(kinds=kinds or ("lookup",), **fields)

    return make


@pytest.fixture
def settings_for() -> Callable[..., TeacherSettings]:
    """Settings of an endpoint at an address, with waits that a test can bear."""

    def make(base_url: str, **fields: Any) -> TeacherSettings:
        wanted = {"engine": "endpoint", "model": "large", "timeout_seconds": 5, **fields}
        return TeacherSettings(base_url=base_url, api_key=SecretStr("key"), **wanted)

    return make


@pytest.fixture
def teacher_of() -> Callable[..., EndpointTeacher]:
    """A teacher whose pauses between tries are over at once; `naps` collects their seconds."""

    def make(settings: TeacherSettings, **fields: Any) -> EndpointTeacher:
        naps = fields.pop("naps", [])

        async def nap(seconds: float) -> None:
            naps.append(seconds)
            await asyncio.sleep(0)

        fields = {"sleep": nap, "chance": lambda: 1.0, **fields}
        return EndpointTeacher(settings, SystemClock(), **fields)

    return make
