"""From what was measured to what will be taken. Pure: the same measurements, the same plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from teaegg.core.settings import TeacherEngine
from teaegg.distill.data.asking import OF_A_KIND
from teaegg.distill.data.balance import to_choose_from
from teaegg.distill.data.shape import MOST_CHARACTERS
from teaegg.distill.data.shares import ASKED, questions_wanted, shared_out, weights_of
from teaegg.distill.examining import TRIED_WITH
from teaegg.distill.journey import ANSWER_TOKENS
from teaegg.distill.planning.figures import Range
from teaegg.distill.planning.machine import Machine, TrainingSpeed
from teaegg.distill.planning.survey import SideSize, Survey
from teaegg.distill.planning.teaching import (
    KEPT,
    OTHER_TOKENIZER,
    YIELD,
    Teaching,
    teaching,
)
from teaegg.distill.planning.wishes import Wish
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import RowKind

EXPORT_SECONDS = Range(40.0, 100.0, 300.0)
"""Assumed until an expert was made here: the adapter is written, and proved beside the trainer's model."""
_SPEED_DOUBT = 0.15
"""A minute does not see what else a machine does in an hour."""
_WIDTH_DOUBT = 0.1
"""A few rows say so exactly how long all of them are."""
_ADAPTER_COST = 1.15
"""An adapter's own products, at most: so much longer than the bare base takes."""
_CHECKPOINT_ADAPTERS = 4
"""The adapter, the best one so far, and the optimiser's two moments."""
_STAGE_FILES = Range(4.0, 6.0, 9.0)
"""Assumed: all files of a dataset together, in sizes of its file of rows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan is made of. `engine` is the teacher's; `export_seconds` the median of earlier runs."""

    wish: Wish
    survey: Survey
    machine: Machine
    engine: TeacherEngine = "structure"
    export_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A training run: its seconds from end to end, the row tokens it learns from (repeats included),
    the most memory of its process, and what lies on the disk while it goes on."""

    seconds: Range
    tokens: Range
    epochs: Range
    memory_mib: Range
    bytes: float
    checkpoint_bytes: float


@dataclass(frozen=True, slots=True)
class Question:
    """What one question takes: seconds of this machine; tokens of a model that answers in its place."""

    seconds: Range
    sent: Range
    answered: Range


@dataclass(frozen=True, slots=True)
class Quantities:
    """All that is taken, before prices. `run` is None where nothing here can train."""

    rows: Range
    exam_items: Range
    row_tokens: Range
    taught: Teaching | None
    rows_seconds: Range
    run: Run | None
    export_seconds: Range
    exam_seconds: Range
    dataset_bytes: Range
    question: Question


def quantities(known: Known) -> Quantities:
    """Of `known.wish`, from what was surveyed and measured."""
    wish, survey, machine = known.wish, known.survey, known.machine
    scene, engine = wish.scene, known.engine
    row_tokens = Range.around(survey.row_width * machine.engine.tokens_per_width, _WIDTH_DOUBT)
    rows = rows_there(known, scene.rows, survey.training)
    items = rows_there(known, scene.exam.items, survey.exam)
    export = known.export_seconds
    widest = MOST_CHARACTERS + survey.question_width + survey.answer_width
    longest = min(wish.recipe.row_tokens, widest * machine.engine.tokens_per_width)
    return Quantities(
        rows=rows,
        exam_items=items,
        row_tokens=row_tokens,
        taught=_taught(known) if engine == "endpoint" else None,
        rows_seconds=_rows_seconds(known, rows + items),
        run=run(machine.training, wish.recipe, rows, row_tokens, longest)
        if machine.training
        else None,
        export_seconds=Range.around(export, 0.5) if export else EXPORT_SECONDS,
        exam_seconds=_exam_seconds(known, items),
        dataset_bytes=(rows + items) * survey.row_bytes * _STAGE_FILES,
        question=_question(known),
    )


def rows_there(known: Known, wanted: int, side: SideSize) -> Range:
    """Rows that one side gives, `wanted` at most, shared out among the kinds as they will be."""
    scene = known.wish.scene
    weights = weights_of(scene)
    low, value, high = (
        sum(shared_out(wanted, weights, to_choose_from(counts, scene.language)).values())
        for counts in _proved(known, wanted, side)
    )
    return Range(min(low, value), value, max(value, high))


def _proved(known: Known, wanted: int, side: SideSize) -> Iterator[dict[RowKind, int]]:
    """Questions of each kind that pass every check: few, as many as expected, many."""
    asked_for = _asked_for(known, wanted)
    doubt = 1 + known.survey.doubt
    if known.engine == "structure":
        for share in (1 / doubt, 1.0, doubt):
            yield {
                kind: _kept(asked_for[kind], side.asked.get(kind, 0), side.kept.get(kind, 0), share)
                for kind in asked_for
            }
        return
    for place in ("low", "value", "high"):
        written, kept = getattr(YIELD, place), getattr(KEPT, place)
        yield {
            kind: int(kept * min(many, OF_A_KIND * written * side.lessons))
            for kind, many in asked_for.items()
        }


def _kept(wanted: int, asked: float, kept: float, share: float) -> int:
    """Of what is asked, and no more is asked than is `wanted`."""
    return int(min(wanted * kept / asked, kept * share)) if asked else 0


def run(
    speed: TrainingSpeed,
    recipe: Recipe,
    rows: Range,
    row_tokens: Range,
    longest_row: float = 0.0,
) -> Run:
    """All epochs, or as many as fit into the recipe's minutes. `longest_row` is in tokens."""
    held_out = recipe.held_out_share
    wanted = rows * (1 - held_out) * row_tokens * recipe.epochs
    # What looks take, as seconds for each token that is learned from.
    looks = recipe.looks * held_out / ((1 - held_out) * recipe.epochs)
    steps = Range(speed.slowest, speed.tokens_per_second, speed.fastest)
    each = 1 / speed.tokens_per_second + looks / speed.look_tokens_per_second
    pace = Range.around(1 / each, _SPEED_DOUBT)
    pace = Range(
        min(pace.low, pace.value * steps.low / steps.value),
        pace.value,
        max(pace.high, pace.value * steps.high / steps.value),
    )
    seconds, tokens = wanted / pace, wanted
    if recipe.minutes:
        bound = 60 * recipe.minutes
        seconds = seconds.at_most(bound)
        within = pace * bound
        tokens = Range(
            min(wanted.low, within.low),
            min(wanted.value, within.value),
            min(wanted.high, within.high),
        )
    learned = tokens.value / max(1.0, wanted.value / recipe.epochs)
    return Run(
        seconds=seconds + Range.around(speed.start_seconds, 0.5),
        tokens=tokens,
        epochs=Range.exactly(learned),
        memory_mib=_memory_mib(speed, longest_row),
        bytes=speed.folder_bytes,
        checkpoint_bytes=_CHECKPOINT_ADAPTERS * speed.adapter_bytes,
    )


