"""What is drawn on a page: runs of text with their places, pictures with theirs.

Lengths are millimetres from the upper left corner. A text object has a boundary; its matrix (CTM)
moves its own coordinates inside of that; each text code starts at (X, Y) on the base line, and
DeltaX and DeltaY lead from character to character ("g 3 5" stands for "5 5 5").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.ofd.package import children, descendants, local, numbers

_CONTAINERS = frozenset(("Content", "Layer", "PageBlock", "Appearance"))
_MAX_DEPTH = 40
_MAX_OBJECTS = 200_000
_ASCENT, _DESCENT = 0.85, 0.15
_TINY_MILLIMETRES = 0.5
_DEFAULT_SIZE = 3.5
_WHITE = [255.0, 255.0, 255.0]
_COVERING_MILLIMETRES = 3

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class Run(NamedTuple):
    """Characters on one base line; `box` is (left, top, right, bottom) and `size` the type's height."""

    text: str
    box: Box
    size: float


class Picture(NamedTuple):
    """A picture by the number of its resource."""

    resource: str
    box: Box


@dataclass(slots=True)
class Drawing:
    """Collects what a person sees of the objects that it is given."""

    composites: dict[str, Element] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    hidden: bool = False
    _white: list[Run] = field(default_factory=list)
    _grounds: list[Box] = field(default_factory=list)
    _objects: int = 0

    def add(self, element: Element, left: float = 0, top: float = 0, depth: int = 0) -> None:
        """Everything below a page's content, a layer, a block, or an annotation's appearance."""
        for child in element:
            self._objects += 1
            if self._objects > _MAX_OBJECTS or depth > _MAX_DEPTH:
                return
            self._add_object(child, left, top, depth)

    def finish(self) -> None:
        """White text is seen only where something darker was drawn below it."""
        for run in self._white:
            if any(_covers(ground, run.box) for ground in self._grounds):
                self.runs.append(run)
            else:
                self.hidden = True

    def _add_object(self, element: Element, left: float, top: float, depth: int) -> None:
        kind = local(element)
        if kind in _CONTAINERS:
            x, y = _origin(element) if kind == "Appearance" else (0.0, 0.0)
            self.add(element, left + x, top + y, depth + 1)
            return
        if element.get("Visible", "true").lower() in ("false", "0") or element.get("Alpha") == "0":
            self.hidden = self.hidden or kind == "TextObject"
            return
        if kind == "TextObject":
            self._add_text(element, left, top)
        elif kind == "ImageObject":
            box = _boundary(element, left, top)
            self.pictures.append(Picture(element.get("ResourceID", ""), box))
            self._grounds.append(box)
        elif kind == "PathObject" and _is_filled(element):
            self._grounds.append(_boundary(element, left, top))
        elif kind == "CompositeObject":
            self._add_composite(element, left, top, depth)

    def _add_composite(self, element: Element, left: float, top: float, depth: int) -> None:
        unit = self.composites.get(element.get("ResourceID", ""))
        if unit is not None:
            x, y = _origin(element)
            self.add(unit, left + x, top + y, depth + 1)

    def _add_text(self, element: Element, left: float, top: float) -> None:
        is_white = any(
            numbers(colour.get("Value")) == _WHITE for colour in children(element, "FillColor")
        )
        for run in _runs(element, left, top):
            if run.size < _TINY_MILLIMETRES:
                self.hidden = True
            else:
                (self._white if is_white else self.runs).append(run)


def _runs(element: Element, left: float, top: float) -> Iterator[Run]:
    x0, y0 = _origin(element)
    matrix = _matrix(element)
    size = next(iter(numbers(element.get("Size"))), _DEFAULT_SIZE)
    height = size * (matrix[2] ** 2 + matrix[3] ** 2) ** 0.5
    x, y = 0.0, 0.0
    for code in descendants(element, "TextCode"):
        text = code.text or ""
        x = next(iter(numbers(code.get("X"))), x)
        y = next(iter(numbers(code.get("Y"))), y)
        if not text.strip():
            continue
        steps = list(
            zip(
                _steps(code.get("DeltaX"), len(text)),
                _steps(code.get("DeltaY"), len(text)),
                strict=True,
            )
        )
        last = steps[-1]
        start = _moved(matrix, x, y)
        end = _moved(matrix, x + last[0], y + last[1])
        width = height * (1.0 if not text[-1].isascii() else 0.5)
        yield Run(
            text,
            (
                left + x0 + min(start[0], end[0]),
                top + y0 + min(start[1], end[1]) - _ASCENT * height,
                left + x0 + max(start[0], end[0]) + width,
                top + y0 + max(start[1], end[1]) + _DESCENT * height,
            ),
            height,
        )


def _steps(deltas: str | None, characters: int) -> list[float]:
    """How far each character stands from the first; steps that are not given are zero."""
    given: list[float] = []
    words = (deltas or "").split()
    index = 0
    while index < len(words) and len(given) < characters:
        try:
            if words[index] == "g":
                count = min(int(words[index + 1]), characters)
                given += [float(words[index + 2])] * count
                index += 3
            else:
                given.append(float(words[index]))
                index += 1
        except (ValueError, IndexError, OverflowError):
            break
    places = [0.0]
    for step in given[: characters - 1]:
        places.append(places[-1] + step)
    return places + [places[-1]] * (characters - len(places))


def _matrix(element: Element) -> Matrix:
    found = numbers(element.get("CTM"))
    return (
        (found[0], found[1], found[2], found[3], found[4], found[5])
        if len(found) == 6
        else _IDENTITY
    )


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _origin(element: Element) -> tuple[float, float]:
    found = numbers(element.get("Boundary"))
    return (found[0], found[1]) if len(found) == 4 else (0.0, 0.0)


def _boundary(element: Element, left: float, top: float) -> Box:
    found = numbers(element.get("Boundary"))
    if len(found) != 4:
        return (left, top, left, top)
    x, y, width, height = found
    return (left + x, top + y, left + x + width, top + y + height)


def _is_filled(element: Element) -> bool:
    if element.get("Fill", "false").lower() not in ("true", "1"):
        return False
    return all(numbers(colour.get("Value")) != _WHITE for colour in children(element, "FillColor"))


def _covers(ground: Box, box: Box) -> bool:
    slack = _COVERING_MILLIMETRES
    return (
        ground[0] - slack <= box[0]
        and ground[1] - slack <= box[1]
        and ground[2] + slack >= box[2]
        and ground[3] + slack >= box[3]
    )
