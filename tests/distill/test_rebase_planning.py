"""Which expert of a scene a new base re-makes, and by which recipe: from the records alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.expert_making import BASE, NOW, make_dataset, make_expert, make_record

from teaegg.core.experts import ExpertState, expert_id
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.distill.exam_items import exam_item
from teaegg.distill.examined import Examined
from teaegg.distill.lineage.remaking import Making
from teaegg.distill.rebase.judging import judge, scored
from teaegg.distill.rebase.planning import concerned, refusal, remake_of
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, RowKind, Turn
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.store.experts.records import ExpertRecord

NEW = text_hash("new base")
RECIPE = Recipe(seed=3, template="gemma", minutes=5)
MAKING = Making(Scene("leave", "Renamed", "staff", "p", ("other",), style="Other."), RECIPE, "t")


def recorded(
    seed: str, state: ExpertState = "candidate", *, base: str = BASE, day: int = 0
) -> ExpertRecord:
    record = make_record(make_expert("leave", seed, base=base), collections=["rules"])
    return replace(record, state=state, registered_at=NOW + timedelta(days=day))


def rebased_from(record: ExpertRecord, recipe: Recipe, state: ExpertState) -> ExpertRecord:
    """What is on record when `recipe` has been trained on the new base."""
    expert = replace(record.expert, base=NEW, adapter=text_hash("a"), recipe=recipe.hash, id="")
    return replace(record, expert=replace(expert, id=expert_id(expert)), state=state)


@pytest.mark.parametrize(
    ("records", "chosen"),
    [
        ([recorded("1", "released"), recorded("2", day=1)], 0),
        ([recorded("1"), recorded("2", day=1)], 1),
        ([recorded("1"), recorded("2", base=NEW, day=1)], 0),
        ([recorded("1", "retired", day=2), recorded("2")], 1),
        ([recorded("1", "released", base=NEW), recorded("2", day=1)], 0),
        ([recorded("1", "retired"), recorded("2", "withdrawn", day=1)], 1),
    ],
    ids=["what answers", "newest", "not its own copy", "candidate", "switched", "what is there"],
)
def test_of_a_scene_one_expert_is_concerned(records: list[ExpertRecord], chosen: int) -> None:
    assert concerned(records, NEW) == (records[chosen],)


def test_scenes_come_by_name() -> None:
    other = make_record(make_expert("claims"))
    assert [r.expert.scene for r in concerned([recorded("1"), other], NEW)] == ["claims", "leave"]


def test_only_the_template_changes_and_the_scene_is_as_it_answers() -> None:
    record = recorded("1")
    made = remake_of(record, MAKING, make_dataset(record.expert), NEW, lambda _: "chatml", [])
    assert made.recipe == RECIPE.model_copy(update={"template": "chatml"})
    assert (made.scene.style, made.scene.title) == ("只用原文作答。", "Title of leave")
    assert made.scene.collections == ("rules",) and made.made is None


def test_other_minutes_are_another_recipe() -> None:
    record = recorded("1")
    dataset = make_dataset(record.expert)
    made = remake_of(record, MAKING, dataset, NEW, lambda _: "gemma", [], minutes=9)
    assert made.recipe == RECIPE.model_copy(update={"minutes": 9})


def test_a_recipe_that_made_a_withdrawn_expert_gives_way_to_the_next_seed() -> None:
    record = recorded("1")
    dataset = make_dataset(record.expert)
    spent = {RECIPE.hash}
    made = remake_of(record, MAKING, dataset, NEW, lambda _: "gemma", [], spent=spent)
    assert made.recipe.seed == 4


@pytest.mark.parametrize("state", ["candidate", "released", "retired", "withdrawn"])
def test_what_was_made_of_the_same_is_found_unless_it_was_withdrawn(state: ExpertState) -> None:
    record = recorded("1")
    there = rebased_from(record, RECIPE, state)
    other = rebased_from(record, RECIPE.model_copy(update={"rank": 8}), "candidate")
    made = remake_of(
        record, MAKING, make_dataset(record.expert), NEW, lambda _: "gemma", [other, there]
    )
    assert made.made == (None if state == "withdrawn" else there)


def test_what_nobody_is_answered_by_is_not_re_made() -> None:
    assert "teaegg expert remake leave" in refusal(recorded("1", "withdrawn"))
    assert "retired" in refusal(recorded("1", "retired"))
    assert refusal(recorded("1")) == refusal(recorded("1", "released")) == ""


def row(number: int, kind: RowKind = "lookup") -> Row:
    turn = Turn(role="user", content="?")
    document = f"d{number % 20}"
    return Row(id=f"i{number}", kind=kind, turns=(turn,), answer="ten days", documents=(document,))


def examined(rows: Sequence[Row], expert: str, base: str) -> Examined:
    def all_say(words: str) -> Mapping[str, str]:
        return {each.id: words for each in rows}

    return Examined(tuple(rows), all_say(expert), all_say(base))


def test_what_is_to_be_declined_is_scored_apart_and_as_right_or_wrong() -> None:
    rows = [row(1), row(2, "unanswerable"), row(3, "out_of_scope")]
    items = [exam_item(each) for each in rows]
    found = scored(items, {"i1": "ten", "i2": "ten", "i3": "ten days"})
    assert [(each.area, each.score) for each in found[1:]] == [("refusal", 0.0), ("refusal", 1.0)]
    assert found[0].area == "exam" and 0 < found[0].score < 1
    assert not any(each.signed for each in found)


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("ten days", "ten days", "not worse"),
        ("ten days", "x", "worse"),
        ("x", "ten days", "better"),
    ],
)
def test_the_gate_compares_the_new_expert_with_the_one_before(
    old: str, new: str, outcome: str
) -> None:
    rows = [row(number) for number in range(200)]
    policy = Policy((Criterion("exam", "not_worse", 0.1),), unsigned="count")
    judged = judge(examined(rows, old, "x"), examined(rows, new, "ten days"), policy)
    assert judged.verdict.findings[0].outcome == outcome
    assert judged.verdict.passes == (outcome != "worse")
    assert (judged.old_base, judged.new_base) == (0.0, 1.0)