def _memory_mib(speed: TrainingSpeed, longest_row: float) -> Range:
    """The longest row decides. The probe met some; a run may meet rows as long as prompts can be. What
    a row takes grows with its length, and in attention with the square of it."""
    longer = max(1.0, longest_row / max(1.0, speed.longest_row_tokens))
    return Range(1.0, longer, longer**2) * speed.memory_mib


def _rows_seconds(known: Known, rows: Range) -> Range:
    """Lessons by the rules, then a search for each row that is shaped. A paid teacher takes its own
    time, which nobody here knows; its lessons are read all the same."""
    survey = known.survey
    lessons = survey.training.lessons + survey.exam.lessons
    shaping = rows * survey.row_seconds
    return shaping + Range(0.5, 0.8, 1.0) * (lessons * survey.lesson_seconds)


def _exam_seconds(known: Known, items: Range) -> Range:
    """Expert and base sit it one after the other; the base is tried in another form on a few items."""
    engine = known.machine.engine
    read = _prompt_tokens(known) / engine.read_tokens_per_second
    expert = read + _expert_answer(known) * (1 / engine.written_tokens_per_second)
    most = max(ANSWER_TOKENS, engine.base_answer_tokens)
    written = Range(engine.base_answer_tokens / 2, engine.base_answer_tokens, most)
    base = read + written * (1 / engine.written_tokens_per_second)
    sat_by_base = items + items.at_most(TRIED_WITH)
    took = items * expert * Range(1.0, 1.0, _ADAPTER_COST) + sat_by_base * base
    return took * Range.around(1.0, _SPEED_DOUBT) + Range.exactly(engine.start_seconds)


def _question(known: Known) -> Question:
    """Searched for, read and answered as the expert answers its exam."""
    engine, prompt, answer = known.machine.engine, _prompt_tokens(known), _expert_answer(known)
    speaking = prompt / engine.read_tokens_per_second
    speaking += answer * (1 / engine.written_tokens_per_second)
    seconds = speaking * Range(1.0, 1.0, _ADAPTER_COST) + Range.exactly(known.survey.search_seconds)
    other = Range.around(1.0, OTHER_TOKENIZER)
    return Question(seconds * Range.around(1.0, _SPEED_DOUBT), prompt * other, answer * other)


def _prompt_tokens(known: Known) -> Range:
    width = known.survey.row_width - known.survey.answer_width
    return Range.around(max(1.0, width * known.machine.engine.tokens_per_width), _WIDTH_DOUBT)


def _expert_answer(known: Known) -> Range:
    """As long as the answers it learned; an expert that goes on too long is cut."""
    tokens = max(1.0, known.survey.answer_width * known.machine.engine.tokens_per_width)
    return Range(tokens / 2, tokens, 2 * tokens)


def _taught(known: Known) -> Teaching:
    survey, scene = known.survey, known.wish.scene
    per_width = known.machine.engine.tokens_per_width
    parts = [
        teaching(
            _asked_for(known, wanted),
            lessons,
            lesson_tokens=survey.lesson_width * per_width,
            # The question, its answer, and the quote that proves it.
            question_tokens=(survey.question_width + 2 * survey.answer_width) * per_width,
        )
        for wanted, lessons in (
            (scene.rows, survey.training.lessons),
            (scene.exam.items, survey.exam.lessons),
        )
    ]
    return parts[0] + parts[1]


def _asked_for(known: Known, wanted: int) -> dict[RowKind, int]:
    """Kind → questions that a teacher is asked for."""
    weights = weights_of(known.wish.scene)
    return {kind: many for kind, many in questions_wanted(wanted, weights).items() if kind in ASKED}
