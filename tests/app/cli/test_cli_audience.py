"""Who will read what is learned: the table of `learn --groups`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.app.cli.audience import Audience, decide_audience

STAFF = {("group", "staff")}


@pytest.mark.parametrize(
    ("groups", "exists", "readers", "expected"),
    [
        ((), False, set(), Audience(new_collection=True)),
        (("staff",), False, set(), Audience(True, (), ("staff",))),
        (("everyone",), False, set(), Audience(True, (), ("everyone",))),
        (("new",), False, set(), Audience(True, ("new",), ("new",))),
        ((), True, STAFF, Audience()),
        (("staff",), True, STAFF, Audience()),
        (("staff",), True, set(), Audience(restricted=True)),
        (("staff",), True, STAFF | {("group", "hr")}, Audience(restricted=True)),
        (("staff", "hr"), True, STAFF, Audience(restricted=True)),
        (("staff",), True, {("user", "staff")}, Audience(restricted=True)),
        (("staff",), True, STAFF | {("user", "lina")}, Audience(restricted=True)),
        (("new",), True, STAFF, Audience(new_groups=("new",), restricted=True)),
    ],
)
def test_groups_mean_the_narrowest_thing(
    groups: tuple[str, ...], exists: bool, readers: set[tuple[str, str]], expected: Audience
) -> None:
    decided = decide_audience(
        groups, known_groups={"staff", "hr"}, collection_exists=exists, readers=readers
    )
    assert decided == expected


some_groups = st.lists(st.sampled_from(["staff", "hr", "sales", "everyone"]), unique=True)
some_readers = st.sets(
    st.tuples(st.sampled_from(["group", "user"]), st.sampled_from(["staff", "hr", "sales"]))
)


@given(some_groups, some_readers)
def test_a_collection_that_exists_is_never_granted_to_anybody(
    groups: list[str], readers: set[tuple[str, str]]
) -> None:
    decided = decide_audience(
        groups, known_groups={"staff"}, collection_exists=True, readers=readers
    )
    assert decided.collection_readers == ()


@given(some_groups, some_readers)
def test_new_documents_are_read_by_exactly_the_groups_that_were_named(
    groups: list[str], readers: set[tuple[str, str]]
) -> None:
    decided = decide_audience(
        groups, known_groups={"staff"}, collection_exists=True, readers=readers
    )
    if groups:
        reads = {("group", group) for group in groups} if decided.restricted else readers
        assert reads == {("group", group) for group in groups}
