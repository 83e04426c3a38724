"""A law counts a little more than the rules under it, by its title."""

from __future__ import annotations

import pytest

from teaegg.core.answers import Evidence
from teaegg.core.documents import Location, Passage
from teaegg.retrieval.ranking.authority import is_law, laws_weighed


@pytest.mark.parametrize(
    "title",
    ["中华人民共和国劳动法", "中华人民共和国民法典 总则", "《公司法》（2018修正）", "公司法(2023)"],
)
def test_a_law_is_known_by_its_title(title: str) -> None:
    assert is_law(title)


@pytest.mark.parametrize(
    "title",
    [
        "劳动合同法实施条例",
        "差旅费管理办法",
        "使用方法",
        "关于适用民法典的解释",
        "",
        "Travel policy",
    ],
)
def test_rules_and_other_documents_are_no_laws(title: str) -> None:
    assert not is_law(title)


def evidence(title: str, score: float) -> Evidence:
    passage = Passage(
        id=f"{title}-{score}",
        document=title,
        version="1",
        collection="laws",
        title=title,
        ordinal=0,
        text="第一条",
        start=0,
        end=3,
        location=Location(),
    )
    return Evidence(passage, score)


def test_of_like_scores_the_law_comes_first_and_the_scale_stays() -> None:
    ranked = laws_weighed([evidence("劳动法实施条例", 0.9), evidence("劳动法", 0.85)])
    assert [item.passage.title for item in ranked] == ["劳动法", "劳动法实施条例"]
    assert ranked[0].score == pytest.approx(0.9)


def test_a_clearly_better_rule_stays_first_and_without_laws_nothing_changes() -> None:
    assert laws_weighed([evidence("条例", 1.0), evidence("劳动法", 0.8)])[0].score == 1.0
    rules = [evidence("办法", 0.9), evidence("条例", 0.5)]
    assert laws_weighed(rules) == rules
    assert laws_weighed([]) == []
