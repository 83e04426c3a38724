"""Whoever decides reads why, with figures, in their language, and what to do next."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest
from markdown_it import MarkdownIt

from teaegg.core.exams import Area
from teaegg.core.scenes import Language
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.policy import Criterion, Policy, policy_id
from teaegg.evals.gate.reasons import explain
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.gate.wording import WORDING
from teaegg.evals.records import ScoredItem

LANGUAGES: tuple[Language, ...] = get_args(Language)
POLICY = Policy(
    criteria=(
        Criterion("exam", "better", 0.1, disagreement=0.3),
        Criterion("grounding", "not_worse", 0.1),
        Criterion("safety", "not_worse", 0.05, pass_mark=0.99),
        Criterion("general", "not_worse", 0.1),
        Criterion("speed", "not_worse", 0.25),
    ),
    draws=2000,
)


def record(area: Area, right: int, items: int, seconds: float) -> list[ScoredItem]:
    return [
        ScoredItem(
            f"{area} {place}",
            area,
            "short",
            f"{area} {place // 2}",
            float(place < right),
            seconds * (1 + place % 7 / 100),
            signed=True,
        )
        for place in range(items)
    ]


def verdict(general: int = 200) -> GateVerdict:
    """Better at the exam, worse at grounding, below the mark of safety, `general` items of 200."""
    ours = [
        *record("exam", 180, 240, 1.1),
        *record("grounding", 120, 200, 1.1),
        *record("safety", 190, 200, 1.1),
        *record("general", general, 200, 1.1)[:general],
    ]
    theirs = [
        *record("exam", 120, 240, 1.0),
        *record("grounding", 180, 200, 1.0),
        *record("safety", 190, 200, 1.0),
        *record("general", general, 200, 1.0)[:general],
    ]
    return gate(ours, POLICY, theirs)


def passing() -> GateVerdict:
    policy = replace(POLICY, criteria=POLICY.criteria[:1])
    return gate(record("exam", 180, 240, 1.1), policy, record("exam", 120, 240, 1.0))


def test_a_page_in_english_gives_every_reason_with_its_figures() -> None:
    page = explain(verdict(general=20), "en")
    assert page.startswith(
        "# The gate: not passed\n\n2 of 5 demands are met. Not met: Grounding (worse)"
    )
    assert "Safety (below the pass mark)" in page
    assert "| Exam better | 75.0 | 50.0 | +25.0 (" in page
    assert "The lead of 25.0 points is more than chance" in page
    assert "The loss of 30.0 points is more than chance" in page
    assert "It misses the pass mark of 99.0." in page
    assert re.search(r"General ability: too few items: \d+ more needed", page)
    assert "Speed: not worse" in page
    assert "A loss of 25.0 % in time or more is ruled out: at worst it is +10.0 % in time." in page
    assert policy_id(POLICY)[:12] in page


def test_a_page_in_chinese_says_the_same() -> None:
    page = explain(verdict(general=20), "zh")
    assert page.startswith(
        "# 上线评审：不通过\n\n5 项要求中达到 2 项。未达到：原文依据（变差了）、安全（不到及格线）"
    )
    assert "| 考题：更好 | 75.0 | 50.0 | +25.0（" in page
    assert "领先 25.0 个百分点，不是碰巧" in page
    assert re.search(r"通用能力：题目太少，还差 \d+ 道", page)
    assert "没有达到 99.0 分的及格线。" in page
    assert not re.search(r"[一-鿿][,;:()]|[,;:()][一-鿿]", page), "punctuation of another script"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_steps_name_what_stands_in_the_way_and_nothing_else(language: Language) -> None:
    say = WORDING[language]
    steps = explain(verdict(general=20), language).split(say["next"])[1]
    subjects = [criterion.subject for criterion in Policy().criteria]
    named = {subject for subject in subjects if say[subject] in steps}
    assert named == {"grounding", "safety", "general"}
    assert say["do approve"] not in steps
    assert say["do approve"] in explain(passing(), language)
    assert explain(passing(), language).startswith(say["passes"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unsigned", ["leave_out", "count", "refuse"])
def test_what_is_counted_apart_is_shown(language: Language, unsigned: str) -> None:
    policy = replace(POLICY, criteria=POLICY.criteria[:1], unsigned=unsigned, contaminated="refuse")
    ours = [
        replace(one, signed=place % 4 > 0, contaminated=place % 40 == 1)
        for place, one in enumerate(record("exam", 180, 240, 1.0))
    ]
    page = explain(gate(ours, policy, record("exam", 120, 240, 1.0)), language)
    say = WORDING[language]
    assert say["apart"] in page
    assert "60 " in page.split(say["apart"])[1]
    assert page.count(say["refuses"]) >= (2 if unsigned == "refuse" else 1)
    assert (say["do sign"] in page) is (unsigned != "count")


def test_a_loss_without_any_items_is_explained_too() -> None:
    for language in LANGUAGES:
        page = explain(gate([], POLICY, []), language)
        assert page.count(WORDING[language]["nothing"]) == len(POLICY.criteria)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_a_table_with_a_row_for_each_demand(language: Language) -> None:
    html = MarkdownIt("commonmark").enable("table").render(explain(verdict(), language))
    assert html.count("<tr>") == 1 + len(POLICY.criteria)
    assert "{" not in html


def test_both_languages_have_the_same_sentences_with_the_same_figures() -> None:
    assert WORDING["en"].keys() == WORDING["zh"].keys()
    for key, sentence in WORDING["en"].items():
        figures = [set(re.findall(r"{(\w+)}", text)) for text in (sentence, WORDING["zh"][key])]
        assert figures[0] == figures[1], key
