"""What a teacher found likely reaches the rows: cut to the answer, matched by text, never guessed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.distill.data.corpora import MemoryCorpus, scene

from teaegg.core.clock import SystemClock
from teaegg.distill.data.make import make_dataset
from teaegg.distill.rows import Row, read_rows
from teaegg.distill.teachers.base import Lesson, Taught
from teaegg.distill.teachers.chances import chances_of_answers, pieces_of_answer
from teaegg.distill.teachers.recorded import RecordedTeacher
from teaegg.distill.teachers.recording import Recording
from teaegg.distill.teachers.replies import Reply, TokenChances
from teaegg.distill.teachers.structure.teacher import StructureTeacher

_TEXTS = st.text("年假5天 ab🥚é", min_size=1, max_size=12).filter(str.strip)


def token(text: str, size: int = 0, top: Sequence[tuple[str, float]] = ()) -> TokenChances:
    return TokenChances(text, -0.5, (*top, ("別", -2.0)), size or len(text.encode()))


def cut(said: bytes, cuts: Sequence[int]) -> list[TokenChances]:
    """`said` in tokens that end at `cuts`, as a server tells of them."""
    bounds = sorted({0, len(said), *(at % len(said) for at in cuts)})
    pieces = [said[a:b] for a, b in pairwise(bounds)]
    return [token(piece.decode(errors="replace"), len(piece)) for piece in pieces]


@given(_TEXTS, st.lists(st.integers(0, 99), max_size=20))
def test_pieces_spell_the_answer_whatever_the_tokens(answer: str, cuts: list[int]) -> None:
    tokens = cut(answer.encode(), cuts)
    pieces = pieces_of_answer(answer, tokens)
    assert [piece.size for piece in pieces] == [each.size for each in tokens]
    start = 0
    for piece, each in zip(pieces, tokens, strict=True):
        there = answer.encode()[start : start + piece.size]
        assert piece.text == there.decode(errors="replace")
        assert (each.token in piece.top) == ("\ufffd" not in each.token)
        start += piece.size


@given(_TEXTS, st.lists(st.integers(0, 99), max_size=20))
def test_a_token_with_a_sign_of_the_json_keeps_its_bytes_and_loses_its_chances(
    answer: str, cuts: list[int]
) -> None:
    content = f'{{"question": "?", "answer": "{answer}"}}'
    tokens = cut(content.encode(), cuts)
    head, start = len('{"question": "?", "answer": "'), 0
    around = []
    for each in tokens:
        if start + each.size > head and start < head + len(answer.encode()):
            around.append(each)
        start += each.size
    pieces = pieces_of_answer(answer, around)
    if pieces:
        assert sum(piece.size for piece in pieces) == len(answer.encode())
        for piece, each in zip(pieces, around, strict=True):
            assert bool(piece.top) == (piece.size == each.size)


def test_what_cannot_be_placed_gives_nothing() -> None:
    assert pieces_of_answer("5天", ()) == ()
    assert pieces_of_answer("5天", [token("6天")]) == ()
    assert pieces_of_answer('说"好"', [token('说\\"好\\"')]) == (), "JSON spells it otherwise"
    assert pieces_of_answer("一\n二", [token("一\\n二")]) == ()
    assert pieces_of_answer("aa", [token("aaa"), token("b")]) == ()
    (first, second) = pieces_of_answer("5天", [token('"5'), token("天")])
    assert (first.text, first.top) == ("5", {}) and second.top["天"] == -0.5


class Sure(StructureTeacher):
    """Writes its answers as JSON in one token a character, and tells how likely they were."""

    async def reply(self, lesson: Lesson) -> Reply:
        taught = tuple(await self.teach(lesson))
        said = [{"question": each.question, "answer": each.answer} for each in taught]
        content = json.dumps(said, ensure_ascii=False)
        tokens = [token(character) for character in content]
        return Reply(taught, "sure", chances=chances_of_answers(content, tokens, taught))


async def test_recorded_chances_reach_the_rows_that_training_reads(tmp_path: Path) -> None:
    """And only the answers that they are of."""
    folder = tmp_path / "rules"
    place = folder / "answers.jsonl"
    teacher = RecordedTeacher(Recording(place), SystemClock(), Sure())
    await make_dataset(scene(), MemoryCorpus(), teacher, folder, clock=SystemClock())
    rows = list(read_rows(folder / "rows.jsonl"))
    taught = [row for row in rows if row.top_logprobs]
    assert len(taught) > 5
    for row in taught:
        assert "".join(piece.text for piece in row.top_logprobs) == row.answer
        assert all(piece.top for piece in row.top_logprobs)
    assert not any(row.top_logprobs for row in rows if row.kind in ("unanswerable", "replay"))
    assert not any(row.top_logprobs for row in read_rows(folder / "exam.jsonl"))
    before = (folder / "rows.jsonl").read_bytes()
    again = RecordedTeacher(Recording(place), SystemClock(), Sure())
    await make_dataset(scene(), MemoryCorpus(), again, folder, clock=SystemClock())
    assert (folder / "rows.jsonl").read_bytes() == before


async def test_files_of_rows_without_chances_are_still_read(tmp_path: Path) -> None:
    teacher = RecordedTeacher(Recording(tmp_path / "a.jsonl"), SystemClock(), StructureTeacher())
    assert teacher.pieces() == {}
    row = Row.model_validate_json(
        '{"id": "r", "kind": "lookup", "turns": [{"role": "user", "content": "?"}],'
        ' "answer": "!", "top_logprobs": []}'
    )
    assert row.top_logprobs == ()


def test_white_space_that_a_server_took_off_its_answer_is_passed_over() -> None:
    tokens = [token(text) for text in ("\n", "    ", '{"', "answer", '": "', "十五", '天"}')]
    taught = Taught("lookup", "几天？", "十五天", (), "teacher")
    (found,) = chances_of_answers('{"answer": "十五天"}', tokens, [taught])
    assert [each.token for each in found] == ["十五", '天"}']
