"""Plans are arithmetic: what holds for every plan, and some that can be checked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.distill.planning.planning_parts import (
    MACHINE,
    SCENE,
    TRAINING,
    known,
    poorer,
    without_training,
)

from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Scene
from teaegg.distill.planning.claims import claim
from teaegg.distill.planning.figures import Figure, Range
from teaegg.distill.planning.lines import Room, advice, exam_claim, figures
from teaegg.distill.planning.quantities import Known, quantities, run
from teaegg.distill.planning.teaching import lessons_for, teaching
from teaegg.distill.planning.wishes import TokenPrice, read_price
from teaegg.distill.recipe import Recipe

NUMBER = st.floats(0.01, 1e6)
PLENTY = Room(memory_mib=64_000, free_bytes=2**40)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    return Range(*sorted(draw(st.tuples(NUMBER, NUMBER, NUMBER))))


@given(ranges(), ranges(), st.floats(0, 1), st.floats(0, 1))
def test_a_result_of_ranges_holds_every_result_of_numbers_in_them(
    one: Range, other: Range, here: float, there: float
) -> None:
    left = one.low + here * (one.high - one.low)
    right = other.low + there * (other.high - other.low)
    for result, exact in (
        (one + other, left + right),
        (one * other, left * right),
        (one / other, left / right),
    ):
        assert result.low <= exact * (1 + 1e-9)
        assert result.high >= exact * (1 - 1e-9)
        assert result.low <= result.value <= result.high


def test_a_range_that_is_not_in_order_is_refused() -> None:
    with pytest.raises(ValueError, match="not in order"):
        Range(2, 1, 3)


def line(found: Known, key: str) -> Figure:
    taken = quantities(found)
    lines = {each.key: each for each in figures(found, taken, exam_claim(found, taken))}
    return lines[key]


def advised(found: Known, room: Room = PLENTY) -> str:
    taken = quantities(found)
    return " ".join(advice(found, taken, exam_claim(found, taken), room))


def test_training_takes_as_long_as_its_tokens_at_the_measured_speed() -> None:
    recipe = Recipe(epochs=2, held_out_share=0, looks=1)
    found = run(TRAINING, recipe, Range.exactly(100), Range.exactly(400))
    assert found.tokens.value == 80_000
    assert found.seconds.value == pytest.approx(80_000 / 500 + 10)
    assert found.epochs.value == pytest.approx(2)


def test_looks_at_held_out_rows_take_time_and_teach_nothing() -> None:
    rows, tokens = Range.exactly(100), Range.exactly(400)
    without = run(TRAINING, Recipe(epochs=1, held_out_share=0, looks=8), rows, tokens)
    with_looks = run(TRAINING, Recipe(epochs=1, held_out_share=0.1, looks=8), rows, tokens)
    assert with_looks.tokens.value == pytest.approx(0.9 * without.tokens.value)
    # 90 rows are learned from at 500, 10 are looked at eight times at 1,000 tokens a second.
    assert with_looks.seconds.value == pytest.approx(90 * 400 / 500 + 8 * 10 * 400 / 1000 + 10)


@given(
    minutes=st.floats(0.5, 60),
    rows=st.integers(10, 5000),
    tokens=st.integers(50, 2000),
    epochs=st.floats(0.1, 10),
)
def test_a_run_with_a_bound_in_minutes_learns_what_fits_into_it(
    minutes: float, rows: int, tokens: int, epochs: float
) -> None:
    args = Range.exactly(rows), Range.exactly(tokens)
    free = run(TRAINING, Recipe(epochs=epochs), *args)
    bound = run(TRAINING, Recipe(epochs=epochs, minutes=minutes), *args)
    assert bound.tokens.high <= free.tokens.high
    assert bound.seconds.value <= min(free.seconds.value, 60 * minutes + 10) + 1e-6
    assert bound.epochs.value <= epochs * (1 + 1e-9)
    for each in (bound.tokens, bound.seconds):
        assert each.low <= each.value <= each.high


def test_rows_are_what_the_scene_wants_or_what_the_documents_give() -> None:
    assert line(known(), "rows").value == 100
    short = line(known(survey=poorer(0.1)), "rows")
    assert short.value == pytest.approx(30, abs=1)
    assert short.low < short.value < short.high
    assert "about 30 of the 100 rows" in advised(known(survey=poorer(0.1)))


def test_no_more_rows_are_planned_than_questions_are_asked_for() -> None:
    """A teacher stops when a kind has enough; half of what it then has must survive."""
    side = poorer(1).training
    weak = {kind: many * 0.1 for kind, many in side.kept.items()}
    survey = poorer(1)
    object.__setattr__(
        survey, "training", type(side)(side.documents, side.lessons, side.asked, weak)
    )
    # 208 are asked for, of which three in forty survive.
    assert line(known(survey=survey), "rows").value == pytest.approx(208 * 0.075, abs=1)


def test_the_rules_cost_nothing_and_a_paid_teacher_its_tokens() -> None:
    assert line(known(), "teacher_price").high == 0
    paid = known(engine="endpoint", teacher=TokenPrice(2.0, 8.0))
    sent, answered = line(paid, "teacher_sent"), line(paid, "teacher_answered")
    price = line(paid, "teacher_price")
    assert price.value == pytest.approx((2 * sent.value + 8 * answered.value) / 1e6)
    # 208 questions, two a lesson, seven in ten written: 149 lessons; for the exam 40, all there are.
    assert line(paid, "teacher_calls").value == 149 + 40
    assert sent.value == pytest.approx((149 + 40) * 900)
    assert sent.low < sent.value < sent.high


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0, 10))
def test_no_more_lessons_are_given_than_there_are(wanted: int, lessons: int, each: float) -> None:
    given_ = lessons_for(wanted, lessons, each)
    assert 0 <= given_ <= lessons
    if given_ < lessons:
        assert given_ * each >= wanted - 1e-6


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500))
def test_teaching_more_never_costs_less(lookups: int, more: int, lessons: int) -> None:
    few = teaching({"lookup": lookups}, lessons, lesson_tokens=900, question_tokens=60)
    many = teaching({"lookup": lookups + more}, lessons, lesson_tokens=900, question_tokens=60)
    assert many.sent.value >= few.sent.value
    assert many.answered.high >= few.answered.high


def test_a_thousand_questions_cost_hours_and_what_is_passed_on() -> None:
    found = known(hour=3.6, escalation=0.1, general=TokenPrice(10.0, 30.0))
    seconds = line(found, "questions_seconds")
    # Searched for 0.05 s, 380 tokens read at 400 a second, 20 written at 20.
    assert seconds.value == pytest.approx(1000 * (0.05 + 380 / 400 + 20 / 20))
    passed_on = 100 * (380 * 10 + 20 * 30) / 1e6
    assert line(found, "questions_price").value == pytest.approx(seconds.value * 0.001 + passed_on)
    assert line(known(escalation=0.0), "questions_price").note == "no price was told"


def test_without_what_trains_there_is_a_plan_that_says_so() -> None:
    found = known(machine=without_training())
    taken = quantities(found)
    keys = {each.key for each in figures(found, taken, exam_claim(found, taken))}
    assert {"rows", "exam_seconds", "questions_seconds"} <= keys
    assert not {"training_seconds", "memory_mib", "total_seconds"} & keys
    assert "Training needs torch." in advised(found)


def test_an_exam_that_is_too_small_is_told_with_what_it_can_show() -> None:
    shown = exam_claim(known(), quantities(known()))
    assert shown.needed > 50
    assert shown.shown is not None
    assert shown.shown > 0.1
    said = advised(known())
    assert f"short by {shown.needed - 50} items" in said
    assert f"raise exam.items to {shown.needed}" in said


def test_a_smaller_gain_takes_more_items() -> None:
    few, many = (claim(gain, 0.8, items=100, documents=25) for gain in (0.2, 0.05))
    assert many.needed > few.needed
    assert few.shown == many.shown
    # What is there shows just the gain that needs no more.
    assert few.shown is not None
    assert claim(few.shown, 0.8, items=100, documents=25).needed <= 100


def test_an_exam_without_items_shows_nothing() -> None:
    assert claim(0.1, 0.8, items=0, documents=0).shown is None


def test_a_disk_and_a_memory_that_are_too_small_are_told() -> None:
    tight = Room(memory_mib=1000, free_bytes=2**20)
    assert "on the disk of the home" in advised(known(), tight)
    assert "memory" in advised(known(), tight)
    assert "memory" not in advised(known(), PLENTY)


def test_memory_grows_with_the_longest_row_that_may_come() -> None:
    memory = line(known(), "memory_mib")
    # Prompts of 1,800 characters at most, question and answer of 20 each: twice the probe's longest.
    assert (memory.low, memory.value, memory.high) == (3000, 6000, 12_000)
    assert line(known(recipe=Recipe(row_tokens=920)), "memory_mib").high == 3000


def test_answers_that_are_on_record_cost_nothing_again() -> None:
    assert line(known(engine="recorded", teacher=TokenPrice(2.0, 8.0)), "teacher_price").high == 0


def test_a_bound_that_cuts_the_run_is_told_with_the_minutes_that_it_takes() -> None:
    found = known(recipe=Recipe(minutes=1))
    assert "(--minutes)" in advised(found)
    assert "(--minutes)" not in advised(known(recipe=Recipe(minutes=600)))


def test_a_probe_of_a_busy_machine_says_so() -> None:
    busy = MACHINE.model_copy(update={"load": 3.0})
    assert "was busy" in advised(known(machine=busy))
    assert "was busy" not in advised(known())


@pytest.mark.parametrize(
    "wish",
    [
        {"gain": 0.0},
        {"gain": 1.5},
        {"power": 1.0},
        {"escalation": -0.1},
        {"escalation": 1.1},
        {"hour": -1.0},
        {"teacher": TokenPrice(-1.0, 0.0)},
        {"general": TokenPrice(0.0, float("nan"))},
        {"hour": float("inf")},
    ],
)
def test_what_cannot_be_is_refused(wish: dict[str, object]) -> None:
    with pytest.raises(InvalidRequestError):
        known(**wish)


def test_prices_are_read_as_people_write_them() -> None:
    assert read_price("2,8") == read_price(" 2 ， 8 ") == TokenPrice(2.0, 8.0)
    assert read_price("3") == TokenPrice(3.0, 3.0)
    assert read_price("") == TokenPrice()
    for wrong in ("cheap", "1,2,3", "1,"):
        with pytest.raises(InvalidRequestError):
            read_price(wrong)


def test_a_scene_of_other_kinds_than_the_documents_hold_gets_none() -> None:
    tables = Scene(
        **{
            **{name: getattr(SCENE, name) for name in SCENE.__dataclass_fields__},
            "data": type(SCENE.data)(kinds=(type(SCENE.data.kinds[0])("table", 1.0),)),
        }
    )
    assert line(known(scene=tables), "rows").value == 0
