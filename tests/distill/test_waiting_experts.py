"""Which withdrawn experts wait to be made again, and what is on record of their making."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expert_making import NOW, make_dataset, make_expert, make_record

from teaegg.core.errors import InvalidRequestError
from teaegg.core.experts import ExpertState
from teaegg.core.scenes import KindShare, Scene, SceneData, SceneExam
from teaegg.distill.lineage.remaking import making_on_record, waiting
from teaegg.distill.recipe import Recipe, with_unspent_seed
from teaegg.store.experts.records import Dataset, ExpertRecord

SCENE = Scene(
    "tax",
    "税务",
    "会计",
    "税率",
    ("tax", "laws"),
    language="en",
    style="用原话。",
    exam=SceneExam(share=0.3, seed=9),
    data=SceneData(kinds=(KindShare("table", 3.0),), distractors=2),
)


def record(
    seed: str, state: ExpertState, *, day: int = 0, remakes: str = "", scene: str = "tax"
) -> ExpertRecord:
    made = make_record(make_expert(scene, seed))
    at = NOW + timedelta(days=day)
    return replace(made, state=state, registered_at=at, remakes=remakes)


def seeds(*records: ExpertRecord, before: dict[str, ExpertState], lost: str = "") -> list[str]:
    """The `seed` of what waits; `before` by seed, `lost` is one whose files were never kept."""
    by_id = {make_expert(r.expert.scene, s).id: s for r in records for s in "1234567"}
    states = {each.id: before.get(by_id[each.id], "candidate") for each in records}
    kept = [each.id for each in records if by_id[each.id] != lost]
    return [by_id[each.id] for each in waiting(records, states, kept)]


def test_what_answered_waits_before_what_was_newer() -> None:
    released, newer = record("1", "withdrawn"), record("2", "withdrawn", day=1)
    assert seeds(released, newer, before={"1": "released"}) == ["1"]
    assert seeds(released, newer, before={}) == ["2"]


def test_what_had_been_replaced_does_not_wait() -> None:
    assert seeds(record("1", "withdrawn"), before={"1": "retired"}) == []


def test_a_newer_expert_of_the_scene_is_enough_once_its_files_are_kept() -> None:
    withdrawn, newer = record("1", "withdrawn"), record("2", "candidate", day=1)
    assert seeds(withdrawn, newer, before={}) == []
    assert seeds(withdrawn, newer, before={}, lost="2") == ["1"]
    assert seeds(withdrawn, replace(newer, state="retired"), before={}) == []
    older = record("3", "retired", day=-1)
    assert seeds(withdrawn, older, before={}) == ["1"]
    elsewhere = record("4", "released", day=1, scene="leave")
    assert seeds(withdrawn, elsewhere, before={}) == ["1"]


def test_of_a_chain_the_last_waits() -> None:
    first = record("1", "withdrawn")
    second = record("2", "withdrawn", day=1, remakes=first.id)
    assert seeds(first, second, before={"1": "released"}) == ["2"]


states = st.sampled_from(["candidate", "released", "retired", "withdrawn"])


@given(
    made=st.lists(st.tuples(states, states, st.integers(0, 3), st.booleans()), max_size=7),
    data=st.data(),
)
def test_one_of_a_scene_waits_at_most_and_nothing_that_may_speak(
    made: list[tuple[ExpertState, ExpertState, int, bool]], data: st.DataObject
) -> None:
    records: list[ExpertRecord] = []
    for number, (state, _, day, _) in enumerate(made):
        scene = data.draw(st.sampled_from(["tax", "leave"]))
        for_whom = data.draw(st.sampled_from(["", *(each.id for each in records)]))
        records.append(record(str(number), state, day=day, remakes=for_whom, scene=scene))
    before = {each.id: was for each, (_, was, _, _) in zip(records, made, strict=True)}
    kept = {each.id for each, (*_, is_kept) in zip(records, made, strict=True) if is_kept}
    found = waiting(records, before, kept)
    scenes = [each.expert.scene for each in found]
    assert len(scenes) == len(set(scenes))
    assert all(each.state == "withdrawn" for each in found)
    assert waiting(reversed(records), before, kept) == found


def on_record(**scene: Any) -> Dataset:
    recipe = json.dumps({"scene": {**asdict(SCENE), **scene}, "seed": 9, "student": ""})
    return replace(make_dataset(make_expert("tax")), recipe=recipe, teacher="structure")


def test_the_making_comes_back_as_it_was() -> None:
    recipe = Recipe(rank=4, minutes=20, seed=3)
    made = replace(record("1", "withdrawn"), training={"recipe": recipe.model_dump()})
    making = making_on_record(made, on_record())
    assert (making.scene, making.recipe, making.teacher) == (SCENE, recipe, "structure")
    # What another version knew beside is no reason to refuse.
    assert making_on_record(made, on_record(colour="red")).scene == SCENE


@pytest.mark.parametrize(
    "dataset",
    [
        None,
        make_dataset(make_expert("tax")),
        replace(on_record(), recipe="rows by hand"),
        replace(on_record(), recipe='["scene"]'),
        replace(on_record(), recipe='{"scene": {}}'),
        on_record(language="Latin"),
    ],
)
def test_a_scene_that_is_not_on_record_is_said_with_what_to_do(dataset: Dataset | None) -> None:
    made = replace(record("1", "withdrawn"), training={"recipe": Recipe().model_dump()})
    with pytest.raises(
        InvalidRequestError, match=r"The scene that made tax .* not on record"
    ) as told:
        making_on_record(made, dataset)
    assert "teaegg distill" in told.value.remedy


@pytest.mark.parametrize("training", [{}, {"recipe": "sft"}, {"recipe": {"ranks": 4}}])
def test_a_recipe_that_is_not_on_record_is_said_too(training: dict[str, Any]) -> None:
    made = replace(record("1", "withdrawn"), training=training)
    with pytest.raises(InvalidRequestError, match="The recipe that made tax"):
        making_on_record(made, on_record())


@given(seed=st.integers(0, 50), spent=st.sets(st.integers(0, 50), max_size=6))
def test_the_next_seed_that_no_withdrawn_expert_spent_is_taken(seed: int, spent: set[int]) -> None:
    recipe = Recipe(seed=seed)
    hashes = {Recipe(seed=number).hash for number in spent}
    chosen = with_unspent_seed(recipe, hashes)
    assert chosen.hash not in hashes and chosen.seed >= seed
    assert set(range(seed, chosen.seed)) <= spent
    assert chosen == recipe.model_copy(update={"seed": chosen.seed})
