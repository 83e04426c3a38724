"""A passage is read once, and the order is the one that reading everything of both searches gives."""

from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.core.settings import EmbeddingModelSettings, SearchSettings, Settings
from teaegg.models.standin import TermEmbedder
from teaegg.retrieval.query import understand
from teaegg.retrieval.ranking.fitted import FittedReranker
from teaegg.retrieval.ranking.fusion import fuse
from teaegg.store.index import Hit
from teaegg.store.lance.index import open_lance_index

DIMENSIONS = 48
CANDIDATES = 6
EVERYTHING = VisibleSet(everything=True)
MATTERS = ("年假", "病假", "婚假", "差旅", "加班", "试用期", "报销", "印章", "合同", "采购")
QUESTIONS = ("年假和加班怎么计算？", "How is overtime approved?", "合同由谁审批，采购呢")


def texts() -> dict[str, str]:
    """Thirty short rules; their words overlap, so that both searches find many of them."""
    rules = {}
    for number in range(30):
        one, other = MATTERS[number % 10], MATTERS[(number * 3 + 1) % 10]
        rules[f"rule{number}.txt"] = (
            f"{one}申请由第{number}部门审批，{other}另行计算。Overtime {number} is approved."
        )
    return rules


@pytest.mark.parametrize("question", QUESTIONS)
async def test_the_order_is_that_of_reading_everything_both_searches_find(
    tmp_path: Path, question: str
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")
    embedder, search = TermEmbedder(DIMENSIONS), SearchSettings(candidates=CANDIDATES)
    settings = Settings(
        home=tmp_path / "home",
        search=search,
        embedding=EmbeddingModelSettings(dimensions=DIMENSIONS),
    )
    async with open_workspace(settings, embedder=embedder) as workspace:
        await workspace.learner.learn([folder], collection="rules")
        await workspace.vectors.fill()
        found = await workspace.search(LOCAL_OWNER, question, limit=2 * CANDIDATES)
    index = await open_lance_index(str(tmp_path / "home/index"), dimensions=DIMENSIONS)
    query = understand(found.query.text, [])
    text = await index.text_search(query.terms, visible=EVERYTHING, limit=CANDIDATES)
    vector = await embedder.embed_question(query.text)
    near = await index.vector_search(vector, visible=EVERYTHING, limit=CANDIDATES)
    assert {hit.passage for hit in near} - {hit.passage.id for hit in text}, "no need to read"
    read = await index.passages([hit.passage for hit in near], visible=EVERYTHING)
    hits = [Hit(read[hit.passage], hit.score) for hit in near]
    fused = fuse(query, text, hits, vector_weight=search.vector_weight)
    assert list(found.evidence) == await FittedReranker().rerank(query, fused)
