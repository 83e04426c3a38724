"""Every method's loss against its formula, computed the plain way, and that training lowers it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.recipe import Method, Recipe
from teaegg.distill.rows import Row, TaughtPiece, Turn
from teaegg.distill.train.factory import make_trainer
from teaegg.distill.train.tokens import (
    Tokenizer,
    TokenRow,
    byte_spans,
    share_taught,
    tokenise,
)

torch = pytest.importorskip("torch")

Rows = Callable[[int], list[Row]]


def taught_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows with all that any method needs."""
    return [
        row.model_copy(
            update={
                "rejected": "不知道",
                "bare_turns": (Turn(role="user", content=row.turns[0].content[-6:]),),
                "top_logprobs": tuple(_piece(byte) for byte in row.answer.encode()),
            }
        )
        for row in rows
    ]


def _piece(byte: int) -> TaughtPiece:
    """A teacher of bytes, as the tiny base is: it finds "a" and "b" as likely as what was written."""
    written = chr(byte) if byte < 128 else "\ufffd"
    top = {written: math.log(0.1), "a": math.log(0.7), "b": math.log(0.2)}
    return TaughtPiece(
        text=written, size=1, top={text: p for text, p in top.items() if text != "\ufffd"}
    )


def student_of(base: Path, recipe: Recipe, *, moved: bool) -> Any:
    from teaegg.distill.train.lora import lora_parameters
    from teaegg.distill.train.student import Student

    student = Student(base, recipe, device=torch.device("cpu"), precision=torch.float32)
    for parameter in lora_parameters(student.model) if moved else ():
        torch.nn.init.normal_(parameter, 0.0, 0.1)
    return student


def log_shares(student: Any, prompt: Sequence[int], answer: Sequence[int]) -> Any:
    """(answer tokens, vocabulary) of one prompt alone."""
    from teaegg.distill.train.sheets import make_sheets

    row = TokenRow("", tuple(prompt), tuple(answer), "")
    outputs = student.outputs(make_sheets([row], most_tokens=1000))
    return torch.log_softmax(student.logits(outputs.hidden), -1).detach()


def log_likelihood(student: Any, prompt: Sequence[int], answer: Sequence[int]) -> float:
    shares = log_shares(student, prompt, answer)
    return float(shares.gather(1, torch.tensor(answer)[:, None]).sum())


def computed(base: Path, rows: list[Row], recipe: Recipe, student: Any) -> tuple[float, Any]:
    """The mean loss of all rows in one step, and the rows."""
    from teaegg.distill.train.methods.choice import make_objective
    from teaegg.distill.train.sheets import make_sheets, pair_sheets

    encoded, _ = tokenise(rows, recipe, Tokenizer(base))
    assert len(encoded) == len(rows)
    objective = make_objective(recipe, {row.id: row for row in encoded})
    preference = recipe.method in ("dpo", "orpo")
    sheets = pair_sheets(encoded) if preference else make_sheets(encoded, most_tokens=500)
    loss = objective.loss(student, sheets, 3).item()
    return loss / objective.weight(sheets), encoded


def test_dpo_is_its_formula(tiny_base: Path, city_rows: Rows) -> None:
    from teaegg.distill.train.lora import adapter_off

    recipe = Recipe(method="dpo", beta=0.3, rank=4)
    student = student_of(tiny_base, recipe, moved=True)
    loss, rows = computed(tiny_base, taught_rows(city_rows(4)), recipe, student)
    expected = []
    for row in rows:
        pair = [log_likelihood(student, row.prompt, a) for a in (row.answer, row.rejected)]
        with adapter_off():
            base = [log_likelihood(student, row.prompt, a) for a in (row.answer, row.rejected)]
        margin = (pair[0] - base[0]) - (pair[1] - base[1])
        expected.append(math.log1p(math.exp(-0.3 * margin)))
    assert loss == pytest.approx(sum(expected) / len(expected), rel=1e-4)


def test_orpo_is_its_formula(tiny_base: Path, city_rows: Rows) -> None:
    recipe = Recipe(method="orpo", beta=0.5, rank=4)
    student = student_of(tiny_base, recipe, moved=True)
    loss, rows = computed(tiny_base, taught_rows(city_rows(4)), recipe, student)
    expected = []
    for row in rows:
        good, bad = (
            log_likelihood(student, row.prompt, a) / len(a) for a in (row.answer, row.rejected)
        )
        odds = [mean - math.log(1 - math.exp(mean)) for mean in (good, bad)]
        expected.append(-good + 0.5 * math.log1p(math.exp(-(odds[0] - odds[1]))))
    assert loss == pytest.approx(sum(expected) / len(expected), rel=1e-4)


def test_a_teachers_logits_are_learned_by_divergence(tiny_base: Path, city_rows: Rows) -> None:
    recipe = Recipe(method="logits", rank=4)
    student = student_of(tiny_base, recipe, moved=True)
    loss, rows = computed(tiny_base, taught_rows(city_rows(4)), recipe, student)
    tokenizer = Tokenizer(tiny_base)
    likely = [tokenizer.plain(letter)[0] for letter in "ab"]
    total = places = 0.0
    for row in rows:
        for token, shares in zip(
            row.answer, log_shares(student, row.prompt, row.answer), strict=True
        ):
            if len(tokenizer.text([token]).encode()) == 1:
                for taught, share in zip((token, *likely), (0.1, 0.7, 0.2), strict=True):
                    total += share * (math.log(share) - float(shares[taught]))
            else:
                total -= float(shares[token])
            places += 1
    assert 0 < sum(row.aligned for row in rows) < places
    assert loss == pytest.approx(total / places, rel=1e-4)


