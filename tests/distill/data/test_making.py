"""A dataset is made in stages that people can look into, change, interrupt and repeat."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.distill.data.corpora import BOOKS, MemoryCorpus, scene

from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    ModelError,
    ModelUnavailableError,
    NotFoundError,
)
from teaegg.core.scenes import KindShare, Scene, SceneData, SceneExam
from teaegg.distill.data import editing
from teaegg.distill.data.corpus import Corpus
from teaegg.distill.data.make import DatasetReport, make_dataset
from teaegg.distill.data.manifest import read_manifest
from teaegg.distill.data.statistics import statistics
from teaegg.distill.rows import Row, read_rows, rows_hash
from teaegg.distill.teachers.base import Lesson, Taught, Teacher
from teaegg.distill.teachers.structure.teacher import StructureTeacher
from teaegg.models.base import Message


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic_seconds(self) -> float:
        return 0.0


class Counting(StructureTeacher):
    """Counts its lessons, and breaks off after some."""

    def __init__(self, fails_after: int = 10**9) -> None:
        self.lessons = 0
        self._fails_after = fails_after

    async def teach(self, lesson: Lesson) -> Sequence[Taught]:
        if self.lessons >= self._fails_after:
            raise ModelError("The budget is spent.", remedy="Raise it.")
        self.lessons += 1
        return await super().teach(lesson)


class Garbling:
    """A teacher that answers with all that is wrong."""

    name = fingerprint = "garbling"

    async def teach(self, lesson: Lesson) -> Sequence[Taught]:
        text = lesson.passages[0].text
        return [
            Taught("lookup", "这是什么？", "不在资料中的答案", ((0, text[:5]),), "garbling"),
            Taught("lookup", "那是什么？", "6天", ((7, "没有的段落"),), "garbling"),
            Taught("lookup", "", "", (), "garbling"),
            Taught("lookup", "哪里写着？", text[:6], ((0, text[:6]),), "garbling"),
        ]

    async def close(self) -> None:
        self.name = "closed"


async def make(
    folder: Path,
    corpus: Corpus | None = None,
    teacher: Teacher | None = None,
    asked: Scene | None = None,
    **more: Any,
) -> DatasetReport:
    return await make_dataset(
        asked or scene(),
        corpus or MemoryCorpus(),
        teacher or StructureTeacher(),
        folder,
        clock=FixedClock(),
        **more,
    )


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


async def test_every_stage_leaves_a_file_that_a_person_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    report = await make(folder)
    rows = list(read_rows(folder / "rows.jsonl"))
    assert len(rows) == report.rows > 15
    assert {row.kind for row in rows} >= {"lookup", "condition", "unanswerable", "replay"}
    assert set(content(folder)) >= {
        "1-split.jsonl", "2-asked.jsonl", "3-verified.jsonl", "3-verified-rejected.jsonl",
        "4-clean.jsonl", "5-balanced.jsonl", "rows.jsonl", "exam.jsonl", "dataset.json",
    }  # fmt: skip
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest.rows_hash == rows_hash(rows)
    assert manifest.teacher == "structure"
    assert manifest.scene["name"] == "rules"
    assert not [path for path in folder.iterdir() if "partial" in path.name]


async def test_nothing_of_the_exam_is_taught_and_nothing_taught_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    report = await make(folder)
    assert report.exam_rows > 0
    split = editing.read_stage(folder, "split")
    sides = {side: {s.document for s in split if s.side == side} for side in ("training", "exam")}
    for row in read_rows(folder / "rows.jsonl"):
        assert set(row.documents) <= sides["training"]
    exam = list(read_rows(folder / "exam.jsonl"))
    for row in exam:
        assert set(row.documents) <= sides["exam"]
    assert "replay" not in {row.kind for row in exam}


async def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    await make(tmp_path / "one" / "rules")
    await make(tmp_path / "two" / "rules")
    assert content(tmp_path / "one" / "rules") == content(tmp_path / "two" / "rules")


async def test_done_again_nothing_is_asked_and_nothing_changes(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder)
    before, teacher = content(folder), Counting()
    await make(folder, teacher=teacher)
    assert teacher.lessons == 0
    assert content(folder) == before


async def test_more_rows_are_balanced_anew_but_no_document_changes_sides(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder, asked=scene(rows=10))
    split = (folder / "1-split.jsonl").read_bytes()
    report = await make(folder, asked=scene(rows=20))
    assert report.rows == 20
    assert (folder / "1-split.jsonl").read_bytes() == split


async def test_an_interrupted_run_asks_nothing_twice(tmp_path: Path) -> None:
    whole = Counting()
    await make(tmp_path / "whole" / "rules", teacher=whole)
    folder = tmp_path / "broken" / "rules"
    first = Counting(fails_after=3)
    with pytest.raises(ModelError, match="budget"):
        await make(folder, teacher=first)
    second = Counting()
    await make(folder, teacher=second)
    assert first.lessons + second.lessons == whole.lessons
    one, other = (list(read_rows(at / "rows.jsonl")) for at in (folder, tmp_path / "whole/rules"))
    assert one == other


async def test_a_line_that_a_kill_cut_short_is_asked_again(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    with pytest.raises(ModelError):
        await make(folder, teacher=Counting(fails_after=3))
    kept = folder / "training-lessons.partial.jsonl"
    kept.write_bytes(kept.read_bytes()[:-20])
    report = await make(folder)
    assert report.rows > 15


async def test_an_edit_is_kept_and_the_later_stages_start_from_it(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder)
    item = next(i for i in editing.read_stage(folder, "clean") if i.kind == "lookup")
    question = "这个问题是人改过的，请问是多少？"
    editing.set_field(folder, "clean", item.id, "question", question)
    editing.set_field(folder, "clean", item.id, "kind", "table")
    teacher = Counting()
    report = await make(folder, teacher=teacher, asked=scene(rows=200))
    assert report.edited == ("clean",)
    assert teacher.lessons == 0 or report.rows
    assert any(question in row.turns[-1].content for row in read_rows(folder / "rows.jsonl"))


async def test_an_edit_that_its_own_inputs_overtook_is_neither_lost_nor_used(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "rules"
    await make(folder)
    row = next(iter(read_rows(folder / "rows.jsonl")))
    editing.drop_record(folder, "rows", row.id)
    edited = (folder / "rows.jsonl").read_bytes()
    with pytest.raises(ConflictError, match=r"rows\.jsonl was edited by hand") as caught:
        await make(folder, asked=scene(style="Be brief."))
    assert "move" in caught.value.remedy
    assert (folder / "rows.jsonl").read_bytes() == edited
    report = await make(folder)
    assert report.edited == ("rows",)
    assert report.manifest.rows_hash == rows_hash(read_rows(folder / "rows.jsonl"))


async def test_an_edit_of_the_wrong_shape_is_named_by_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder)
    path = folder / "rows.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace('"answer"', '"anwser"')
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InvalidRequestError, match=r"rows\.jsonl, line 3"):
        await make(folder)
    with pytest.raises(InvalidRequestError, match=r"rows\.jsonl, line 1"):
        editing.replace_file(folder, "rows", "{}\n")
    assert path.read_text(encoding="utf-8").splitlines() == lines


async def test_a_document_that_is_gone_takes_its_rows_along(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    everything = scene(exam=SceneExam(share=0))
    await make(folder, asked=everything)
    books = {title: texts for title, texts in BOOKS.items() if title != "食堂通知"}
    report = await make(folder, MemoryCorpus(books), asked=everything)
    assert "d3" not in report.manifest.documents
    told = "".join(data.decode() for data in content(folder).values())
    assert "茶叶蛋" not in told


async def test_what_a_teacher_invents_does_not_get_in(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder, teacher=Garbling())
    assert {item.question for item in editing.read_stage(folder, "verified")} <= {"哪里写着？"}
    manifest = read_manifest(folder)
    assert manifest is not None
    reasons = manifest.stages["verified"].rejected
    assert reasons["its passage is not there"] >= 1
    assert sum(reasons.values()) >= 5


async def test_what_the_student_knows_gets_fewer_rows(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder)
    right = {item.question: item.answer for item in editing.read_stage(folder, "clean")}

    class Student:
        fingerprint = "knows-all"
        asked = 0

        async def answer(self, messages: Sequence[Message]) -> str:
            self.asked += 1
            question = messages[-1].content.rpartition("问题：")[2]
            return f" {right[question]}。\n"

    student = Student()
    asked = scene(data=SceneData(known_share=0.0))
    report = await make(folder, asked=asked, student=student, most_quizzed=10)
    assert (report.quizzed, report.known, student.asked) == (10, 10, 10)
    known = {item.id for item in editing.read_stage(folder, "clean")[:10]}
    assert not known & {item.id for item in editing.read_stage(folder, "balanced")}
    again = await make(folder, asked=asked, student=student, most_quizzed=10)
    assert (again.known, student.asked) == (10, 10), "a quiz is not repeated"


async def test_a_student_that_fails_leaves_what_was_done(tmp_path: Path) -> None:
    class Failing:
        fingerprint = "failing"

        async def answer(self, messages: Sequence[Message]) -> str:
            raise ModelUnavailableError("It does not answer.", remedy="Wait.")

    folder = tmp_path / "rules"
    with pytest.raises(ModelUnavailableError):
        await make(folder, student=Failing())
    assert (folder / "4-clean.jsonl").is_file()
    assert not (folder / "rows.jsonl").exists()


async def test_a_small_dataset_says_how_small_and_what_would_help(tmp_path: Path) -> None:
    report = await make(tmp_path / "rules", asked=scene(rows=1000))
    assert any(f"There are {report.rows} rows" in advice for advice in report.advice)
    one = await make(tmp_path / "one", MemoryCorpus({"假期制度": BOOKS["假期制度"]}))
    assert one.exam_rows == 0
    assert any("No document is kept for the exam" in advice for advice in one.advice)


async def test_quarantined_documents_are_left_out_and_named(tmp_path: Path) -> None:
    report = await make(tmp_path / "rules", MemoryCorpus(quarantined=["食堂通知"]))
    assert any("食堂通知" in advice for advice in report.advice)
    with pytest.raises(InvalidRequestError, match="no readable documents"):
        await make(tmp_path / "none", MemoryCorpus(quarantined=list(BOOKS)))


async def test_a_kind_that_there_is_not_is_refused(tmp_path: Path) -> None:
    asked = scene(data=SceneData(kinds=(KindShare("looking", 1),)))
    with pytest.raises(InvalidRequestError, match="looking"):
        await make(tmp_path / "rules", asked=asked)


async def test_the_kinds_of_the_scene_are_the_kinds_of_the_rows(tmp_path: Path) -> None:
    asked = scene(data=SceneData(kinds=(KindShare("condition", 1), KindShare("unanswerable", 1))))
    report = await make(tmp_path / "rules", asked=asked)
    assert set(report.kinds) == {"condition", "unanswerable"}


async def test_the_counts_are_those_of_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    report = await make(folder)
    found = statistics(folder, report.manifest, sample=2)
    rows = list(read_rows(folder / "rows.jsonl"))
    assert found.kinds == Counter(row.kind for row in rows)
    assert found.records["rows"] == len(rows)
    assert len(found.sample) == 2
    assert isinstance(found.sample[0], Row)
    assert 0 < found.answers.median <= found.answers.nine_in_ten <= found.answers.longest


async def test_fields_are_set_as_text_or_json_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    await make(folder)
    row = next(iter(read_rows(folder / "rows.jsonl")))
    editing.set_field(folder, "rows", row.id, "documents", '["d1"]')
    editing.set_field(folder, "rows", row.id, "answer", "350")
    changed = next(iter(read_rows(folder / "rows.jsonl")))
    assert (changed.documents, changed.answer) == (("d1",), "350")
    for field, value in (("kind", "poem"), ("turns", "[]"), ("nothing", "1")):
        with pytest.raises(InvalidRequestError):
            editing.set_field(folder, "rows", row.id, field, value)
    with pytest.raises(NotFoundError):
        editing.set_field(folder, "rows", "nobody", "answer", "x")
    with pytest.raises(InvalidRequestError, match="There is no stage"):
        editing.stage_named("raws")
    assert json.loads(editing.record_text(folder, "rows", row.id))["answer"] == "350"
