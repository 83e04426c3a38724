from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.documents import Passage
from teaegg.retrieval.query import understand
from teaegg.retrieval.ranking.fusion import fuse
from teaegg.store.index import Hit


def passage(name: str, text: str) -> Passage:
    return Passage(name, name, "v", "c", "", 0, text, 0, len(text))


def hits(scores: dict[str, float], text: str = "试用期 六个月") -> list[Hit]:
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    return [Hit(passage(name, text), score) for name, score in ordered]


QUERY = understand("试用期最长几个月？", [])


def test_a_passage_that_both_searches_find_comes_first() -> None:
    fused = fuse(QUERY, hits({"a": 9, "b": 8}), hits({"b": 0.9, "c": 0.91}), vector_weight=0.5)
    assert fused[0].passage.id == "b"
    assert (fused[0].text_score, fused[0].vector_score) == (8, 0.9)


def test_full_text_that_holds_none_of_the_question_hardly_counts() -> None:
    """A question in the other language: its chance hits must not outrank the vectors."""
    text = hits({"chance": 9}, text="completely unrelated words")
    fused = fuse(QUERY, text, hits({"near": 0.9}), vector_weight=0.5)
    assert [item.passage.id for item in fused] == ["near", "chance"]
    assert fused[1].score == 0


def test_nothing_found_is_nothing_fused() -> None:
    assert fuse(QUERY, [], [], vector_weight=0.5) == []


SCORES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 30), max_size=6)


@given(SCORES, SCORES, st.floats(0, 1))
def test_every_passage_once_with_scores_from_0_to_1(
    text: dict[str, float], vector: dict[str, float], weight: float
) -> None:
    cosines = {name: score / 30 for name, score in vector.items()}
    fused = fuse(QUERY, hits(text), hits(cosines), vector_weight=weight)
    assert {item.passage.id for item in fused} == set(text) | set(vector)
    assert len(fused) == len(set(text) | set(vector))
    assert all(0 <= item.score <= 1 + 1e-9 for item in fused)
    assert fused == sorted(fused, key=lambda item: (-item.score, item.passage.id))
