"""The measures of the retrieval bench: what counts as found, and that length alone wins nothing."""

import math

import pytest
from bench.retrieval.metrics import (
    Returned,
    Score,
    by_kind,
    found_within,
    passage_rank,
    rank,
    summary,
)
from bench.retrieval.sets import Asked, Gold, RetrievalSet, articles_of

ARTICLES = ("第一条 甲的规定。", "第二条 乙的规定。", "第三条 丙的规定。")
LAW = RetrievalSet("laws", (), (), units={"law": ARTICLES, "other": ARTICLES})
PASSAGES = RetrievalSet("passages", (), ())


def asked(*gold: Gold) -> Asked:
    return Asked("q", "乙是怎么规定的？", "", gold, 1)


SECOND = asked(Gold("law", ARTICLES[1]))


def test_an_article_is_found_by_its_words_whatever_the_white_space() -> None:
    assert rank(LAW, SECOND, [Returned("law", "第二条\n\n　乙的规定。")]) == 1


def test_the_same_words_of_another_document_are_not_the_gold() -> None:
    assert rank(LAW, SECOND, [Returned("other", ARTICLES[1])]) == 0


def test_part_of_an_article_is_not_the_article() -> None:
    assert rank(LAW, SECOND, [Returned("law", ARTICLES[1][:-2])]) == 0


def test_a_text_with_several_articles_takes_as_many_places() -> None:
    whole = Returned("law", "\n".join(ARTICLES))
    assert rank(LAW, asked(Gold("law", ARTICLES[2])), [whole]) == 3
    assert passage_rank(asked(Gold("law", ARTICLES[2])), [whole]) == 1


def test_what_was_read_before_takes_no_second_place() -> None:
    returned = [Returned("law", ARTICLES[0]), Returned("law", "\n".join(ARTICLES[:2]))]
    assert rank(LAW, SECOND, returned) == 2


def test_a_text_without_a_whole_article_takes_one_place() -> None:
    returned = [Returned("law", "目录"), Returned("law", ARTICLES[1])]
    assert rank(LAW, SECOND, returned) == 2


def test_pieces_of_one_document_count_once_where_documents_are_asked_for() -> None:
    returned = [Returned("a", "one"), Returned("a", "two"), Returned("b", "three")]
    assert rank(PASSAGES, asked(Gold("b")), returned) == 2


@pytest.mark.parametrize(
    ("budget", "found"), [(len(ARTICLES[0] + ARTICLES[1]), True), (len(ARTICLES[0]) + 3, False)]
)
def test_the_article_must_stand_whole_within_the_budget(budget: int, found: bool) -> None:
    returned = [Returned("law", ARTICLES[0]), Returned("law", ARTICLES[1])]
    assert found_within(SECOND, returned, budget) is found


def test_any_of_several_gold_articles_is_enough() -> None:
    both = asked(Gold("law", ARTICLES[0]), Gold("other", ARTICLES[2]))
    assert rank(LAW, both, [Returned("other", ARTICLES[2])]) == 1


def test_the_figures_of_known_ranks() -> None:
    scores = [Score(rank, 1, (True, True, True)) for rank in (1, 2, 5, 11, 0)]
    figures = summary(scores)
    assert figures["recall@1"] == 0.2
    assert figures["recall@5"] == 0.6
    assert math.isclose(figures["mrr@10"], (1 + 1 / 2 + 1 / 5) / 5, abs_tol=1e-4)


def test_the_mean_over_kinds_is_plain_however_many_questions_each_has() -> None:
    questions = [Asked(str(at), "", kind, (), 1) for at, kind in enumerate("aaab")]
    scores = [Score(1, 1, (True,) * 3)] * 3 + [Score(0, 0, (False,) * 3)]
    assert by_kind(questions, scores)["mean"]["recall@1"] == 0.5


def test_articles_end_where_the_next_article_or_heading_begins() -> None:
    text = "# 法\n\n第一条 甲。\n\n（一）乙；\n\n## 第二章\n\n第二条　丙，依照第一条的规定。\n"
    assert dict(articles_of(text)) == {
        "第一条": "第一条 甲。\n\n（一）乙；",
        "第二条": "第二条　丙，依照第一条的规定。",
    }
