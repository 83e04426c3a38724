"""How much of a known text stands in what a reader gave: words anywhere, table cells in one line.

Nothing of TeaEgg is imported, so that every reader is measured by the same rule.

*Words* are single Chinese, Japanese and Korean characters, runs of letters, and runs of digits, after
NFKC and lower case; punctuation, white space, signs and Markdown's own marks say nothing about
fidelity. Letters and digits that touch are two words, since plain text has nothing to show that a
figure is raised or lowered (H2O, x2): whether it is set apart is the reference's own choice. White
space inside of a formula means nothing, as TeX has it. Text recall is the share of the expected words
that the output holds, each as often as it is expected, in any order.

*Cells* count when they stand, whole, in one line of the output together with the other cells of
their row: every expected row is given the line that holds most of its cells, a line to one row only,
and what that line holds is found. In a table of one column there is nothing to stand beside, and the
lines of a cell may stay lines. The header may share a line with the rows, since some readers write
"header: value"; it goes on in the row below where that names the parts of a cell which reaches over
several columns. A cell that reaches over several columns or rows is expected once where Markdown
repeats it.

What a reference adds by itself ("author:", "time:", the "T" of a time stamp around a comment) is not
in the file and not expected.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

Words = tuple[str, ...]
Table = list[list[Words]]
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]|\d+|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_COMMENT = re.compile(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LIST_MARK = re.compile(r"^\s*(?:[-*+]|\d+(?:\.\d+)*\.)\s+", re.MULTILINE)
# A dollar sign opens a formula where no space follows it and closes one where none stands before it
# and no digit after it (the rule of Pandoc's Markdown); otherwise it is money.
_FORMULA = re.compile(r"\$\$.*?\$\$|\$(?=\S)[^$\n]*(?<=\S)\$(?!\d)", re.DOTALL)
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+|[{}_^]")
_COMMENT_LABEL = re.compile(r"\[author: ([^\n,\]]*), time: ([\d-]+)T?([^\n\]]*)\]")
_RULE = re.compile(r"\s*\|?[\s\-:|]+\|?\s*")


class Share(NamedTuple):
    """`found` of `expected` things; nothing expected is everything found."""

    found: int
    expected: int

    @property
    def recall(self) -> float:
        return self.found / self.expected if self.expected else 1.0

    def __add__(self, other: object) -> Share:
        assert isinstance(other, Share)
        return Share(self.found + other.found, self.expected + other.expected)


class Known(NamedTuple):
    """What a file is known to say: all its words, and its tables row by row."""

    words: Counter[str]
    tables: list[Table]


def words_of(text: str) -> Words:
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def known_text(text: str, *, is_csv: bool = False) -> Known:
    """What `text` (Markdown, or CSV) says."""
    if is_csv:
        rows = [[words_of(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
        return Known(Counter(word for row in rows for cell in row for word in cell), [rows])
    text = _COMMENT_LABEL.sub(r"\1 \2 \3", _COMMENT.sub(" ", text))
    lines = _FORMULA.sub(_plain_formula, text).splitlines()
    tables = [table for table in _tables(lines) if any(any(row) for row in table)]
    prose = "\n".join(line for line in lines if not line.lstrip().startswith("|"))
    prose = _LIST_MARK.sub("", _LINK.sub(r"\1", prose)).replace("\\", "")
    count = Counter(words_of(prose))
    for table in tables:
        count.update(word for cell in _expected(table) for word in cell)
    return Known(count, tables)


def _plain_formula(match: re.Match[str]) -> str:
    parts = _TEX_COMMAND.split(match.group().strip("$"))
    return " ".join("".join(part.split()) for part in parts)


def _tables(lines: Iterable[str]) -> Iterator[Table]:
    table: Table = []
    for line in [*lines, ""]:
        if line.lstrip().startswith("|"):
            if not _RULE.fullmatch(line):
                table.append(_cells(line))
        elif table:
            yield table
            table = []


def _cells(line: str) -> list[Words]:
    plain = _LINK.sub(r"\1", line.strip().strip("|")).replace("\\", "")
    return [words_of(cell) for cell in plain.split("|")]


def _expected(table: Table) -> Iterator[Words]:
    """The filled cells, those that repeat the cell left of them or above them once."""
    for row in _without_repeats(table):
        yield from row


def _without_repeats(table: Table) -> list[list[Words]]:
    return [
        [
            cell
            for column, cell in enumerate(row)
            if cell
            and not (column and row[column - 1] == cell)
            and not (_is_head(table, number) and number and _at(table[number - 1], column) == cell)
        ]
        for number, row in enumerate(table)
    ]


def _at(row: Sequence[Words], column: int) -> Words:
    return row[column] if column < len(row) else ()


def _is_head(table: Table, number: int) -> bool:
    """The first row, and those below it that go on with it: see `_goes_on`."""
    if number == 0:
        return True
    return _is_head(table, number - 1) and _goes_on(table[number - 1], table[number])


def _goes_on(above: Sequence[Words], row: Sequence[Words]) -> bool:
    """Whether `row` repeats a cell of the header row `above` it in place, or fills nothing but the
    columns of those that reach over several, and divides one of them."""
    repeated = any(
        len(row) > 1 and cell and _at(above, column) == cell for column, cell in enumerate(row)
    )
    spans = {
        column
        for column, cell in enumerate(above)
        if cell and cell in (_at(above, column - 1) if column else (), _at(above, column + 1))
    }
    filled = {column for column, cell in enumerate(row) if cell}
    divided = any(
        above[column] == _at(above, column - 1) and row[column] != row[column - 1]
        for column in filled & spans
        if column
    )
    return repeated or (divided and filled <= spans)


def text_recall(known: Known, output: str) -> Share:
    """Words of `known` that stand in `output`, each as often as expected."""
    got = Counter(words_of(output))
    return Share((known.words & got).total(), known.words.total())


def cell_recall(known: Known, output: str) -> Share:
    """Cells of `known` that stand in a line of `output` with the rest of their row."""
    lines = [words for line in output.splitlines() if (words := words_of(line))]
    whole = tuple(word for line in lines for word in line)
    total = Share(0, 0)
    for table in known.tables:
        if max(map(len, table)) == 1:
            cells = [cell for row in table for cell in row if cell]
            total += Share(_cells_in(cells, whole), len(cells))
        else:
            total += _found_in(table, lines)
    return total


def _found_in(table: Table, lines: list[Words]) -> Share:
    rows = _without_repeats(table)
    heads = [number for number in range(len(table)) if _is_head(table, number)]
    free = dict(enumerate(lines))
    used: list[int] = []
    found = 0
    for row in rows[len(heads) :]:
        best, count = _best_line(row, free)
        found += count
        if count:
            used.append(best)
            del free[best]
    header = [cell for number in heads for cell in rows[number]]
    own = sum(max((_cells_in(rows[head], line) for line in lines), default=0) for head in heads)
    beside = " \n ".join(" ".join(lines[number]) for number in used).split(" ")
    found += max(own, _cells_in(header, tuple(beside)))
    return Share(found, sum(map(len, rows)))


def _best_line(row: list[Words], lines: dict[int, Words]) -> tuple[int, int]:
    wanted = Counter(word for cell in row for word in cell)
    best, count, extra = -1, 0, 0
    for number, line in lines.items():
        if not wanted.keys() & set(line):
            continue
        here = _cells_in(row, line)
        # Of two lines with as many cells, the shorter one says less that does not belong here.
        if here > count or (here == count and count and len(line) < extra):
            best, count, extra = number, here, len(line)
    return best, count


def _cells_in(cells: Sequence[Words], line: Words) -> int:
    """How many of `cells` stand in `line`, none over another; the longest are placed first."""
    free = list(line)
    found = 0
    for cell in sorted(cells, key=len, reverse=True):
        width = len(cell)
        for start in range(len(free) - width + 1):
            if free[start] == cell[0] and tuple(free[start : start + width]) == cell:
                free[start : start + width] = [""] * width
                found += 1
                break
    return found
