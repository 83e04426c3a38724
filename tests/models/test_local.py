"""The bundled model for real: what the grammar promises, and what happens without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.models.local import LocalChat, fingerprint


async def test_a_missing_model_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    chat = LocalChat(tmp_path / "none.gguf", context_tokens=512, threads=1)
    with pytest.raises(ModelError, match=r"none\.gguf is not there") as caught:
        await chat.choose("问：", ["一", "二"], picks=1)
    assert "chat.model" in caught.value.remedy


async def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\x00" * 100)
    with pytest.raises(ModelError, match="cannot be loaded"):
        await LocalChat(path, context_tokens=512, threads=1).choose("问：", ["一", "二"], picks=1)


async def test_options_that_share_their_beginning_are_told_apart() -> None:
    chat = LocalChat(None, context_tokens=1024, threads=1)
    options = [
        "试用期不得超过一个月；",
        "试用期不得超过一个月",
        '试用期不得超过"二"个月\\；',
        "试用期不得超过六个月。",
    ]
    prompt = "\n".join(options) + "\n问题：试用期最长多久？\n回答：\n"
    choice = await chat.choose(prompt, options, picks=4)
    assert sorted(choice.picked) == [0, 1, 2, 3]
    await chat.close()


@pytest.mark.parametrize("options", [[], [""], ["a\nb"]])
async def test_unusable_options_are_refused_before_the_model_is_asked(options: list[str]) -> None:
    chat = LocalChat(None, context_tokens=512, threads=1)
    with pytest.raises(InvalidRequestError):
        await chat.choose("问：", options, picks=1)


def test_a_weights_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.gguf cannot be read: No such file") as told:
        fingerprint(tmp_path / "none.gguf")
    assert "chat.model" in told.value.remedy
