"""The cache of vectors: no text is embedded twice, and everybody gets the vector of their text."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from bench.retrieval.vectors import DIMENSIONS, CachedEmbedder, Vectors


class Counting:
    """A model whose vector tells the text's length; it remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def passage(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text)] * DIMENSIONS for text in texts], dtype=np.float32)

    def query(self, text: str) -> Vectors:
        return -self.passage([text])[0]


@pytest.fixture
def model() -> Counting:
    return Counting()


def embedder(folder: Path, model: Counting) -> CachedEmbedder:
    return CachedEmbedder(folder / "vectors.db", lambda: model)


def test_each_text_gets_its_own_vector_in_the_order_asked(tmp_path: Path, model: Counting) -> None:
    texts = ["long text", "a", "long text", "bcd"]
    vectors = embedder(tmp_path, model).passages(texts)
    assert vectors[:, 0].tolist() == [len(text) for text in texts]


def test_no_text_is_embedded_twice_not_even_by_another_process(
    tmp_path: Path, model: Counting
) -> None:
    embedder(tmp_path, model).passages(["one", "two", "one"])
    embedder(tmp_path, model).passages(["two", "three"])
    assert sorted(model.asked) == ["one", "three", "two"]


def test_a_question_is_not_a_passage_of_the_same_words(tmp_path: Path, model: Counting) -> None:
    kept = embedder(tmp_path, model)
    assert kept.question("same")[0] == -kept.passages(["same"])[0][0]
    assert kept.question("same")[0] == -4


def test_more_texts_than_one_look_up_holds(tmp_path: Path, model: Counting) -> None:
    texts = ["x" * (number % 700) for number in range(1500)]
    kept = embedder(tmp_path, model)
    assert kept.passages(texts)[:, 0].tolist() == [len(text) for text in texts]
    assert len(model.asked) == 700


def test_no_texts_have_no_vectors(tmp_path: Path, model: Counting) -> None:
    assert embedder(tmp_path, model).passages([]).shape == (0, DIMENSIONS)
