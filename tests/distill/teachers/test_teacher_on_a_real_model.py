"""The same calls against llama.cpp's own server with the bundled model: it takes our schema as it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.needed import needs_training

from teaegg.core.clock import SystemClock
from teaegg.core.errors import LessonError, TeachingStoppedError
from teaegg.core.settings import TeacherSettings
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, Turn
from teaegg.distill.teachers.base import Taught
from teaegg.distill.teachers.calling import Caller, Heard
from teaegg.distill.teachers.chances import chances_of_answers, pieces_of_answer
from teaegg.distill.teachers.dialect import Dialect
from teaegg.distill.teachers.endpoint import EndpointTeacher
from teaegg.distill.train.base_weights import base_folder
from teaegg.distill.train.tokens import Tokenizer, tokenise
from teaegg.models.endpoint import Endpoint

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


@needs_training
async def test_a_real_server_tells_its_chances_and_the_base_learns_them_where_tokens_agree() -> (
    None
):
    """The bundled model is both. The grammar makes it spell what it must say in tokens of its choice,
    not always those of the tokenizer: the other places are learned from the answer alone."""
    answer = "每180天更换一次 password，不得少于12位"
    schema = {
        "type": "object",
        "properties": {"answer": {"const": answer}},
        "required": ["answer"],
        "additionalProperties": False,
    }
    with servers.chat_server() as address:
        endpoint = Endpoint("teacher", address, "gemma", 240)
        caller = Caller(endpoint, SecretStr(servers.KEY), SystemClock(), outside=False)
        wanted = Dialect().parameters(schema, answer_tokens=64, temperature=0, logprobs=5)
        heard = await caller.call([{"role": "user", "content": "密码多久换？"}], wanted)
        await caller.close()
    assert isinstance(heard, Heard)
    taught = Taught("lookup", "密码多久换？", answer, (), "gemma")
    (tokens,) = chances_of_answers(heard.content, heard.tokens, [taught])
    row = Row(
        id="r",
        kind="lookup",
        turns=(Turn(role="user", content="密码多久换？"),),
        answer=answer,
        top_logprobs=pieces_of_answer(answer, tokens),
    )
    tokenizer = Tokenizer(base_folder(None))
    ((encoded,), _) = tokenise([row], Recipe(method="logits"), tokenizer)
    assert "".join(piece.text for piece in row.top_logprobs) == answer
    assert len(encoded.answer) / 2 < encoded.aligned < len(encoded.answer), "not the end"
