import json
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.settings import AnswerSettings
from teaegg.retrieval.spans.asking import answer_type, head_nouns
from teaegg.retrieval.spans.evidence import Source, read_question, read_spans
from teaegg.retrieval.spans.features import SPAN_FEATURES, lexical_features
from teaegg.retrieval.spans.model import fitted_model
from teaegg.retrieval.spans.sentences import split_sentences


def test_sentences_end_where_people_end_them() -> None:
    text = "第一句。“第二句！”第三句；Dr. Smith paid 3.5 USD. He left."
    assert [text[start:end] for start, end in split_sentences(text)] == [
        "第一句。", "“第二句！”", "第三句；", "Dr. Smith paid 3.5 USD.", "He left.",
    ]  # fmt: skip


@given(st.text(alphabet='甲乙，。！？; .\n"”abcA1', max_size=80))
def test_sentences_cover_everything_but_white_space(text: str) -> None:
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())


def test_the_kind_of_answer_is_read_from_the_question() -> None:
    assert answer_type("公司是哪一年成立的？") == "date"
    assert answer_type("员工有多少人？") == "number"
    assert answer_type("Who signed the contract?") == "person"
    assert head_nouns("由哪家公司生产？") == ("公司",)


def test_the_sentence_that_answers_ranks_first() -> None:
    question = read_question("试用期最长不得超过几个月？", {}, 10)
    text = "公司成立于一九九八年。试用期最长不得超过六个月。员工可以申请年假。"
    spans = read_spans(question, [Source(text, 1.0)])
    scores = fitted_model().scores(lexical_features(question, spans))
    assert spans[int(scores.argmax())].text == "试用期最长不得超过六个月。"


def test_a_table_row_is_not_taken_apart() -> None:
    question = read_question("库位在哪里？", {}, 10)
    row = "件号: A1；库位: B2；数量: 3"
    assert [span.text for span in read_spans(question, [Source(row, 1.0, whole=True)])] == [row]


@given(st.text(max_size=60), st.lists(st.text(max_size=80), max_size=4))
def test_features_are_finite_for_any_question_and_text(question: str, texts: list[str]) -> None:
    asked = read_question(question, {}, 5)
    spans = read_spans(asked, [Source(text, 0.5) for text in texts])
    features = lexical_features(asked, spans)
    assert features.shape == (len(spans), len(SPAN_FEATURES))
    assert bool((abs(features) < 1e6).all())


def test_the_default_threshold_is_the_fitted_one() -> None:
    """`bench.fit_spans` sets it by a rule on its fitting half; the setting must not drift away."""
    record = json.loads(files("teaegg.retrieval.spans").joinpath("weights.json").read_text("utf-8"))
    fitted = record["answerable"]["threshold"]
    assert AnswerSettings().abstain_below == pytest.approx(fitted, abs=0.005)
