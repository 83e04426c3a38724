from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.understanding.parts import interleaved, parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("年假有几天？试用期多久？", ["年假有几天？", "试用期多久？"]),
        ("年假和病假分别有几天？", ["年假有几天？", "病假有几天？"]),
        ("公司的年假、病假和婚假分别有几天？",
         ["公司的年假有几天？", "公司的病假有几天？", "公司的婚假有几天？"]),
        ("年假有几天；试用期多久", ["年假有几天", "试用期多久"]),
        ("How long is the trial period? Who signs the contract?",
         ["How long is the trial period?", "Who signs the contract?"]),
        ("What is the limit for managers and directors respectively?",
         ["What is the limit for managers?", "What is the limit for directors?"]),
    ],
)  # fmt: skip
def test_parts_are_questions_by_themselves(question: str, parts: list[str]) -> None:
    assert list(parts_of(question)) == parts


@pytest.mark.parametrize(
    "question",
    [
        "年假有几天？",
        "劳动合同和劳务合同有什么区别？",
        "QH-200 的流量是多少？它的扬程呢？",
        "What is the difference between leave and absence?",
        "在吗？年假有几天？",
        "a？b？c？d？e？f？",
    ],
)
def test_what_is_one_question_stays_one(question: str) -> None:
    assert parts_of(question) == (question,)


def test_the_first_of_each_comes_before_the_second_of_any() -> None:
    assert interleaved([["a1", "a2"], ["b1"], ["c1", "c2", "c3"]]) == [
        "a1", "b1", "c1", "a2", "c2", "c3",
    ]  # fmt: skip


async def test_every_part_has_its_evidence_among_the_first(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(6):
        (notes / f"leave{number}.txt").write_text(
            f"年假每年有 {number + 5} 天，年假可以分次休。", "utf-8"
        )
    (notes / "trial.txt").write_text("试用期最长六个月。", "utf-8")
    settings = Settings(home=tmp_path / "home", embedding=EmbeddingModelSettings(dimensions=64))
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        await workspace.learner.learn([notes], collection="notes")
        found = await workspace.search(LOCAL_OWNER, "年假有几天？试用期多久？", limit=2)
        texts = [item.passage.text for item in found.evidence]
        assert "年假" in texts[0]
        assert "试用期" in texts[1]
        assert found.query.text == "年假有几天？试用期多久？"
