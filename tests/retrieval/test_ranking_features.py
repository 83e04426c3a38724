import json
import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.answers import Evidence
from teaegg.core.documents import Location, Passage
from teaegg.core.settings import SearchSettings
from teaegg.retrieval.query import understand
from teaegg.retrieval.ranking.factory import make_reranker
from teaegg.retrieval.ranking.features import FEATURES, features
from teaegg.retrieval.ranking.fitted import FittedReranker, RankingWeights, fitted_weights


def evidence(name: str, text: str, score: float = 0.5, **more: object) -> Evidence:
    document, title = str(more.get("document", name)), str(more.get("title", ""))
    ordinal, path = int(str(more.get("ordinal", 0))), tuple(str(more.get("path", "")).split())
    passage = Passage(
        name, document, "v", "c", title, ordinal, text, 0, len(text), Location(path=path)
    )
    vector = more.get("vector")
    return Evidence(passage, score, vector_score=float(str(vector)) if vector else None)


def column(name: str, question: str, candidates: list[Evidence]) -> list[float]:
    found = features(understand(question, []), candidates)[:, FEATURES.index(name)]
    return [round(float(value), 4) for value in found]


def test_the_rarer_the_term_the_more_it_says() -> None:
    candidates = [evidence("a", "合同 试用期"), evidence("b", "合同 工资"), evidence("c", "合同")]
    probation, wage, neither = column("body", "合同的试用期", candidates)
    assert probation > wage == neither


def test_what_title_and_headings_say_the_text_need_not_repeat() -> None:
    candidates = [
        evidence("a", "不得超过六个月。", title="劳动合同法", path="试用期"),
        evidence("b", "不得超过六个月。", title="考勤制度"),
    ]
    assert column("heading", "试用期多长", candidates) == [1.0, 0.0]
    assert column("body", "试用期多长", candidates) == [0.0, 0.0]


def test_english_words_are_found_by_their_stem_and_not_inside_others() -> None:
    candidates = [evidence("a", "Running costs"), evidence("b", "Pruning trees")]
    assert column("body", "Who runs it?", candidates) == [1.0, 0.0]


def test_a_word_shared_by_chance_is_a_small_part_of_a_question_in_the_other_language() -> None:
    candidates = [evidence("a", "NFL 的冠军"), evidence("b", "足球")]
    chance, nothing = column("body", "Which NFL team won the most championships?", candidates)
    assert 0.2 > chance > nothing == 0


def test_a_figure_of_the_question_is_the_same_in_both_languages() -> None:
    candidates = [
        evidence("a", "2019年的冠军"),
        evidence("b", "２０１９ 年"),
        evidence("c", "2018"),
    ]
    question = "Who won in 2019?"
    assert column("figures", question, candidates) == [1.0, 1.0, 0.0]
    assert column("figures_missing", question, candidates) == [0.0, 0.0, 1.0]


def test_without_a_figure_in_the_question_none_is_missing() -> None:
    candidates = [evidence("a", "2019年"), evidence("b", "冠军")]
    assert column("figures", "谁是冠军？", candidates) == [0.0, 0.0]
    assert column("figures_missing", "谁是冠军？", candidates) == [0.0, 0.0]


def test_what_is_of_the_asked_kind_counts_unless_the_question_says_it() -> None:
    texts = ("2019年3月开工", "2018年的比赛", "比赛")
    candidates = [evidence(text, text) for text in texts]
    begun, repeated, none = column("asked_kind", "2018年的比赛什么时候开始？", candidates)
    assert begun > repeated == none == 0


def test_terms_in_a_row_count_more_than_scattered_ones() -> None:
    candidates = [evidence("a", "经济补偿标准"), evidence("b", "标准 经济 补偿")]
    together, scattered = column("run", "经济补偿标准", candidates)
    assert together == 1.0 > scattered


def test_a_passage_that_vectors_did_not_find_is_as_far_as_the_farthest_found() -> None:
    candidates = [evidence("a", "", vector=0.9), evidence("b", "", vector=0.87), evidence("c", "")]
    near, far, unknown = column("vector", "问题", candidates)
    assert near == 0 > far == unknown


def test_rules_on_how_to_apply_a_law_are_known_by_its_name_in_their_title() -> None:
    titles = ("劳动合同法", "劳动合同法实施条例", "关于适用《劳动合同法》的解释", "考勤制度")
    candidates = [evidence(title, "", title=title) for title in titles]
    assert column("subordinate", "试用期", candidates) == [0.0, 1.0, 1.0, 0.0]


def test_a_longer_name_that_ends_in_another_is_not_subordinate() -> None:
    titles = ("中华人民共和国仲裁法", "中华人民共和国劳动争议调解仲裁法")
    candidates = [evidence(title, "", title=title) for title in titles]
    assert column("subordinate", "仲裁", candidates) == [0.0, 0.0]


def test_two_versions_of_a_document_are_not_subordinate_to_each_other() -> None:
    candidates = [evidence("a", "", title="公司法（2018）"), evidence("b", "", title="公司法")]
    assert column("subordinate", "股东", candidates) == [0.0, 0.0]


def test_the_leftover_of_a_cut_is_shorter_than_a_sentence() -> None:
    candidates = [evidence("a", "二年。"), evidence("b", "字" * 30), evidence("c", "字" * 900)]
    leftover, sentence, article = column("length", "试用期", candidates)
    assert leftover < sentence == article == 1.0


@given(
    st.text(alphabet="试用期合同a1 ?？", max_size=12),
    st.lists(st.text(alphabet="试用期合同a1 。", max_size=20), max_size=6),
)
def test_features_are_finite_for_whatever_is_asked_and_found(
    question: str, texts: list[str]
) -> None:
    candidates = [evidence(str(i), text) for i, text in enumerate(texts)]
    found = features(understand(question, []), candidates)
    assert found.shape == (len(texts), len(FEATURES))
    assert bool((abs(found) < 10).all())


def test_the_weights_name_every_feature_and_nothing_else() -> None:
    text = files("teaegg.retrieval.ranking").joinpath("weights.json").read_text("utf-8")
    record = json.loads(text)
    assert tuple(record["weights"]) == FEATURES
    assert record["temperature"] > 0


def test_a_missing_weight_is_an_error_and_not_a_zero() -> None:
    weights = dict.fromkeys(FEATURES[1:], 1.0)
    with pytest.raises(KeyError, match=FEATURES[0]):
        RankingWeights.from_record({"weights": weights, "temperature": 1.0})


def test_it_can_be_switched_off() -> None:
    assert make_reranker(SearchSettings(reranker="none")) is None


async def test_a_hundred_candidates_take_milliseconds() -> None:
    text = "用人单位与劳动者协商一致，可以解除劳动合同。" * 10
    candidates = [evidence(str(i), f"{i}{text}", title="劳动合同法") for i in range(100)]
    reranker, query = FittedReranker(fitted_weights()), understand("公司辞退我有经济补偿吗？", [])
    await reranker.rerank(query, candidates)
    began = time.process_time()
    for _ in range(5):
        await reranker.rerank(query, candidates)
    assert (time.process_time() - began) / 5 < 0.05
