"""Above a number of vectors an approximate index takes over: it finds the same, and only the visible."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage
from teaegg.store.lance.index import LanceIndex, open_lance_index
from teaegg.store.nearest import EXACT_UP_TO_VECTORS, exact_up_to

DIMENSIONS = 96
DOCUMENTS = 6
PASSAGES = EXACT_UP_TO_VECTORS // (DOCUMENTS - 1)
EVERYTHING = VisibleSet(everything=True)
MOST = VisibleSet(scopes=frozenset(f"collection:c{number}" for number in range(DOCUMENTS - 1)))
ONE = VisibleSet(scopes=frozenset({"collection:c1"}))


def unit_vectors(number: int, count: int) -> NDArray[np.float32]:
    """Vectors in clusters, as those of texts are."""
    dice = np.random.default_rng(number)
    centres = np.random.default_rng(0).standard_normal((40, DIMENSIONS))
    vectors = centres[dice.integers(0, 40, count)] + 0.5 * dice.standard_normal((count, DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


async def put(index: LanceIndex, number: int, count: int = PASSAGES) -> None:
    passages = [
        Passage(f"d{number}-{i}", f"d{number}", "v", f"c{number}", "t", i, "text", 0, 4)
        for i in range(count)
    ]
    await index.replace({f"d{number}": (f"collection:c{number}", passages)})
    await index.add_vectors(passages, unit_vectors(number, count), visible=EVERYTHING)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")

    async def fill() -> None:
        index = await open_lance_index(str(folder), dimensions=DIMENSIONS)
        for number in range(DOCUMENTS):
            await put(index, number)
        await index.optimize()

    asyncio.run(fill())
    return folder


@pytest.mark.parametrize("visible", [EVERYTHING, MOST, ONE], ids=["all", "most", "one"])
async def test_the_nearest_of_many_are_found_with_their_exact_scores(
    large: Path, visible: VisibleSet
) -> None:
    index = await open_lance_index(str(large), dimensions=DIMENSIONS)
    of = [n for n in range(DOCUMENTS) if visible.everything or f"collection:c{n}" in visible.scopes]
    vectors = {f"d{n}-{i}": v for n in of for i, v in enumerate(unit_vectors(n, PASSAGES))}
    names, matrix = list(vectors), np.stack(list(vectors.values()))
    found_share = []
    for question in unit_vectors(99, 20):
        hits = await index.vector_search(question, visible=visible, limit=10)
        best = {names[i] for i in np.argsort(-(matrix @ question))[:10]}
        found_share.append(len(best & {hit.passage for hit in hits}) / 10)
        assert {hit.passage.partition("-")[0] for hit in hits} <= {f"d{n}" for n in of}
        for hit in hits:
            assert hit.score == pytest.approx(float(vectors[hit.passage] @ question), abs=1e-5)
    assert np.mean(found_share) >= 0.95


async def test_what_comes_after_the_index_was_built_is_found_before_the_next_optimize(
    large: Path,
) -> None:
    index = await open_lance_index(str(large), dimensions=DIMENSIONS)
    await put(index, 77, count=50)
    question = unit_vectors(77, 50)[7]
    before = await index.vector_search(question, visible=EVERYTHING, limit=1)
    await index.optimize()
    after = await index.vector_search(question, visible=EVERYTHING, limit=1)
    assert before[0].passage == after[0].passage == "d77-7"
    await index.replace({"d77": ("collection:c77", [])})
    gone = await index.vector_search(question, visible=EVERYTHING, limit=1)
    assert not gone[0].passage.startswith("d77-")


async def test_few_vectors_have_no_approximate_index(tmp_path: Path) -> None:
    index = await open_lance_index(str(tmp_path / "small"), dimensions=DIMENSIONS)
    await put(index, 0, count=300)
    await index.optimize()
    for number, question in enumerate(unit_vectors(0, 300)[:5]):
        hits = await index.vector_search(question, visible=EVERYTHING, limit=1)
        assert hits[0].passage == f"d0-{number}"


def test_fewer_are_compared_one_by_one_where_the_index_reaches_them_all() -> None:
    assert exact_up_to(EXACT_UP_TO_VECTORS) == EXACT_UP_TO_VECTORS, "there is no index yet"
    assert exact_up_to(100_000) < EXACT_UP_TO_VECTORS
    assert exact_up_to(1_000_000) == EXACT_UP_TO_VECTORS
