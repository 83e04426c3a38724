"""An examinee's love of a letter drops out of its choice; what it believes of the content stays."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.evals.positions import (
    belief,
    corrected,
    items_to_rotate,
    position_prior,
    rotated,
)

Numbers = list[float]
_nats = st.floats(-12, 0)


def _sized(size: int) -> st.SearchStrategy[Numbers]:
    return st.lists(_nats, min_size=size, max_size=size)


@st.composite
def examinees(draw: st.DrawFn) -> tuple[Numbers, Numbers]:
    """(what it adds for each place, what it believes of each option), in nats."""
    size = draw(st.integers(2, 6))
    return draw(_sized(size)), draw(_sized(size))


def _read(places: Numbers, beliefs: Numbers, shift: int) -> Numbers:
    """What an examinee says of one rotation; each has a constant of its own, as likelihoods do."""
    shown = rotated(beliefs, shift)
    return [place + belief - shift for place, belief in zip(places, shown, strict=True)]


def _turns(places: Numbers, beliefs: Numbers) -> list[Numbers]:
    return [_read(places, beliefs, shift) for shift in range(len(beliefs))]


def _shares(nats: Numbers) -> Numbers:
    whole = math.log(math.fsum(map(math.exp, nats)))
    return [value - whole for value in nats]


@given(examinees())
def test_of_all_rotations_the_belief_comes_out_and_the_place_drops_out(
    examinee: tuple[Numbers, Numbers],
) -> None:
    places, beliefs = examinee
    assert belief(_turns(places, beliefs)) == pytest.approx(_shares(beliefs), abs=1e-6)
    assert position_prior([_turns(places, beliefs)]) == pytest.approx(_shares(places), abs=1e-6)


@given(examinees())
def test_who_looks_at_places_only_believes_in_nothing(examinee: tuple[Numbers, Numbers]) -> None:
    places, _ = examinee
    found = belief(_turns(places, [0.0] * len(places)))
    assert found == pytest.approx([-math.log(len(places))] * len(places), abs=1e-6)


@given(examinees(), st.data())
def test_another_order_of_the_options_changes_no_belief(
    examinee: tuple[Numbers, Numbers], data: st.DataObject
) -> None:
    places, beliefs = examinee
    order = data.draw(st.permutations(range(len(beliefs))))
    found = belief(_turns(places, beliefs))
    reordered = belief(_turns(places, [beliefs[option] for option in order]))
    assert reordered == pytest.approx([found[option] for option in order], abs=1e-6)


@given(st.lists(examinees(), min_size=1, max_size=6), st.data())
def test_the_prior_of_some_items_corrects_the_others(
    drawn: list[tuple[Numbers, Numbers]], data: st.DataObject
) -> None:
    places = drawn[0][0]
    items = [beliefs for _, beliefs in drawn if len(beliefs) == len(places)]
    once = data.draw(_sized(len(places)))
    read = {str(place): _turns(places, beliefs) for place, beliefs in enumerate(items)}
    found = corrected({**read, "once": [_read(places, once, 0)]})
    assert found["once"] == pytest.approx(_shares(once), abs=1e-6)
    assert found["0"] == pytest.approx(_shares(items[0]), abs=1e-6)


@given(st.integers(2, 6).flatmap(lambda size: st.lists(_sized(size), min_size=2, max_size=5)))
def test_who_prefers_no_place_is_left_as_it_is(items: list[Numbers]) -> None:
    flat = [0.0] * len(items[0])
    read = {"rotated": _turns(flat, items[0])}
    read |= {str(place): [beliefs] for place, beliefs in enumerate(items)}
    for place, beliefs in enumerate(items):
        assert corrected(read)[str(place)] == pytest.approx(_shares(beliefs), abs=1e-6)


def test_items_of_other_sizes_have_priors_of_their_own() -> None:
    two, three = [-1.0, -3.0], [-1.0, -2.0, -4.0]
    read = {
        "a": _turns(two, [0.0, -1.0]),
        "b": [_read(two, [-2.0, 0.0], 0)],
        "c": _turns(three, [0.0, -1.0, -5.0]),
        "d": [_read(three, [-3.0, -1.0, 0.0], 0)],
    }
    found = corrected(read)
    assert found["b"] == pytest.approx(_shares([-2.0, 0.0]))
    assert found["d"] == pytest.approx(_shares([-3.0, -1.0, 0.0]))


def test_a_rotation_shows_each_option_at_each_place_once() -> None:
    shown = [rotated("ABC", shift) for shift in range(3)]
    assert shown == [("A", "B", "C"), ("B", "C", "A"), ("C", "A", "B")]
    assert rotated("ABC", 4) == ("B", "C", "A")
    assert rotated((), 2) == ()


def test_the_items_to_rotate_do_not_depend_on_their_order() -> None:
    names = [f"item {number}" for number in range(200)]
    drawn = items_to_rotate(names, 0.05)
    assert len(drawn) == 10 and items_to_rotate(names[::-1], 0.05) == drawn
    assert items_to_rotate(["only"], 0.05) == ["only"]
    with pytest.raises(ValueError, match="share"):
        items_to_rotate(names, 0.0)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        ({"a": []}, "a was read in 0 rotations"),
        ({"a": [[]]}, "a was read in 1 rotations of 0"),
        ({"a": [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]}, "2 rotations of 3 options"),
        ({"a": [[0.0, 1.0], [0.0]]}, "2 rotations of 2 options"),
        ({"a": [[0.0, 1.0]]}, "no item with as many options as a"),
    ],
)
def test_what_cannot_be_corrected_is_named(read: dict[str, list[Numbers]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        corrected(read)


def test_a_prior_of_no_items_is_refused() -> None:
    with pytest.raises(ValueError, match="needs items"):
        position_prior([])
