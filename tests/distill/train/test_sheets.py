"""Packing: what a row sees on a sheet is what it would see alone."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from teaegg.distill.train.sheets import Sheet, make_sheets, micro_batches, padded_tokens, steps_of
from teaegg.distill.train.tokens import TokenRow

_TOKENS = st.lists(st.integers(1, 4), min_size=1, max_size=30).map(tuple)
_ROWS = st.lists(st.tuples(_TOKENS, _TOKENS), min_size=1, max_size=12).map(
    lambda pairs: [
        TokenRow(f"r{number}", prompt, answer, "g") for number, (prompt, answer) in enumerate(pairs)
    ]
)


def seen_by(sheet: Sheet, place: int) -> list[tuple[int, int]]:
    """(position, token) of all that the output at `place` depends on."""
    own = sheet.branches[place]
    return [
        (sheet.positions[other], sheet.tokens[other])
        for other in range(place + 1)
        if sheet.branches[other] in (0, own)
    ]


@given(_ROWS, st.integers(20, 120))
def test_every_answer_token_is_predicted_from_its_row_alone(
    rows: list[TokenRow], most_tokens: int
) -> None:
    learned: dict[str, list[tuple[list[tuple[int, int]], int]]] = {row.id: [] for row in rows}
    for sheet in make_sheets(rows, most_tokens=most_tokens):
        for source, target, owner in zip(sheet.sources, sheet.targets, sheet.owners, strict=True):
            learned[sheet.rows[owner]].append((seen_by(sheet, source), target))
    for row in rows:
        text = list(enumerate((*row.prompt, *row.answer)))
        expected = [
            (text[: len(row.prompt) + step], token) for step, token in enumerate(row.answer)
        ]
        assert learned[row.id] == expected


@given(_ROWS)
def test_a_sheet_is_never_longer_than_its_rows_one_by_one(rows: list[TokenRow]) -> None:
    sheets = make_sheets(rows, most_tokens=60)
    assert sum(sheet.length for sheet in sheets) <= sum(row.length for row in rows)
    assert sum(sheet.learned_tokens for sheet in sheets) == sum(row.length for row in rows)


def test_questions_of_one_passage_share_it() -> None:
    passage = tuple(range(10, 110))
    rows = [TokenRow(f"r{n}", (*passage, n, 5), (6, 7), "g") for n in range(4)]
    (sheet,) = make_sheets(rows, most_tokens=200)
    assert sheet.length == 100 + 4 * 3


def test_an_instruction_in_common_does_not_part_a_row_from_its_passage() -> None:
    opening, one, other = tuple(range(20)), tuple(range(100, 160)), tuple(range(200, 260))
    prompts = [(*opening, *passage, n) for passage in (one, other) for n in range(3)]
    rows = [TokenRow(f"r{n}", prompt, (6, 7), "g") for n, prompt in enumerate(prompts)]
    sheets = make_sheets(rows, most_tokens=400)
    assert sorted(sheet.rows for sheet in sheets) == [("r0", "r1", "r2"), ("r3", "r4", "r5")]


@given(_ROWS, st.integers(64, 200), st.integers(0, 5))
def test_steps_hold_every_sheet_once_and_keep_to_their_tokens(
    rows: list[TokenRow], batch_tokens: int, seed: int
) -> None:
    sheets = make_sheets(rows, most_tokens=64)
    batches = micro_batches(sheets, most_tokens=64, random=Random(seed))
    steps = steps_of(batches, batch_tokens=batch_tokens)
    assert sorted(s.rows for step in steps for b in step for s in b) == sorted(
        s.rows for s in sheets
    )
    for step in steps:
        assert len(step) == 1 or sum(padded_tokens(batch) for batch in step) <= batch_tokens
    assert steps == steps_of(
        micro_batches(sheets, most_tokens=64, random=Random(seed)), batch_tokens=batch_tokens
    )
