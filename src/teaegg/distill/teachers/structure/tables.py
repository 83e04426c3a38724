"""Questions that table rows answer: one cell, the same cell of two rows, a difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from teaegg.core.documents import Passage
from teaegg.core.quantities.cells import Cell, cells_of
from teaegg.distill.teachers.structure.finding import Finding, pick, topic
from teaegg.retrieval.query import Language, language_of

_LONGEST_VALUE = 60
_LONGEST_KEY = 40
_NUMBER = re.compile(r"^[¥$€£]?\s*-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|^[¥$€£]?\s*-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}\s*[-/年.]\s*\d{1,2}")
_EMPTY = frozenset({"", "-", "—", "/", "无", "n/a", "none", "na"})
_COUNTER = re.compile(r"^(?:序号|编号|no\.?|#|position|item|行号)$", re.IGNORECASE)
_UNIT = re.compile(
    r"(?<=[\u3400-\u9fff])\s*[(（]?([a-zA-Zμ℃°%/·²³]{1,6}|元|月|天|年|小时|件|个)[)）]?$"
)
_NO_AMOUNT = re.compile(
    r"日期|时间|号|码|等级|级别|标准|规格|型|版本|电话|编号|位$|date|time|number|code|phone|version",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its name as a question calls it, and the other cells."""

    index: int
    passage: Passage
    key: Cell
    name: str
    cells: tuple[Cell, ...]
    language: Language


def lines_of(passages: Sequence[Passage]) -> list[Line]:
    """The rows among `passages` that have a name and something said of it."""
    lines = []
    for index, passage in enumerate(passages):
        if passage.location.row is not None:
            line = _line(index, passage)
            if line is not None:
                lines.append(line)
    return lines


def _line(index: int, passage: Passage) -> Line | None:
    cells = [cell for cell in cells_of(passage.text) if cell.header and cell.value.strip()]
    if len(cells) < 2 or "\n" in passage.text:
        return None
    key, *others = cells[1:] if _COUNTER.match(cells[0].header) and len(cells) > 2 else cells
    if len(key.value) > _LONGEST_KEY or key.value.strip().lower() in _EMPTY:
        return None
    language = language_of(passage.text)
    also = others[0] if _twins(key.header, others[0].header) else None
    name = _name(key, language)
    if also is not None:
        name += ("、" if language == "zh" else " and ") + _name(also, language)
    told = tuple(cell for cell in others if cell is not also and _is_telling(cell))
    return Line(index, passage, key, name, told, language) if told else None


def _twins(one: str, other: str) -> bool:
    """原件号 and 替代件号: only together do they name the row."""
    return len(one) > 2 and len(other) > 2 and one[-2:] == other[-2:] and language_of(one) == "zh"


def _name(key: Cell, language: Language) -> str:
    """P5 says little by itself, 职级P5 does."""
    value, header = key.value.strip(), key.header.strip()
    if language == "zh":
        plain = _UNIT.sub("", header)
        named = re.search(r"[\u3400-\u9fff]{2}", value) and not re.match(
            r"[\d≤≥<>不满至少以]", value
        )
        return (
            value
            if named
            else f"{plain}{'为' if re.match(r'[0-9一二三四五六七八九十≤≥<>不满]', value) else ''}{value}"
        )
    plain = re.sub(r"\s*\([^)]*\)", "", header)
    return f"{_small(plain)} {value}" if len(plain.split()) <= 2 else f"{_small(plain)} of {value}"


def _is_telling(cell: Cell) -> bool:
    value = cell.value.strip()
    return (
        value.lower() not in _EMPTY
        and any(character.isalnum() for character in value)
        and len(value) <= _LONGEST_VALUE
        and len(cell.header) <= 24
        and "=" not in cell.header
    )


def _small(header: str) -> str:
    """A header inside of a question: no capital, save for abbreviations and codes."""
    return (
        header
        if header[1:2].isupper() or any(c.isdigit() for c in header)
        else header[:1].lower() + header[1:]
    )


def _about(line: Line) -> str:
    """Where the table stands, when the row's name alone would be found in many."""
    about = topic(line.passage)
    has_code = re.search(r"[A-Za-z]+-?\d", line.key.value) and len(line.key.value) > 5
    if not about or has_code or about in line.name:
        return ""
    return about


