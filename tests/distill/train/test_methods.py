"""Every method's loss against its formula, computed the plain way, and that training lowers it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from teaegg.distill.recipe import Method, Recipe
from teaegg.distill.rows import Row, Turn
from teaegg.distill.train.factory import make_trainer
from teaegg.distill.train.tokens import Tokenizer, TokenRow, tokenise

torch = pytest.importorskip("torch")

Rows = Callable[[int], list[Row]]


def taught_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows with all that any method needs."""
    return [
        row.model_copy(
            update={
                "rejected": "不知道",
                "bare_turns": (Turn(role="user", content=row.turns[0].content[-6:]),),
                "top_logprobs": tuple(
                    {"a": math.log(0.7), "b": math.log(0.2)} for _ in range(_answer_tokens(row))
                ),
            }
        )
        for row in rows
    ]


def _answer_tokens(row: Row) -> int:
    return len(row.answer.encode()) + 1


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
    tokens = [tokenizer.plain(letter)[0] for letter in "ab"]
    total = places = 0.0
    for row in rows:
        for shares in log_shares(student, row.prompt, row.answer):
            for token, share in zip(tokens, (0.7 / 0.9, 0.2 / 0.9), strict=True):
                total += share * (math.log(share) - float(shares[token]))
            places += 1
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
    [("dpo", "rejected"), ("context", "without passages"), ("logits", "probabilities")],
)
def test_rows_without_what_a_method_needs_are_left_out(
    tiny_base: Path, city_rows: Rows, method: Method, lack: str
) -> None:
    rows = [*taught_rows(city_rows(2)), *city_rows(4)[2:]]
    kept, left_out = tokenise(rows, Recipe(method=method), Tokenizer(tiny_base))
    assert [row.id for row in kept] == ["r0", "r1"]
    assert sorted(left_out) == ["r2", "r3"]
    assert lack in left_out["r2"]


def test_a_teacher_with_other_tokens_is_left_out(tiny_base: Path, city_rows: Rows) -> None:
    rows = [
        row.model_copy(update={"top_logprobs": row.top_logprobs[:-1]})
        for row in taught_rows(city_rows(1))
    ]
    kept, left_out = tokenise(rows, Recipe(method="logits"), Tokenizer(tiny_base))
    assert not kept
    assert "teacher's tokens" in left_out["r0"]
