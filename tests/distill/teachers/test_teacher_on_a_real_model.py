"""The same calls against llama.cpp's own server with the bundled model: it takes our schema as it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from teaegg.core.clock import SystemClock
from teaegg.core.errors import LessonError, TeachingStoppedError
from teaegg.core.settings import TeacherSettings
from teaegg.distill.teachers.endpoint import EndpointTeacher

_SPEC = importlib.util.spec_from_file_location(
    "model_servers_for_teachers", Path(__file__).parents[2] / "models" / "model_servers.py"
)
assert _SPEC and _SPEC.loader
servers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(servers)


async def test_a_real_server_teaches_what_its_model_can(make_lesson: Any) -> None:
    """The small model knows little: the schema makes its words JSON, and nothing makes them true."""
    with servers.chat_server() as address:
        settings = TeacherSettings(
            engine="endpoint",
            base_url=address,
            model="gemma",
            api_key=SecretStr(servers.KEY),
            answer_tokens=64,
            temperature=0,
        )
        teacher = EndpointTeacher(settings, SystemClock())
        reply = await teacher.reply(make_lesson(3))
        await teacher.close()
        assert 300 < reply.usage.sent < 1000 and 0 < reply.usage.answered <= 64
        assert reply.usage.assumed == 0, "llama.cpp counts its tokens"
        if reply.failure:
            assert reply.failure.reason in {"cut", "wrong_shape"}
            with pytest.raises(LessonError):
                reply.usable()
        assert all(each.kind == "lookup" and each.question for each in reply.taught)
        wrong = EndpointTeacher(
            settings.model_copy(update={"api_key": SecretStr("wrong")}), SystemClock()
        )
        with pytest.raises(TeachingStoppedError, match="refused the key"):
            await wrong.teach(make_lesson(3))
        await wrong.close()
