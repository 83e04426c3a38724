"""What people bring is learned where documents prove it, and where it gives nothing of the exam away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.distill.data.corpora import BOOKS, MemoryCorpus, scene

from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Scene, SceneData
from teaegg.distill.data.make import DatasetReport, make_dataset
from teaegg.distill.data.records import Asked, Rejected, SplitDocument
from teaegg.distill.data.statistics import statistics
from teaegg.distill.exchange.dataset import IMPORTED_FILE, add_to_dataset, dataset_rows
from teaegg.distill.exchange.importing import import_file
from teaegg.distill.lineage.sweeping import sweep_rows
from teaegg.distill.rows import Row, read_rows
from teaegg.distill.teachers.structure.teacher import StructureTeacher
from teaegg.retrieval.reading_prompt import ShownPassage, read_prompt, reading_messages
from teaegg.store.lines import read_lines

EXAM = "差旅制度"
"""The split of these books keeps it for the exam; `test_the_exam_document…` would tell if it did not."""
PASSWORD = {"question": "密码至少要多少位？", "answer": "密码长度不得少于12位"}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic_seconds(self) -> float:
        return 0.0


def bring(folder: Path, *records: Mapping[str, Any]) -> None:
    source = folder.parent / "brought.json"
    source.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    add_to_dataset(folder, import_file(source).rows)


async def make(
    folder: Path, books: Mapping[str, Sequence[str]] = BOOKS, asked: Scene | None = None
) -> DatasetReport:
    corpus, clock = MemoryCorpus(books), FixedClock()
    return await make_dataset(asked or scene(), corpus, StructureTeacher(), folder, clock=clock)


def used(folder: Path) -> list[Row]:
    return [row for row in read_rows(folder / "rows.jsonl") if row.kind == "imported"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rules"


async def test_an_answer_that_stands_in_a_passage_becomes_a_row_as_the_expert_sees_it(
    folder: Path,
) -> None:
    bring(folder, PASSWORD)
    report = await make(folder)
    (row,) = used(folder)
    shown, question = read_prompt(row.turns[-1].content)
    assert question == PASSWORD["question"] and row.answer == PASSWORD["answer"]
    assert row.answer in shown and "[2]" in shown, "the right passage, among others"
    assert "d2" in row.documents
    assert report.imported is not None
    assert (report.imported.brought, report.imported.used, report.imported.waiting) == (1, 1, 0)
    assert report.kinds["imported"] == 1


@pytest.mark.parametrize(
    ("question", "said", "learned"),
    [
        ("我能休几天年假？", "您好，年假为5天。祝您工作愉快！", "员工每年享受年假5天，工龄满十年的，享受年假10天。"),
        ("早餐几点开始？", "7：00", "7:00"),
        ("茶叶蛋怎么卖？", "茶叶蛋 每个２元。", "茶叶蛋每个2元"),
        ("泄密了怎么办？访客呢？", "应当立即报告信息安全部\n访客不得连接办公网络", "应当立即报告信息安全部\n访客不得连接办公网络"),
    ],
)  # fmt: skip
async def test_answers_are_learned_in_the_words_of_the_passage(
    folder: Path, question: str, said: str, learned: str
) -> None:
    books = {
        **BOOKS,
        "信息安全制度": ("访客不得连接办公网络。发现泄密的，应当立即报告信息安全部。",),
    }
    bring(folder, {"question": question, "answer": said})
    await make(folder, books)
    assert [row.answer for row in used(folder)] == [learned]


@pytest.mark.parametrize(
    ("question", "said", "reason"),
    [
        ("住宿费一晚最多报多少？", "住宿费限额为每晚350元", "its answer stands in an exam document"),
        ("车补多少？", "自有车辆每公里补贴1.2元。", "its answer stands in an exam document"),
        ("公司在哪里办公？", "上海市浦东新区世纪大道", "no document that may be read says its answer"),
        ("年假一共有几天？", "每年享受年假12天", "no document that may be read says its answer"),
        ("试用期能请婚假吗？", "员工可以在试用期内申请婚假", "no document that may be read says its answer"),
        ("找谁？", "数据备份由信息部负责", "the question is too short to be understood"),
        ("P9级的密码至少要多少位？", "密码长度不得少于12位", "the question names a figure that its passage does not have"),
        ("How long must a password be?", "密码长度不得少于12位", "the question is in another language"),
        ("报障电话是多少？", "报障请拨打 13912345678", "personal data: telephone"),
    ],
)  # fmt: skip
async def test_what_may_not_be_learned_is_left_out_and_counted(
    folder: Path, question: str, said: str, reason: str
) -> None:
    books = {
        **BOOKS,
        "信息安全制度": (*BOOKS["信息安全制度"], "报障请拨打 13912345678，全天有人。"),
    }
    bring(folder, {"question": question, "answer": said})
    report = await make(folder, books)
    assert used(folder) == []
    assert report.imported is not None and report.imported.left_out == {reason: 1}
    (rejected,) = read_lines(folder / "brought-rejected.jsonl", Rejected)
    assert rejected.item.question == question


async def test_the_exam_document_is_kept_for_the_exam(folder: Path) -> None:
    await make(folder)
    sides = {item.title: item.side for item in read_lines(folder / "1-split.jsonl", SplitDocument)}
    assert sides == {title: "exam" if title == EXAM else "training" for title in BOOKS}


async def test_what_the_exam_asks_is_not_learned_from_another_document(folder: Path) -> None:
    await make(folder)
    exam = next(row for row in read_rows(folder / "exam.jsonl") if row.kind == "lookup")
    question = read_prompt(exam.turns[-1].content)[1]
    bring(folder, {"question": question, "answer": BOOKS["食堂通知"][0]})
    report = await make(folder)
    assert report.imported is not None
    assert report.imported.left_out == {"the exam asks the same": 1}


async def test_copies_and_contradictions_are_told(folder: Path) -> None:
    bring(
        folder,
        {"question": "为了安全起见，密码至少要多少位？", "answer": "密码长度不得少于12位"},
        {"question": "为了安全起见，密码至少要多少位呢？", "answer": "密码长度不得少于12位"},
        {"question": "婚假怎么请？", "answer": "应当在领证后6个月内申请"},
        {"question": "婚假怎么请？", "answer": "婚假为3天"},
    )
    report = await make(folder)
    assert report.imported is not None
    assert report.imported.left_out == {
        "nearly the same as another": 1,
        "the same question has other answers": 2,
    }
    assert report.imported.used == 1


async def test_a_passage_that_came_along_leads_to_its_document(folder: Path) -> None:
    passage = BOOKS["食堂通知"][1]
    bring(
        folder,
        {"question": "供应量是几个？", "answer": "300个", "context": passage},
        {
            "question": "保修多久？",
            "answer": "保修两年",
            "context": "本机保修两年，自购买之日起算。",
        },
    )
    report = await make(folder)
    (row,) = used(folder)
    assert row.answer == "300个" and passage in row.turns[-1].content
    assert report.imported is not None
    (reason,) = report.imported.left_out
    assert "though its own passage may" in reason


async def test_conversations_of_one_question_before_are_learned(folder: Path) -> None:
    talk = [
        {"role": "system", "content": "你是客服。"},
        {"role": "user", "content": "密码要多长？"},
        {"role": "assistant", "content": "密码长度不得少于12位"},
        {"role": "user", "content": "那密码多久换一次？"},
        {"role": "assistant", "content": "每180天更换一次"},
    ]
    bring(folder, {"messages": talk}, {"messages": [*talk[:3], *talk[1:]]})
    report = await make(folder)
    (row,) = used(folder)
    assert [turn.role for turn in row.turns] == ["user", "assistant", "user"]
    assert report.imported is not None
    assert report.imported.left_out == {"more than one question comes before it": 1}


async def test_a_worse_answer_stays_worse(folder: Path) -> None:
    bring(
        folder,
        {**PASSWORD, "rejected": "密码随便设，电话13912345678"},
        {
            "question": "早餐从几点开始？",
            "answer": "早餐从 7:00 开始",
            "rejected": "早餐从7:00开始。",
        },
    )
    await make(folder)
    worse = {row.answer: row.rejected for row in used(folder)}
    assert worse == {PASSWORD["answer"]: "密码随便设，电话***********", "早餐从7:00开始": ""}


async def test_imported_rows_take_half_of_the_places_and_others_make_way(folder: Path) -> None:
    sentences = [
        f"第{n}号柜台办理{name}业务。" for n, name in enumerate("甲乙丙丁戊己庚辛", start=1)
    ]
    books = {**BOOKS, "食堂通知": (*BOOKS["食堂通知"], *sentences)}
    records = [
        {"question": f"{name}业务在哪个柜台办？", "answer": f"第{n}号柜台办理{name}业务"}
        for n, name in enumerate("甲乙丙丁戊己庚辛", start=1)
    ]
    bring(folder, *records)
    small = scene(rows=10)
    report = await make(folder, books, small)
    assert len(used(folder)) == 5 and report.rows == 10
    assert report.imported is not None
    (reason,) = report.imported.left_out
    assert reason.startswith("half of the rows are imported ones") and report.imported.waiting == 0
    generated = next(read_lines(folder / "4-clean.jsonl", Asked))
    bring(folder, {"question": generated.question, "answer": generated.answer})
    await make(folder, books, scene(rows=200))
    asked = [
        item.question
        for item in read_lines(folder / "5-balanced.jsonl", Asked)
        if item.kind == "imported"
    ]
    assert generated.question in asked
    left_out = list(read_lines(folder / "5-balanced-rejected.jsonl", Rejected))
    assert generated.id in {each.item.id for each in left_out}


async def test_the_same_again_changes_nothing_and_what_is_taken_away_goes(folder: Path) -> None:
    without = await make(folder)
    before = (folder / "rows.jsonl").read_bytes()
    bring(folder, PASSWORD)
    waiting = statistics(folder, without.manifest).imported
    assert waiting is not None and waiting.waiting == 1
    first = await make(folder)
    assert len(used(folder)) == 1
    assert first.manifest.rows_hash != without.manifest.rows_hash
    second = await make(folder)
    assert second.manifest == first.manifest
    (folder / IMPORTED_FILE).unlink()
    assert (await make(folder)).imported is None
    assert (folder / "rows.jsonl").read_bytes() == before
    assert not (folder / "brought.jsonl").exists()


async def test_a_forgotten_document_takes_its_imported_rows_along(folder: Path) -> None:
    bring(folder, PASSWORD, {"question": "早餐从几点开始？", "answer": "早餐从7:00开始"})
    await make(folder)
    assert len(used(folder)) == 2
    document = next(
        item.document
        for item in read_lines(folder / "1-split.jsonl", SplitDocument)
        if item.title == "食堂通知"
    )
    sweep_rows(folder / "rows.jsonl", [document])
    assert all(document not in row.documents for row in used(folder))
    left = {title: texts for title, texts in BOOKS.items() if title != "食堂通知"}
    report = await make(folder, left)
    assert report.edited == ()
    assert [row.answer for row in used(folder)] == [PASSWORD["answer"]]
    assert report.imported is not None
    assert report.imported.left_out == {"no document that may be read says its answer": 1}


async def test_what_was_left_out_goes_to_no_other_trainer_either(folder: Path) -> None:
    bring(folder, PASSWORD, {"question": "一晚最多报多少？", "answer": "住宿费限额为每晚350元"})
    assert len(list(dataset_rows(folder))) == 2, "before the dataset is made nobody knows"
    await make(folder)
    assert [row.answer for row in dataset_rows(folder) if row.kind == "imported"] == [
        PASSWORD["answer"]
    ]


async def test_personal_data_is_dropped_where_the_scene_says_so(folder: Path) -> None:
    bring(
        folder,
        {"question": "密码至少多少位？我的邮箱是 li@example.com", "answer": PASSWORD["answer"]},
    )
    dropping = scene(data=SceneData(personal_data="drop"))
    report = await make(folder, asked=dropping)
    assert report.imported is not None
    assert report.imported.left_out == {"personal data: e-mail address": 1}


async def test_a_line_that_is_no_row_is_named(folder: Path) -> None:
    bring(folder, PASSWORD)
    with (folder / IMPORTED_FILE).open("a", encoding="utf-8") as file:
        file.write('{"id": "x"}\n')
    with pytest.raises(InvalidRequestError, match=r"imported\.jsonl, line 2"):
        await make(folder)


@pytest.mark.parametrize("question", ["几天？", "How many?", "多行\n问题", "问题：几天？"])
@pytest.mark.parametrize("text", ["年假5天。", "问：几天？\n\n问题：几天？\n答：5天。"])
def test_a_prompt_is_read_as_it_was_written(question: str, text: str) -> None:
    (turn,) = reading_messages(
        question, [ShownPassage(text, "手册")], language="zh", instructions="照抄"
    )
    shown, asked = read_prompt(turn.content)
    assert asked == question and text in shown
    assert read_prompt(question) == ("", question)
