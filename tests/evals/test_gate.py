"""The gate lets through what is shown to be as good as demanded, and says of the rest what is lacking."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Area
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.planning import items_needed
from teaegg.evals.gate.policy import Criterion, Policy, policy_id
from teaegg.evals.gate.verdict import Finding
from teaegg.evals.records import ScoredItem

EXAM = Criterion("exam", "better", 0.1, disagreement=0.3)
GROUNDING = Criterion("grounding", "not_worse", 0.1)
SPEED = Criterion("speed", "not_worse", 0.25)
POLICY = Policy(criteria=(EXAM,), draws=1000)
MIRRORED = {"better": "worse", "worse": "better", "too few": "too few"}


def record(
    scores: Sequence[float],
    area: Area = "exam",
    per_document: int = 1,
    seconds: float | None = None,
) -> list[ScoredItem]:
    return [
        ScoredItem(
            f"{area} {place}",
            area,
            "short",
            f"{place // per_document}",
            score,
            seconds,
            signed=True,
        )
        for place, score in enumerate(scores)
    ]


def found(
    candidate: Sequence[ScoredItem], baseline: Sequence[ScoredItem], policy: Policy = POLICY
) -> Finding:
    [finding] = gate(candidate, policy, baseline).findings
    return finding


WEAK, STRONG = record([0.0] * 60 + [1.0] * 60), record([0.0] * 20 + [1.0] * 100)


def test_a_clear_gain_passes_and_its_mirror_image_does_not() -> None:
    assert gate(STRONG, POLICY, WEAK).passes
    assert found(STRONG, WEAK).outcome == "better"
    assert found(WEAK, STRONG).outcome == "worse"
    assert not gate(WEAK, POLICY, STRONG).passes


def test_equal_on_few_items_is_too_few_and_on_enough_items_not_worse() -> None:
    few = found(WEAK, [*WEAK[::2], *(replace(one, score=1 - one.score) for one in WEAK[1::2])])
    assert few.outcome == "too few"
    assert few.more == few.needed - few.items > 0
    enough = record([0.0, 1.0] * 400), record([0.0, 1.0] * 380 + [1.0, 0.0] * 20)
    assert found(*enough).outcome == "not worse"
    assert not gate(enough[0], POLICY, enough[1]).passes, "a gain was demanded"


def test_a_loss_within_the_margin_is_not_worse_and_one_beyond_it_is() -> None:
    policy = replace(POLICY, criteria=(GROUNDING,))
    baseline = record([1.0] * 400, "grounding")
    slightly = record([0.0] * 12 + [1.0] * 388, "grounding")
    badly = record([0.0] * 60 + [1.0] * 340, "grounding")
    assert gate(slightly, policy, baseline).passes
    assert found(slightly, baseline, policy).outcome == "not worse"
    assert found(badly, baseline, policy).outcome == "worse"


@pytest.mark.parametrize("items", [0, 3, 29])
def test_an_exam_of_three_items_says_how_many_more_it_takes(items: int) -> None:
    finding = found(STRONG[:items], WEAK[:items])
    assert finding.outcome == "too few"
    assert finding.difference is None
    assert finding.items == items
    assert finding.more == items_needed(EXAM, POLICY, None) - items or items > 0
    assert finding.more >= POLICY.least_items - items


def test_many_items_of_few_documents_are_too_few() -> None:
    ours, theirs = record([1.0] * 300, per_document=50), record([0.0] * 300, per_document=50)
    finding = found(ours, theirs)
    assert (finding.outcome, finding.documents) == ("too few", 6)
    assert finding.more >= 4 * 50


def test_items_without_a_document_stand_for_themselves() -> None:
    ours, theirs = ([replace(one, document="") for one in two] for two in (STRONG, WEAK))
    assert found(ours, theirs).documents == 120


def test_items_of_one_document_weigh_less_than_items_of_many() -> None:
    scores = [1.0] * 20 + [0.0] * 100, [0.0] * 20 + [0.0] * 100
    assert found(*(record(one) for one in scores)).outcome == "better"
    assert found(*(record(one, per_document=10) for one in scores)).outcome == "too few"


def test_below_its_pass_mark_even_a_better_candidate_fails() -> None:
    policy = replace(POLICY, criteria=(replace(EXAM, pass_mark=0.9),))
    finding = found(STRONG, WEAK, policy)
    assert finding.outcome == "better"
    assert not finding.reaches_mark
    assert not gate(STRONG, policy, WEAK).passes


def test_speed_compares_the_time_of_each_item() -> None:
    policy = replace(POLICY, criteria=(SPEED,))
    seconds = [0.1 * (1 + place % 40) for place in range(120)]

    def timed(factor: float) -> list[ScoredItem]:
        noise = [1 + 0.1 * math.sin(place * factor) for place in range(120)]
        return [
            replace(one, seconds=second * factor * by)
            for one, second, by in zip(WEAK, seconds, noise, strict=True)
        ]

    assert found(timed(1.15), timed(1.0), policy).outcome == "not worse"
    assert found(timed(1.5), timed(1.0), policy).outcome == "worse"
    assert found(timed(0.8), timed(1.0), policy).outcome == "better"
    unmeasured = found(WEAK, timed(1.0), policy)
    assert (unmeasured.outcome, unmeasured.items, unmeasured.left_out) == ("too few", 0, 120)


def test_times_that_a_coarse_clock_gave_are_still_times() -> None:
    """A second has the logarithm 0: a record of such times is not one of right and wrong."""
    policy = replace(POLICY, criteria=(replace(SPEED, claim="better"),))
    ours = [replace(one, seconds=1.0) for one in WEAK]
    theirs = [replace(one, seconds=math.e) for one in WEAK]
    finding = found(ours, theirs, policy)
    assert finding.outcome == "better"
    assert finding.difference is not None
    assert finding.difference.mean == pytest.approx(1)
    assert finding.needed == policy.least_items


def test_unsigned_items_are_left_out_counted_or_refused_as_the_policy_says() -> None:
    ours = [replace(one, signed=place % 3 > 0) for place, one in enumerate(STRONG)]
    left_out = gate(ours, POLICY, WEAK)
    assert (left_out.findings[0].items, left_out.findings[0].left_out) == (80, 40)
    [apart] = left_out.apart
    assert (apart.reason, apart.items, apart.refuses) == ("unsigned", 40, False)
    counted = gate(ours, replace(POLICY, unsigned="count"), WEAK)
    assert (counted.findings[0].items, counted.apart[0].items) == (120, 40)
    refused = gate(ours, replace(POLICY, unsigned="refuse"), WEAK)
    assert refused.findings[0].passed
    assert not refused.passes


def test_items_that_were_taught_never_count() -> None:
    """Every item that the candidate won was taught to it: nothing of its lead is left."""
    ours = [
        replace(one, contaminated=one.score > other.score)
        for one, other in zip(STRONG, WEAK, strict=True)
    ]
    verdict = gate(ours, POLICY, WEAK)
    assert verdict.findings[0].outcome != "better"
    assert (verdict.apart[0].reason, verdict.apart[0].items) == ("contaminated", 40)
    assert (verdict.apart[0].candidate, verdict.apart[0].baseline) == (1, 0)
    few = [replace(one, contaminated=place < 5) for place, one in enumerate(STRONG)]
    assert gate(few, POLICY, WEAK).passes
    assert not gate(few, replace(POLICY, contaminated="refuse"), WEAK).passes


def test_all_criteria_must_be_met() -> None:
    both = replace(POLICY, criteria=(EXAM, GROUNDING))
    same = record([1.0] * 400, "grounding")
    worse = record([0.0] * 60 + [1.0] * 340, "grounding")
    assert gate([*STRONG, *same], both, [*WEAK, *same]).passes
    verdict = gate([*STRONG, *worse], both, [*WEAK, *same])
    assert [finding.passed for finding in verdict.findings] == [True, False]
    assert not verdict.passes


def test_several_claims_to_be_better_are_corrected_together() -> None:
    """A lead that is just enough alone is not enough where two others were tried beside it."""
    scores = [1.0] * 14 + [0.0] * 46, [0.0] * 14 + [1.0] * 4 + [0.0] * 42
    ours, theirs = (record(one) for one in scores)
    assert found(ours, theirs).outcome == "better"
    others: tuple[Area, ...] = ("refusal", "general")
    policy = replace(POLICY, criteria=(EXAM, *(replace(EXAM, subject=area) for area in others)))
    tried = [record([0.0, 1.0] * 30, area) for area in others]
    beside = [one for each in tried for one in each]
    finding = gate([*ours, *beside], policy, [*theirs, *beside]).findings[0]
    assert finding.outcome == "too few"
    assert finding.p_better > found(ours, theirs).p_better


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ([*WEAK, WEAK[3]], WEAK, "candidate holds 1 items twice: exam 3."),
        (WEAK, [*WEAK, replace(WEAK[0], score=0.5)], "baseline holds 1 items twice: exam 0."),
        (WEAK, WEAK[:-1], "1 items were sat by the candidate but not by the baseline: exam 119."),
        (WEAK[7:], WEAK, "7 items were sat by the baseline but not by the candidate"),
        (WEAK, [], "120 items were sat by the candidate"),
        (
            WEAK,
            [replace(WEAK[0], document="other"), *WEAK[1:]],
            "1 items have another area, kind or document",
        ),
    ],
)
def test_records_that_cannot_be_compared_are_refused(
    ours: list[ScoredItem], theirs: list[ScoredItem], told: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        gate(ours, POLICY, theirs)
    assert told in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("score", [math.nan, -0.1, 1.01, math.inf])
def test_a_score_that_cannot_be_is_refused(score: float) -> None:
    with pytest.raises(
        InvalidRequestError, match=r"item exam 0 is .*expected a number from 0 to 1"
    ):
        replace(WEAK[0], score=score)


@pytest.mark.parametrize("seconds", [math.nan, 0.0, -1.0, math.inf])
def test_a_time_that_cannot_be_is_refused(seconds: float) -> None:
    with pytest.raises(InvalidRequestError, match="expected more than 0"):
        replace(WEAK[0], seconds=seconds)


def test_a_policy_that_demands_nothing_or_twice_the_same_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="demands nothing"):
        Policy(criteria=())
    with pytest.raises(InvalidRequestError, match="names exam twice"):
        Policy(criteria=(EXAM, replace(EXAM, margin=0.2)))


def test_a_policys_id_shows_every_change() -> None:
    changed = [replace(POLICY, criteria=(replace(EXAM, margin=0.11),)), replace(POLICY, seed=2)]
    assert len({policy_id(policy) for policy in (POLICY, *changed)}) == 3
    assert policy_id(POLICY) == policy_id(replace(POLICY))


answers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0.0, 1.0]), st.integers(0, 15)),
    min_size=30,
    max_size=60,
)
SMALL = replace(POLICY, draws=200, least_documents=5)


def records_of(items: list[tuple[float, float, int]]) -> tuple[list[ScoredItem], list[ScoredItem]]:
    empty = [
        ScoredItem(f"i{place}", "exam", "short", f"d{document}", 0.0, signed=True)
        for place, (_, _, document) in enumerate(items)
    ]
    return (
        [replace(one, score=ours) for one, (ours, _, _) in zip(empty, items, strict=True)],
        [replace(one, score=theirs) for one, (_, theirs, _) in zip(empty, items, strict=True)],
    )


@settings(max_examples=25, deadline=None)
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(
    items: list[tuple[float, float, int]], chance: random.Random
) -> None:
    ours, theirs = records_of(items)
    verdict = gate(ours, SMALL, theirs)
    chance.shuffle(ours)
    chance.shuffle(theirs)
    assert gate(ours, SMALL, theirs) == verdict


@settings(max_examples=25, deadline=None)
@given(answers)
def test_swapping_candidate_and_baseline_mirrors_the_verdict(
    items: list[tuple[float, float, int]],
) -> None:
    ours, theirs = records_of(items)
    one, other = found(ours, theirs, SMALL), found(theirs, ours, SMALL)
    assert (one.p_better, one.p_worse) == (other.p_worse, other.p_better)
    assert (one.candidate, one.baseline) == (other.baseline, other.candidate)
    if one.outcome != "not worse" != other.outcome:
        assert other.outcome == MIRRORED[one.outcome]


@settings(max_examples=25, deadline=None)
@given(answers, st.sets(st.integers(0, 59)))
def test_what_does_not_count_changes_no_finding_but_its_own_number(
    items: list[tuple[float, float, int]], unsigned: set[int]
) -> None:
    ours, theirs = records_of(items)
    marked = [replace(one, signed=place not in unsigned) for place, one in enumerate(ours)]
    kept = [one for one in marked if one.signed]
    with_them = found(marked, theirs, SMALL)
    without = found(kept, [theirs[ours.index(one)] for one in kept], SMALL)
    assert replace(with_them, left_out=0) == without
