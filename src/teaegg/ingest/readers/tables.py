"""Tables of every format become rows that can be understood alone: "header: value；header: value"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from teaegg.core.documents import Location
from teaegg.ingest.readers.base import Outline

Cells = Sequence[str]
Numbered = tuple[int, Cells]

PAIR_SEPARATOR = "；"
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


class Row(NamedTuple):
    """`number` counts from 1 within the table or sheet; `above` are title rows over the header."""

    number: int
    text: str
    above: tuple[str, ...]


def add_table(outline: Outline, table: Iterable[Cells], place: Location | None = None) -> None:
    """Add a table inside of running text; rows are numbered by their place in the table."""
    base = place or Location()
    for row in rows_of(enumerate(table, start=1)):
        outline.add(
            "row",
            row.text,
            Location(page=base.page, row=row.number, part=base.part, path=row.above),
        )


def rows_of(numbered: Iterable[Numbered]) -> Iterator[Row]:
    """Records of a table or sheet: blank rows separate regions, each may bring its own header.

    The first dense row of text is the header; sparse rows above it are titles. A region without a
    header of its own continues under the one before it unless it is wider.
    """
    header: Cells = ()
    above: tuple[str, ...] = ()
    for region in _regions(numbered):
        start = _header_index(region)
        if start is None:
            if max(len(cells) for _, cells in region) > len(header):
                header, above = (), ()
        else:
            above = tuple(" ".join(filter(None, cells)).strip() for _, cells in region[:start])
            header = region[start][1]
            if start + 1 == len(region):
                # Nothing below: the header itself is all that this region says.
                yield Row(region[start][0], row_text((), header), above)
            region = region[start + 1 :]
        for number, cells in region:
            yield Row(number, row_text(header, cells), above)


def row_text(header: Cells, cells: Cells) -> str:
    """Pairs of header and value; blank cells are left out. Without a header two cells make a pair."""
    values = [" ".join(cell.split()) for cell in cells]
    names = [" ".join(cell.split()) for cell in header]
    if not any(names):
        filled = [value for value in values if value]
        is_pair = len(filled) == 2 and len(filled[0]) <= _LABEL_CHARACTERS
        return f"{filled[0].rstrip(':：')}: {filled[1]}" if is_pair else PAIR_SEPARATOR.join(filled)
    names += [""] * (len(values) - len(names))
    return PAIR_SEPARATOR.join(
        f"{name}: {value}" if name and name != value else value
        for name, value in zip(names, values, strict=False)
        if value
    )


def _regions(numbered: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    region: list[Numbered] = []
    for number, cells in numbered:
        if any(cell.strip() for cell in cells):
            region.append((number, cells))
        elif region:
            yield region
            region = []
    if region:
        yield region


def _header_index(region: list[Numbered]) -> int | None:
    """The first dense row when it reads like a header, else None."""
    looked_at = [_filled(cells) for _, cells in region[:_ROWS_LOOKED_AT]]
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
    numbers = sum(1 for cell in filled if _NUMBER_LIKE.fullmatch(cell))
    distinct = len(set(filled)) * 2 >= len(filled)
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


def _filled(cells: Cells) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]
