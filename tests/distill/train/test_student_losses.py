"""The fast way to compute a loss gives the loss of the plain way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row
from teaegg.distill.train.tokens import Tokenizer, TokenRow, tokenise

torch = pytest.importorskip("torch")

Rows = Callable[[int], list[Row]]


def student_of(base: Path, recipe: Recipe, *, moved: bool = True):  # type: ignore[no-untyped-def]
    """In 32 bits; `moved` gives the adapter random factors, so that it changes something."""
    from teaegg.distill.train.lora import lora_parameters
    from teaegg.distill.train.student import Student

    student = Student(base, recipe, device=torch.device("cpu"), precision=torch.float32)
    for parameter in lora_parameters(student.model) if moved else ():
        torch.nn.init.normal_(parameter, 0.0, 0.1)
    return student


def plain_loss(model, row: TokenRow) -> float:  # type: ignore[no-untyped-def]
    """Full logits of the row alone, as transformers computes them; the loss of its answer tokens."""
    ids = torch.tensor([[*row.prompt, *row.answer]])
    with torch.no_grad():
        log_shares = torch.log_softmax(model(input_ids=ids).logits.float(), -1)[0, :-1]
    losses = -log_shares.gather(1, ids[0, 1:, None])[:, 0]
    return float(losses[len(row.prompt) - 1 :].sum())


def encoded(base: Path, rows: list[Row]) -> list[TokenRow]:
    return tokenise(rows, Recipe(), Tokenizer(base))[0]


@pytest.mark.parametrize(("most_tokens", "together"), [(40, 1), (400, 1), (400, 3)])
def test_the_packed_loss_is_the_loss_of_each_row_alone(
    tiny_base: Path, city_rows: Rows, most_tokens: int, together: int
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from teaegg.distill.train.lora import adapter_tensors, save_adapter
    from teaegg.distill.train.sheets import make_sheets

    recipe = Recipe(rank=4, alpha=12)
    student = student_of(tiny_base, recipe)
    folder = tiny_base.parent / "peft"
    save_adapter(adapter_tensors(student.model), folder, rank=4, alpha=12, dropout=0)
    plain = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32)
    plain = PeftModel.from_pretrained(plain, str(folder)).eval()
    rows = encoded(tiny_base, city_rows(9))
    sheets = make_sheets(rows, most_tokens=most_tokens)
    assert (len(sheets) < len(rows)) == (most_tokens == 400)
    loss = 0.0
    for start in range(0, len(sheets), together):
        part = student.answer_loss(student.outputs(sheets[start : start + together]))
        loss += part.item()
    assert loss == pytest.approx(sum(plain_loss(plain, row) for row in rows), rel=1e-5)


def test_gradients_of_packed_rows_are_those_of_rows_alone(tiny_base: Path, city_rows: Rows) -> None:
    from teaegg.distill.train.lora import lora_parameters
    from teaegg.distill.train.sheets import make_sheets

    student = student_of(tiny_base, Recipe(rank=4))
    parameters = lora_parameters(student.model)
    rows = encoded(tiny_base, city_rows(6))
    packed = student.answer_loss(student.outputs(make_sheets(rows, most_tokens=400)))
    single = sum(
        student.answer_loss(student.outputs(make_sheets([row], most_tokens=400))) for row in rows
    )
    for one, other in zip(
        torch.autograd.grad(packed, parameters),
        torch.autograd.grad(single, parameters),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_a_new_adapter_changes_nothing_and_one_turned_off_neither(
    tiny_base: Path, city_rows: Rows
) -> None:
    from teaegg.distill.train.lora import adapter_off
    from teaegg.distill.train.sheets import make_sheets

    sheets = make_sheets(encoded(tiny_base, city_rows(3)), most_tokens=400)
    new = student_of(tiny_base, Recipe(rank=4), moved=False)
    moved = student_of(tiny_base, Recipe(rank=4))
    bare = new.answer_loss(new.outputs(sheets)).item()
    assert moved.answer_loss(moved.outputs(sheets)).item() != pytest.approx(bare, rel=1e-3)
    with adapter_off(moved.model):
        assert moved.answer_loss(moved.outputs(sheets)).item() == pytest.approx(bare, rel=1e-6)
