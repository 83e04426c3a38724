"""Automatic numbers of Word lists, which stand in the numbering part and not in the paragraphs.

Contracts number their articles this way (lvlText "第%1条"); without it a citation could not name one.
Source of the rules: ECMA-376 Part 1, 17.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

_DIGITS = "零一二三四五六七八九"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_WITHOUT_NUMBER = ("bullet", "none")
_PLACEHOLDER = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts paragraphs in reading order; `label` must be called once for each numbered one."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _abstract_of: dict[str, str] = field(default_factory=dict)
    _restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    _counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: Any | None) -> Numbering:
        """`numbering` is the root element of the numbering part, None when the file has none."""
        self = cls()
        if numbering is None:
            return self
        for abstract in numbering.iter(qn("w:abstractNum")):
            levels = {
                int(level.get(qn("w:ilvl"), "0")): _level(level)
                for level in abstract.iter(qn("w:lvl"))
            }
            self._levels[abstract.get(qn("w:abstractNumId"), "")] = levels
        for number in numbering.iter(qn("w:num")):
            reference = number.find(qn("w:abstractNumId"))
            if reference is not None:
                self._abstract_of[number.get(qn("w:numId"), "")] = reference.get(qn("w:val"), "")
            self._restarts[number.get(qn("w:numId"), "")] = _restarts(number)
        return self

    def label(self, number_id: str, depth: int) -> str:
        """The label of the next paragraph in list `number_id` at `depth` (0-based); '' for bullets."""
        abstract = self._abstract_of.get(number_id)
        levels = self._levels.get(abstract or "", {})
        if abstract is None or depth not in levels:
            return ""
        # A list that restarts the numbers of another does so once, where it begins.
        for level, start in self._restarts.pop(number_id, {}).items():
            if level in levels:
                self._counts[abstract, level] = start - 1
        for deeper in range(depth + 1, 10):
            self._counts.pop((abstract, deeper), None)
        # A level that was passed over counts as used: 2, 2.1.1, then 2.2.
        for outer in range(depth):
            if outer in levels:
                self._counts.setdefault((abstract, outer), levels[outer].start)
        key = (abstract, depth)
        self._counts[key] = self._counts.get(key, levels[depth].start - 1) + 1
        if levels[depth].form in _WITHOUT_NUMBER:
            return ""

        def replaced(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            shape = levels.get(level)
            if shape is None or shape.form in _WITHOUT_NUMBER:
                return ""
            return formatted(self._counts.get((abstract, level), shape.start), shape.form)

        return _PLACEHOLDER.sub(replaced, levels[depth].text)


def _restarts(number: Any) -> dict[int, int]:
    """Depth → the number with which this list begins, where it does not go on with another's."""
    starts = {}
    for override in number.iter(qn("w:lvlOverride")):
        start = override.find(qn("w:startOverride"))
        depth, value = (
            override.get(qn("w:ilvl"), ""),
            "" if start is None else start.get(qn("w:val"), ""),
        )
        if depth.isdigit() and value.isdigit():
            starts[int(depth)] = int(value)
    return starts


def _level(element: Any) -> _Level:
    def value(name: str, default: str) -> str:
        found = element.find(qn(name))
        return default if found is None else str(found.get(qn("w:val"), default))

    start = value("w:start", "1")
    return _Level(
        value("w:numFmt", "decimal"), value("w:lvlText", ""), int(start) if start.isdigit() else 1
    )


def formatted(number: int, form: str) -> str:
    """`number` in the numeral system `form` of ECMA-376; unknown systems count in digits."""
    if form in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographTraditional",
    ):
        return chinese(number)
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    return str(number)


def chinese(number: int) -> str:
    """1 to 9999 as statutes write it: 十, 十一, 一百零五, 一千零一十; larger numbers in digits."""
    if not 0 < number < 10_000:
        return str(number)
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + name
            zero = False
        else:
            zero = True
    return text[1:] if text.startswith("一十") else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text
