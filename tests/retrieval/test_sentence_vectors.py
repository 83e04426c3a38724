import numpy as np

from teaegg.models.base import Vectors
from teaegg.models.standin import TermEmbedder
from teaegg.retrieval.sentence_vectors import SentenceVectors


class CountingEmbedder(TermEmbedder):
    def __init__(self) -> None:
        super().__init__(16)
        self.asked: list[str] = []

    async def embed_passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.asked += texts
        return await super().embed_passages(texts)


async def test_a_sentence_is_embedded_once_and_order_is_kept() -> None:
    embedder = CountingEmbedder()
    vectors = SentenceVectors(embedder)
    first = await vectors.of(["年假五天", "病假另算", "年假五天"])
    again = await vectors.of(["病假另算", "年假五天"])
    assert embedder.asked == ["年假五天", "病假另算"]
    assert np.array_equal(again, first[[1, 0]])


async def test_the_least_recently_used_is_forgotten() -> None:
    embedder = CountingEmbedder()
    vectors = SentenceVectors(embedder, remembered=2)
    await vectors.of(["a1", "b2"])
    await vectors.of(["a1", "c3"])
    await vectors.of(["a1"])
    await vectors.of(["b2"])
    assert embedder.asked == ["a1", "b2", "c3", "b2"]


async def test_more_sentences_than_are_remembered_still_come_back() -> None:
    vectors = SentenceVectors(TermEmbedder(16), remembered=1)
    assert (await vectors.of(["a1", "b2", "c3"])).shape == (3, 16)
