"""Tables of every format become rows that can be understood alone: "header: value；header: value"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from teaegg.core.documents import Location
from teaegg.ingest.readers.base import Box, Outline

Cells = Sequence[str]
Numbered = tuple[int, Cells]

PAIR_SEPARATOR = "；"
SPANNED = "\0"
"""A cell that belongs to the one left of it; where cells reach over rows, readers repeat their text."""
_NUMBER_LIKE = re.compile(
    r"[\s¥￥$€£+\-±~≤≥<>]*\d[\d.,:/\-年月日%\s]*(?:[%‰°℃]|[a-zA-Z]{1,4}|[元个件台只天人]+)?"
)
# The right cell of a two-column header is one of these; that of a form ("型号 | QH-200") is not.
_VALUE_WORDS = re.compile(
    r"值|内容|说明|规格|要求|标准|金额|价格|单价|电话|日期|时间|数量|备注|部门|职责|结果|答案|"
    r"value|description|price|amount|date|number|remark|note|detail|answer|meaning|text|name",
    re.IGNORECASE,
)
_HEADER_CELL_CHARACTERS = 60
_LABEL_CHARACTERS = 30
_DENSE_SHARE = 0.6
_ROWS_LOOKED_AT = 50
_ROWS_ABOVE_HEADER = 10
_HEADER_ROWS = 3


class Row(NamedTuple):
    """`number` counts from 1 within the table or sheet; `above` are title rows over the header."""

    number: int
    text: str
    above: tuple[str, ...]


def add_table(
    outline: Outline,
    table: Iterable[Cells],
    place: Location | None = None,
    *,
    header_rows: int = 0,
    boxes: Sequence[Box] = (),
) -> None:
    """Add a table inside of running text; rows are numbered by their place in the table.

    `header_rows` tells how many rows are known to be the header; 0 leaves it to be found. `boxes`
    say where each row stands on the page, as far as that is known.
    """
    base = place or Location()
    rows = list(enumerate(table, start=1))
    names = _names([cells for _, cells in rows[:header_rows]]) if header_rows else []
    known = (Row(number, row_text(names, cells), ()) for number, cells in rows[header_rows:])
    for row in known if header_rows else rows_of(rows):
        box = boxes[row.number - 1] if row.number <= len(boxes) else None
        path = (*base.path, *row.above)
        outline.add("row", row.text, replace(base, row=row.number, path=path, box=box))


def rows_of(numbered: Iterable[Numbered]) -> Iterator[Row]:
    """Records of a table or sheet: blank rows separate regions, each may bring its own header.

    The first dense row of text is the header; sparse rows above it are titles. A region without a
    header of its own continues under the one before it unless it is wider.
    """
    header: Cells = ()
    above: tuple[str, ...] = ()
    for region in (part for whole in _regions(numbered) for part in _side_by_side(whole)):
        start = _header_index(region)
        if start is None:
            if max(len(cells) for _, cells in region) > len(header):
                header, above = (), ()
        else:
            above = tuple(_joined(_plain(cells)) for _, cells in region[:start])
            depth = _header_depth(region[start:])
            header = _names([cells for _, cells in region[start : start + depth]])
            if start + depth == len(region):
                # Nothing below: the header itself is all that this region says.
                yield Row(region[start][0], row_text((), header), above)
            region = region[start + depth :]
        for number, cells in region:
            yield Row(number, row_text(header, cells), above)


def header_of(table: Sequence[Cells]) -> list[str]:
    """One name a column when the table begins with its header, else []."""
    rows: list[Numbered] = list(enumerate(table, start=1))
    if not rows or _header_index(rows) != 0:
        return []
    return _names([cells for _, cells in rows[: _header_depth(rows)]])


def row_text(header: Cells, cells: Cells) -> str:
    """Pairs of header and value; blank cells are left out. Without a header two cells make a pair.

    What reaches over several columns is said under each of their names, over all of them once.
    """
    values = [" ".join(cell.split()) for cell in cells]
    names = [" ".join(cell.split()) for cell in header]
    filled = [value for value in _plain(values) if value]
    if not any(names) or len(filled) == 1 < values.count(SPANNED) + 1 == len(values):
        is_pair = len(filled) == 2 and len(filled[0]) <= _LABEL_CHARACTERS
        return f"{filled[0].rstrip(':：')}: {filled[1]}" if is_pair else PAIR_SEPARATOR.join(filled)
    names += [""] * (len(values) - len(names))
    pairs = zip(names, _spread(values), strict=False)
    texts = [
        f"{name}: {value}" if name and name != value else value for name, value in pairs if value
    ]
    return PAIR_SEPARATOR.join(
        text
        for number, text in enumerate(texts)
        if not number or text != texts[number - 1] or values.count(SPANNED) == 0
    )


def _plain(cells: Cells) -> list[str]:
    """Cells that belong to others are blank."""
    return ["" if cell == SPANNED else cell for cell in cells]


def _spread(cells: Cells) -> list[str]:
    """Cells that belong to others say what those say."""
    spread: list[str] = []
    for cell in cells:
        spread.append((spread[-1] if spread else "") if cell == SPANNED else cell)
    return spread


def _joined(cells: Cells) -> str:
    return " ".join(filter(None, cells)).strip()


def _header_depth(rows: list[Numbered]) -> int:
    """Rows that make up the header: one, and those below that continue its merged cells."""
    depth = 1
    while depth < min(_HEADER_ROWS, len(rows) - 1):
        above, below = rows[depth - 1][1], rows[depth][1]
        if not _continues_header(above, below):
            break
        depth += 1
    return depth


def _continues_header(above: Cells, below: Cells) -> bool:
    """Whether `below` names the parts of what is merged in `above`, and repeats or leaves out the rest."""
    spread = _spread(above)
    spanned = {
        column
        for column, cell in enumerate(above)
        if cell == SPANNED or (column + 1 < len(above) and above[column + 1] == SPANNED)
    }
    parts = [below[column] for column in spanned if column < len(below)]
    if not parts or not all(part and not _NUMBER_LIKE.fullmatch(part) for part in parts):
        return False
    return all(
        cell in ("", spread[column])
        for column, cell in enumerate(below[: len(above)])
        if column not in spanned
    )


def _names(rows: list[Cells]) -> list[str]:
    """One name a column from the rows of a header, outer parts first, each part once."""
    spread = [_spread(row) for row in rows]
    width = max(map(len, spread))
    return [
        " ".join(
            dict.fromkeys(
                row[column].strip() for row in spread if column < len(row) and row[column]
            )
        )
        for column in range(width)
    ]


def _side_by_side(region: list[Numbered]) -> list[list[Numbered]]:
    """Tables that stand beside each other, with a blank column between and a header each."""
    width = max(len(cells) for _, cells in region)
    used = [any(len(c) > n and c[n].strip("\0 ") for _, c in region) for n in range(width)]
    blocks: list[list[int]] = []
    for column, is_used in enumerate(used):
        if is_used and column and used[column - 1]:
            blocks[-1].append(column)
        elif is_used:
            blocks.append([column])
    if len(blocks) < 2 or min(map(len, blocks)) < 2:
        return [region]
    parts: list[list[Numbered]] = [
        [
            (number, part)
            for number, cells in region
            if any(_plain(part := list(cells[block[0] : block[-1] + 1])))
        ]
        for block in blocks
    ]
    has_headers = all(_header_index(part) == 0 and len(part) > 1 for part in parts)
    return parts if has_headers else [region]


def _regions(numbered: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    region: list[Numbered] = []
    for number, cells in numbered:
        if any(cell.strip() for cell in _plain(cells)):
            region.append((number, cells))
        elif region:
            yield region
            region = []
    if region:
        yield region


def _header_index(region: list[Numbered]) -> int | None:
    """The first dense row when it reads like a header, else None."""
    looked_at = [_dense(cells) for _, cells in region[:_ROWS_LOOKED_AT]]
    width = max(len(filled) for filled in looked_at)
    if width < 2:
        return None
    dense = max(2, width * _DENSE_SHARE)
    for index, filled in enumerate(looked_at[:_ROWS_ABOVE_HEADER]):
        if len(filled) >= dense:
            is_header = (
                _is_header_pair(filled, looked_at[index + 1 :])
                if width == 2
                else _is_header(filled)
            )
            return index if is_header else None
    return None


def _is_header(filled: list[str]) -> bool:
    if _NUMBER_LIKE.fullmatch(filled[0]) or not all(re.search(r"\w|#|№", cell) for cell in filled):
        return False  # a numbered row, or a form whose marks (":") stand in columns of their own
    numbers = sum(1 for cell in filled if _NUMBER_LIKE.fullmatch(cell))
    distinct = len(set(filled)) * 3 >= len(filled) and len(set(filled)) > 1
    return (
        distinct
        and numbers * 2 < len(filled)
        and all(len(c) <= _HEADER_CELL_CHARACTERS for c in filled)
    )


def _is_header_pair(filled: list[str], below: list[list[str]]) -> bool:
    """Two columns may be a table, or a form whose left cells are labels and right cells values."""
    label = filled[1]
    if re.search(r"\d", label) or len(label) > _LABEL_CHARACTERS:
        return False
    right = [cells[1] for cells in below if len(cells) == 2]
    numbers = sum(1 for cell in right if _NUMBER_LIKE.fullmatch(cell))
    return bool(_VALUE_WORDS.search(label)) or (len(right) > 1 and numbers * 10 >= len(right) * 6)


def _dense(cells: Cells) -> list[str]:
    """The filled cells, merged ones as often as they are wide; a title over the table counts once."""
    filled = _filled(cells)
    return _filled(_spread(cells)) if len(filled) > 1 else filled


def _filled(cells: Cells) -> list[str]:
    return [cell.strip() for cell in _plain(cells) if cell.strip()]
