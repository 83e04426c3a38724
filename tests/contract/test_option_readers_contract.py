"""What everything that reads options must do, on the real bundled model: llama.cpp and torch."""

from __future__ import annotations

import asyncio
import importlib.util
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.needed import needs_smollm2

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.distill.train.factory import make_option_reader
from teaegg.models.adapters.options import AdapterOptions
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import Message
from teaegg.models.bases import base_named
from teaegg.models.options import (
    OptionLikelihood,
    OptionQuestion,
    OptionReader,
    OptionReading,
    read_all,
)
from teaegg.models.templates import GEMMA, PLAIN_ZH

pytest.importorskip("torch")

_SPEC = importlib.util.spec_from_file_location(
    "made_adapters", Path(__file__).parents[1] / "models" / "made_adapters.py"
)
assert _SPEC and _SPEC.loader
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

LETTERS = ("A", "B", "C", "D")
ROUNDING = 0.15
"""In nats: what 16 bits, or another batch of llama.cpp's, may change."""
ENGINES = 0.35
"""In nats, between engines: llama.cpp computes with 8-bit activations, torch with 16."""
PREFIX = (
    "以下是单项选择题。\n\n"
    "天空是什么颜色？\nA. 绿色\nB. 蓝色\nC. 红色\nD. 黑色\n答案：B\n\n"
    "一周有几天？\nA. 五天\nB. 六天\nC. 八天\nD. 七天\n答案：D\n\n"
)
ASKED = (
    OptionQuestion(PREFIX, "一年有几个月？\nA. 十二\nB. 十\nC. 八\nD. 六\n答案：", LETTERS),
    OptionQuestion(PREFIX, "雪是什么颜色？\nA. 黑\nB. 黄\nC. 白\nD. 绿\n答案：", LETTERS),
    OptionQuestion(PREFIX, "水在零度会\nA. 沸腾\nB. 结冰\n答案：", ("A", "B")),
    OptionQuestion("", "The capital of France is", (" Paris", " London", " the city of Nice")),
    OptionQuestion(PREFIX, "法国的首都是", ("巴黎。", "巴黎市中心的埃菲尔铁塔", "伦敦")),
)


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In its last blocks only: what follows would blow up the last digits in which engines differ."""
    folder = tmp_path_factory.mktemp("adapters")
    tensors = made.made_tensors(1, size=0.05, from_block=14)
    write_gguf_adapter(made.made_folder(folder / "peft-1", tensors), folder / "adapter-1.gguf")
    return folder


@pytest.fixture(scope="module")
def readers(adapters: Path) -> Iterator[dict[str, OptionReader]]:
    """Loaded once, at their first questions."""
    server = AdapterServer(None, context_tokens=512, threads=1, slots=1)
    server.know({"adapter-1": adapters / "adapter-1.gguf"})
    made_once = {
        "llama.cpp": AdapterOptions(server, None),
        "llama.cpp with adapter": AdapterOptions(server, "adapter-1"),
        "torch": make_option_reader(None, threads=1),
        "torch with adapter": make_option_reader(None, adapters / "peft-1", threads=1),
    }
    yield made_once
    for reader in made_once.values():
        asyncio.run(reader.close())
    asyncio.run(server.close())


@pytest.fixture(scope="module")
def whole(readers: dict[str, OptionReader]) -> dict[str, list[tuple[OptionLikelihood, ...]]]:
    """What each says to all questions at once."""
    return {name: asyncio.run(read_all(reader, ASKED)) for name, reader in readers.items()}


@pytest.fixture(params=["llama.cpp", "torch"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(engine: str, readers: dict[str, OptionReader]) -> OptionReader:
    return readers[engine]


def _close(one: Sequence[OptionLikelihood], other: Sequence[OptionLikelihood], nats: float) -> bool:
    return [option.tokens for option in one] == [option.tokens for option in other] and all(
        abs(ours.nats - theirs.nats) <= nats * ours.tokens
        for ours, theirs in zip(one, other, strict=True)
    )


async def _some(
    reader: OptionReader, questions: Sequence[OptionQuestion], count: int
) -> list[OptionReading]:
    """The first `count` readings; then the stream is left."""
    found = []
    stream = reader.read(questions)
    async for reading in stream:
        found.append(reading)
        if len(found) == count:
            break
    return found


def test_every_option_gets_the_logarithm_of_a_probability(
    engine: str, whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    for question, options in zip(ASKED, whole[engine], strict=True):
        assert len(options) == len(question.options)
        assert all(option.nats < 0 and option.tokens >= 1 for option in options)
        assert sum(math.exp(option.nats) for option in options) < 1 + ROUNDING
    assert [option.tokens for option in whole[engine][0]] == [1, 1, 1, 1]
    assert whole[engine][4][1].tokens > 1


def test_the_model_knows_the_capital(
    engine: str, whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    assert OptionReading(3, whole[engine][3]).likeliest == 0
    assert OptionReading(4, whole[engine][4]).likeliest != 1
    assert whole[engine][4][0].nats_per_token > whole[engine][4][2].nats_per_token


async def test_neither_order_nor_company_matters(
    engine: str, reader: OptionReader, whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    backwards = await read_all(reader, ASKED[::-1])
    for place, options in enumerate(whole[engine]):
        assert _close(options, backwards[-1 - place], ROUNDING)
    (alone,) = await read_all(reader, ASKED[1:2])
    assert _close(alone, whole[engine][1], ROUNDING)


async def test_a_shared_prefix_changes_nothing(
    engine: str, reader: OptionReader, whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    joined = [OptionQuestion("", one.prefix + one.prompt, one.options) for one in ASKED]
    for options, uncached in zip(whole[engine], await read_all(reader, joined), strict=True):
        assert _close(options, uncached, ROUNDING)


async def test_options_in_another_order_are_the_same_options(
    engine: str, reader: OptionReader, whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    turned = [OptionQuestion(one.prefix, one.prompt, one.options[::-1]) for one in ASKED[3:]]
    for options, reverse in zip(whole[engine][3:], await read_all(reader, turned), strict=True):
        assert _close(options, reverse[::-1], ROUNDING)


async def test_an_exam_that_was_left_goes_on_with_what_is_missing(
    engine: str, reader: OptionReader, whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    first = await _some(reader, ASKED, 2)
    found = {reading.place: reading.options for reading in first}
    missing = [place for place in range(len(ASKED)) if place not in found]
    rest = await read_all(reader, [ASKED[place] for place in missing])
    found |= dict(zip(missing, rest, strict=True))
    assert all(_close(found[place], whole[engine][place], ROUNDING) for place in range(len(ASKED)))


async def test_no_questions_are_no_readings(reader: OptionReader) -> None:
    assert await read_all(reader, []) == []


@pytest.mark.parametrize(
    "broken",
    [
        OptionQuestion(PREFIX, "", LETTERS),
        OptionQuestion(PREFIX, "一年有几个月？", ()),
        OptionQuestion(PREFIX, "一年有几个月？", ("A", "")),
    ],
)
async def test_a_question_that_cannot_be_asked_is_named_before_any_is_read(
    reader: OptionReader, broken: OptionQuestion
) -> None:
    with pytest.raises(InvalidRequestError, match="Question 2 of 2"):
        await _some(reader, [ASKED[0], broken], 1)


async def test_a_question_longer_than_the_context_is_named(reader: OptionReader) -> None:
    long = OptionQuestion(PREFIX, "一年有几个月？" * 8000, LETTERS)
    with pytest.raises(InvalidRequestError, match=r"Question 2 has \d+ tokens"):
        await _some(reader, [ASKED[0], long], 1)


def test_both_engines_agree(whole: dict[str, list[tuple[OptionLikelihood, ...]]]) -> None:
    for kind in ("", " with adapter"):
        for ours, theirs in zip(whole[f"torch{kind}"], whole[f"llama.cpp{kind}"], strict=True):
            assert _close(ours, theirs, ENGINES), (kind, ours, theirs)


def test_an_adapter_says_other_things_under_a_name_and_fingerprint_of_its_own(
    engine: str,
    readers: dict[str, OptionReader],
    whole: dict[str, list[tuple[OptionLikelihood, ...]]],
) -> None:
    bare, adapted = engine, f"{engine} with adapter"
    moved = zip(whole[bare], whole[adapted], strict=True)
    assert not all(_close(options, others, 2 * ENGINES) for options, others in moved)
    assert readers[adapted].name != readers[bare].name
    assert len({readers[bare].fingerprint, readers[adapted].fingerprint, ""}) == 3


def test_the_base_has_one_fingerprint_whichever_engine_reads(
    readers: dict[str, OptionReader], whole: dict[str, list[tuple[OptionLikelihood, ...]]]
) -> None:
    assert whole and readers["torch"].fingerprint == readers["llama.cpp"].fingerprint


@needs_smollm2
async def test_both_engines_agree_on_a_base_without_a_beginning_of_text() -> None:
    base = base_named("smollm2-135m").path
    questions = [
        OptionQuestion("", "The capital of France is", (" Paris", " London", " the city of Nice")),
        OptionQuestion("Questions.\n\n", "Days in a week?\nA. 5\nB. 7\nAnswer:", (" A", " B")),
    ]
    server = AdapterServer(base, context_tokens=512, threads=1, slots=1)
    trainer = make_option_reader(base, threads=1)
    ours = await read_all(trainer, questions)
    theirs = await read_all(AdapterOptions(server, None), questions)
    await trainer.close()
    await server.close()
    for one, other in zip(ours, theirs, strict=True):
        # The likely ones: its weights are coarser, and what is unlikely anyway lies further apart.
        assert OptionReading(0, one).likeliest == OptionReading(0, other).likeliest == 0
        assert _close(one[:1], other[:1], ENGINES)
        assert [option.tokens for option in one] == [option.tokens for option in other]


async def test_an_adapter_of_another_base_is_refused(tmp_path: Path) -> None:
    tensors = made.made_tensors(1)
    name = next(name for name in tensors if name.endswith("q_proj.lora_A.weight"))
    tensors[name] = tensors[name][:, :-1]
    foreign = make_option_reader(None, made.made_folder(tmp_path, tensors), threads=1)
    with pytest.raises(ModelError, match="does not belong to this base"):
        await read_all(foreign, ASKED[:1])
    await foreign.close()


def test_turns_behind_a_template_are_cut_where_the_own_ones_begin() -> None:
    shared = [Message("user", "题一"), Message("assistant", "B")]
    own = [Message("user", "题二")]
    for template in (GEMMA, PLAIN_ZH):
        question = OptionQuestion.of(template, shared, own, LETTERS)
        assert question.prefix + question.prompt == template.prompt([*shared, *own])
        assert "B" in question.prefix and "题二" not in question.prefix
        assert OptionQuestion.of(template, [], own, LETTERS).prefix == ""
