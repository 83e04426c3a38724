"""The gate keeps its promises on exams whose truth is known: it is simulated, so it is known.

An equal candidate is released in at most 5 % of cases, one that is as good as planned in at least 80 % where
the exam has the items that the planner asks for, and where it has fewer the gate says how many are lacking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import mean, median

import numpy as np
import pytest
from tests.evals.simulated_exams import Truth, sat

from teaegg.core.exams import Area
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.planning import items_needed
from teaegg.evals.gate.policy import Criterion, Planning, Policy
from teaegg.evals.gate.verdict import GateVerdict

EXAM = Criterion("exam", "better", 0.1, disagreement=0.3)
GROUNDING = Criterion("grounding", "not_worse", 0.1)
SAFETY = Criterion("safety", "not_worse", 0.05, disagreement=0.05)
FALSE_RELEASES = 0.05
POWER = 0.8


def simulated(
    policy: Policy,
    truths: Sequence[Truth],
    sizes: Sequence[int],
    *,
    per_document: int = 1,
    exams: int = 400,
) -> Iterator[GateVerdict]:
    """Verdicts on exams with one area for each criterion, drawn with one fixed seed."""
    generator = np.random.default_rng(11)
    for seed in range(exams):
        candidate, baseline = [], []
        for criterion, truth, size in zip(policy.criteria, truths, sizes, strict=True):
            assert criterion.subject != "speed"
            ours, theirs = sat(generator, criterion.subject, truth, size, per_document)
            candidate += ours
            baseline += theirs
        yield gate(candidate, replace(policy, seed=seed), baseline)


def policy_of(*criteria: Criterion, per_document: int = 1, likeness: float = 0.2) -> Policy:
    return Policy(criteria=criteria, draws=1000, planning=Planning(likeness, per_document))


@pytest.mark.parametrize(
    ("truth", "items", "per_document"),
    [
        (Truth(0.15, 0.15), 120, 1),
        (Truth(0.03, 0.03), 120, 1),
        (Truth(0.15, 0.15, likeness=0.3), 120, 6),
        (Truth(0.15, 0.15, likeness=0.9), 60, 6),
        (Truth(0.15, 0.15, likeness=0.3), 400, 8),
    ],
)
def test_an_equal_candidate_is_seldom_released(truth: Truth, items: int, per_document: int) -> None:
    verdicts = simulated(policy_of(EXAM), [truth], [items], per_document=per_document)
    assert mean(verdict.passes for verdict in verdicts) <= FALSE_RELEASES


def test_of_several_equal_areas_seldom_any_is_called_better() -> None:
    """Holm's correction: without it one of four would be in almost one exam of ten."""
    areas: tuple[Area, ...] = ("exam", "grounding", "refusal", "general")
    policy = policy_of(*(replace(EXAM, subject=area) for area in areas), per_document=4)
    verdicts = list(simulated(policy, [Truth(0.15, 0.15, 0.2)] * 4, [120] * 4, per_document=4))
    for outcome in ("better", "worse"):
        called = mean(
            any(finding.outcome == outcome for finding in verdict.findings) for verdict in verdicts
        )
        assert called <= FALSE_RELEASES
    assert not any(verdict.passes for verdict in verdicts)


@pytest.mark.parametrize(
    ("criterion", "lost", "items", "per_document"),
    [
        (GROUNDING, Truth(0.02, 0.12, likeness=0.2), 200, 4),
        (SAFETY, Truth(0, 0.05), 150, 1),
        (SAFETY, Truth(0, 0.05, likeness=0.4), 200, 4),
    ],
)
def test_a_gain_elsewhere_does_not_release_what_lost_the_margin(
    criterion: Criterion, lost: Truth, items: int, per_document: int
) -> None:
    policy = policy_of(EXAM, criterion, per_document=per_document)
    verdicts = simulated(policy, [Truth(0.4, 0.02), lost], [160, items], per_document=per_document)
    assert mean(verdict.passes for verdict in verdicts) <= FALSE_RELEASES


@pytest.mark.parametrize(
    ("criterion", "truth", "per_document"),
    [
        (EXAM, Truth(0.2, 0.1), 1),
        (EXAM, Truth(0.2, 0.1, likeness=0.2), 4),
        (GROUNDING, Truth(0.075, 0.075), 1),
        (GROUNDING, Truth(0.075, 0.075, likeness=0.2), 4),
        (SAFETY, Truth(0.025, 0.025), 1),
    ],
)
def test_as_many_items_as_planned_show_what_is_true(
    criterion: Criterion, truth: Truth, per_document: int
) -> None:
    policy = policy_of(criterion, per_document=per_document)
    items = items_needed(criterion, policy)
    verdicts = simulated(policy, [truth], [items], per_document=per_document)
    assert mean(verdict.passes for verdict in verdicts) >= POWER


def test_a_good_candidate_passes_the_whole_gate_on_the_planned_exam() -> None:
    policy = policy_of(EXAM, GROUNDING, SAFETY, per_document=4)
    sizes = [items_needed(criterion, policy) for criterion in policy.criteria]
    truths = [Truth(0.2, 0.1, 0.2), Truth(0.075, 0.075, 0.2), Truth(0.025, 0.025, 0.2)]
    verdicts = simulated(policy, truths, sizes, per_document=4, exams=200)
    assert mean(verdict.passes for verdict in verdicts) >= POWER


def test_too_few_items_are_called_so_and_the_number_lacking_is_what_theory_says() -> None:
    policy = policy_of(EXAM, per_document=4)
    needed = items_needed(EXAM, policy)
    truth, few = Truth(0.15, 0.15, likeness=0.2), needed // 3
    verdicts = list(simulated(policy, [truth], [few], per_document=4, exams=200))
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    assert mean(finding.outcome == "too few" for finding in findings) >= 0.95
    asked = median(one.items + one.more for one in findings if one.outcome == "too few")
    assert 0.8 * needed < asked < 1.25 * needed


def test_with_the_planned_items_an_equal_candidate_is_judged() -> None:
    """Not better, and seldom still open: what was measured may ask for a few items more."""
    policy = policy_of(EXAM, per_document=4)
    verdicts = simulated(
        policy,
        [Truth(0.15, 0.15, likeness=0.2)],
        [round(1.3 * items_needed(EXAM, policy))],
        per_document=4,
        exams=200,
    )
    outcomes = [verdict.findings[0].outcome for verdict in verdicts]
    assert outcomes.count("not worse") >= 0.8 * len(outcomes)
    assert outcomes.count("better") <= FALSE_RELEASES * len(outcomes)