def _asked(line: Line, cell: Cell) -> str:
    header = cell.header.strip()
    if line.language == "en":
        return f"What is the {_small(header)} for {line.name}?"
    about = f"{_about(line)}中，" if _about(line) else ""
    if re.match(r"能否|是否|可否", header):
        return f"{about}{line.name}{header}？"
    number = _NUMBER.match(cell.value.strip())
    unit = _UNIT.search(header)
    if number and unit and number.end() == len(cell.value.strip()):
        return f"{about}{line.name}的{header[: unit.start()]}是多少{unit[1]}？"
    if _is_amount(header, cell.value.strip()):
        return f"{about}{line.name}的{header}是多少？"
    if re.search(r"人$|^谁", header):
        return f"{about}{line.name}的{header}是谁？"
    if re.search(r"日期|时间", header):
        return f"{about}{line.name}的{header}是什么时候？"
    if re.search(r"库位|地点|位置|目的地", header):
        return f"{about}{line.name}的{header}在哪里？".replace("位置在哪里", "位置在哪里")
    form = pick(("{}{}的{}是什么？", "{}{}对应的{}是什么？"), line.passage.id + header)
    return form.format(about, line.name, header)


def cell_questions(lines: Sequence[Line]) -> Iterator[Finding]:
    """One cell each."""
    for line in lines:
        for cell in line.cells:
            quote = ((line.index, line.passage.text),)
            yield Finding("table", _asked(line, cell), cell.value.strip(), quote, line.name)


def comparisons(lines: Sequence[Line]) -> Iterator[Finding]:
    """The same cell of two rows, and for figures how far they lie apart: both figures prove it."""
    for one, other in combinations(lines, 2):
        if one.key.header != other.key.header or one.name == other.name:
            continue
        values = {cell.header: cell.value.strip() for cell in other.cells}
        for cell in one.cells:
            value, second = cell.value.strip(), values.get(cell.header, "")
            if second and second != value:
                yield from _compared(one, other, cell.header.strip(), value, second)


def _compared(one: Line, other: Line, header: str, value: str, second: str) -> Iterator[Finding]:
    quotes = ((one.index, one.passage.text), (other.index, other.passage.text))
    answer = f"{value}\n{second}"
    about = _about(one)
    amounts = _is_amount(header, value) and _is_amount(header, second)
    if one.language == "en":
        question = f"What is the {_small(header)} for {one.name} and for {other.name}?"
        gap = f"By how much does the {_small(header)} differ between {one.name} and {other.name}?"
    else:
        place = f"{about}中，" if about else ""
        unit = _UNIT.search(header) if amounts else None
        plain = header[: unit.start()] if unit else header
        asked = f"分别是多少{unit[1] if unit else ''}" if amounts else "分别是什么"
        question = f"{place}{one.name}和{other.name}的{plain}{asked}？"
        gap = f"{place}{one.name}和{other.name}的{plain}相差多少{unit[1] if unit else ''}？"
    yield Finding("comparison", question, answer, quotes, header)
    if amounts:
        yield Finding("calculation", gap, answer, quotes, header)


def _is_amount(header: str, value: str) -> bool:
    match = _NUMBER.match(value)
    if match is None or _NO_AMOUNT.search(header) or _DATE.search(value):
        return False
    return len(value) - match.end() <= 4 and not re.search(r"\d", value[match.end() :])


def next_cells(lines: Sequence[Line], question: str) -> Iterator[Finding]:
    """What somebody asks next after `question`: another cell of the row, the same cell of another."""
    for line in lines:
        cell = next((cell for cell in line.cells if _asked(line, cell) == question), None)
        if cell is None:
            continue
        zh = line.language == "zh"
        for other in line.cells:
            if other.header != cell.header:
                text = (
                    f"那{_UNIT.sub('', other.header)}呢？"
                    if zh
                    else f"And the {_small(other.header)}?"
                )
                yield Finding(
                    "follow_up", text, other.value.strip(), ((line.index, line.passage.text),)
                )
        for beside in lines:
            values = {item.header: item.value.strip() for item in beside.cells}
            if (
                beside is not line
                and cell.header in values
                and beside.key.header == line.key.header
            ):
                text = f"那{beside.name}呢？" if zh else f"And for {beside.name}?"
                yield Finding(
                    "follow_up", text, values[cell.header], ((beside.index, beside.passage.text),)
                )