@pytest.mark.parametrize("on_policy", [0.0, 1.0])
def test_context_is_taught_by_the_base_that_sees_the_passages(
    tiny_base: Path, city_rows: Rows, on_policy: float
) -> None:
    recipe = Recipe(method="context", rank=4, teacher_tokens=262, on_policy_share=on_policy)
    rows = taught_rows(city_rows(3))
    student = student_of(tiny_base, recipe, moved=True)
    loss, _ = computed(tiny_base, rows, recipe, student)
    assert loss > 0.01
    assert computed(tiny_base, rows, recipe, student)[0] == loss
    same = [row.model_copy(update={"bare_turns": row.turns}) for row in rows]
    new = student_of(tiny_base, recipe, moved=False)
    assert computed(tiny_base, same, recipe, new)[0] == pytest.approx(0, abs=1e-5)


def test_context_divergence_is_its_formula(tiny_base: Path, city_rows: Rows) -> None:
    from teaegg.distill.train.lora import adapter_off

    recipe = Recipe(method="context", rank=4, teacher_tokens=262)
    student = student_of(tiny_base, recipe, moved=True)
    loss, rows = computed(tiny_base, taught_rows(city_rows(3)), recipe, student)
    total = places = 0.0
    for row in rows:
        with adapter_off():
            taught = log_shares(student, row.shown, row.answer)
        learned = log_shares(student, row.prompt, row.answer)
        total += float((taught.exp() * (taught - learned)).sum())
        places += len(row.answer)
    assert loss == pytest.approx(total / places, rel=1e-4)


@pytest.mark.parametrize("method", ["logits", "context", "dpo", "orpo"])
def test_every_method_trains(
    tiny_base: Path, city_rows: Rows, tmp_path: Path, method: Method
) -> None:
    recipe = Recipe(
        method=method, rank=4, batch_tokens=512, learning_rate=1e-2, epochs=6, looks=2, patience=0
    )
    rows = taught_rows(city_rows(16))
    training = make_trainer(tiny_base, threads=2).train(
        rows, recipe, tmp_path / "out", tell=lambda _: None
    )
    assert training.losses[-1] < training.losses[0]


@pytest.mark.parametrize(
    ("method", "lack"),
    [("dpo", "rejected"), ("context", "without passages")],
)
def test_rows_without_what_a_method_needs_are_left_out(
    tiny_base: Path, city_rows: Rows, method: Method, lack: str
) -> None:
    rows = [*taught_rows(city_rows(2)), *city_rows(4)[2:]]
    kept, left_out = tokenise(rows, Recipe(method=method), Tokenizer(tiny_base))
    assert [row.id for row in kept] == ["r0", "r1"]
    assert sorted(left_out) == ["r2", "r3"]
    assert lack in left_out["r2"]


def test_where_the_teacher_has_other_tokens_the_answer_itself_is_learned(
    tiny_base: Path, city_rows: Rows
) -> None:
    (row,) = taught_rows([city_rows(2)[1].model_copy(update={"answer": "12 km"})])
    others = row.top_logprobs[1:]
    wide = TaughtPiece(text="12", size=2, top={"12": -0.1, "13": -3.0})
    mixed = row.model_copy(update={"top_logprobs": (wide, *others[1:])})
    edited = row.model_copy(update={"answer": "12 cm"})
    rows = [row, mixed, edited, row.model_copy(update={"top_logprobs": ()})]
    encoded, left_out = tokenise(rows, Recipe(method="logits"), Tokenizer(tiny_base))
    assert not left_out
    assert [row.aligned for row in encoded] == [5, 3, 3, 0], "the end is never the teacher's"
    for row_ in encoded:
        assert len(row_.teacher) == len(row_.answer) == 6
        assert row_.teacher[-1] == ((row_.answer[-1], 0.0),)
    assert encoded[1].teacher[0] == ((encoded[1].answer[0], 0.0),)
    assert share_taught(encoded) == pytest.approx(11 / 24)
    with pytest.raises(InvalidRequestError, match="probabilities of a teacher"):
        share_taught(encoded[3:])


@given(
    st.lists(st.sampled_from(["a", "12", "年", "假", "🥚", " ", "é"]), min_size=1, max_size=12),
    st.data(),
)
def test_tokens_are_matched_by_their_bytes(pieces: list[str], data: st.DataObject) -> None:
    """A tokenizer that gives a character, or each byte of it, or several characters."""
    text = "".join(pieces)
    told: list[tuple[int, int]] = []
    expected: list[tuple[int, int]] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.encode())
        whole = len(piece) > 1 or data.draw(st.booleans())
        told += [(at, end)] if whole else [(at, end)] * (end - at)
        expected += [(at, end)] if whole else [(byte, byte + 1) for byte in range(at, end)]
        at = end
    assert byte_spans(told) == tuple(expected)
    assert at == len(text.encode())


def test_tokens_that_share_a_character_have_no_place() -> None:
    assert byte_spans([(0, 3), (0, 3), (3, 4)]) == ((0, 0), (0, 0), (3, 4))
    assert byte_spans([(0, 4), (1, 4), (4, 5)]) == ((0, 0), (1, 1), (4, 5))
