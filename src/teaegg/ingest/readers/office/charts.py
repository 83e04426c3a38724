"""Charts of Office files: title, axes and the figures that are drawn, from the values saved with them.

What a chart shows may stand nowhere else: its cells may be on a hidden sheet or in another workbook.
Source of the names: ECMA-376 Part 1, 21.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

from teaegg.ingest.readers.office.cell_values import shown_value
from teaegg.ingest.readers.tables import row_text

_CATEGORIES = ("cat", "xVal")
_VALUES = ("val", "yVal", "bubbleSize")


def markup(data: bytes) -> Any:
    """The root element of a part, without entities and without network (types are refused before)."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def chart_text(space: Any) -> str:
    """The title, then a line for each category: "category；series: figure；series: figure".

    `space` is the root of a chart part (`c:chartSpace`). "" for a chart that shows nothing.
    """
    chart = _child(space, "chart")
    area = _child(chart, "plotArea")
    if area is None:
        return ""
    lines = [text_of(_child(chart, "title"))]
    axes = [axis for axis in area if _is(axis, "catAx", "dateAx", "valAx")]
    # The axis of the categories stands first; of two number axes (a scatter) the first runs across.
    across = text_of(_child(axes[0], "title")) if axes else ""
    lines += [text_of(_child(axis, "title")) for axis in axes[1:]]
    for plot in area:
        series = [child for child in plot if _is(child, "ser")]
        lines += _figures(series, across)
    return "\n".join(line for line in lines if line)


def text_of(element: Any | None) -> str:
    """The words that are drawn below `element` (`a:t`), its paragraphs on one line."""
    if element is None:
        return ""
    paragraphs = (
        "".join(run.text or "" for run in paragraph.iter("{*}t"))
        for paragraph in element.iter("{*}p")
    )
    return " ".join(" ".join(paragraphs).split())


def _figures(series: Sequence[Any], across: str) -> list[str]:
    """One line a category; series that have categories of their own share lines where those agree."""
    header = [across]
    rows: dict[tuple[int, str], dict[int, str]] = {}
    for column, each in enumerate(series, start=1):
        header.append(" ".join(_points(_child(each, "tx")).values()))
        names = _merged(each, _CATEGORIES)
        for place, value in _merged(each, _VALUES).items():
            name = names.get(place, "")
            rows.setdefault((place, name), {})[column] = value
    return [
        row_text(header, [name, *(values.get(column, "") for column in range(1, len(header)))])
        for (_, name), values in sorted(rows.items(), key=lambda item: item[0][0])
    ]


def _merged(series: Any, kinds: tuple[str, ...]) -> dict[int, str]:
    """Place → text of the children of these `kinds`; several at one place stand side by side."""
    merged: dict[int, str] = {}
    for child in series:
        if _is(child, *kinds):
            for place, text in _points(child).items():
                merged[place] = f"{merged[place]} {text}" if place in merged else text
    return merged


def _points(element: Any | None) -> dict[int, str]:
    """Place → text as it is shown. Categories of several levels are joined, the outer ones first."""
    points: dict[int, str] = {}
    if element is None:
        return points
    levels = list(element.iter("{*}lvl")) or [element]
    codes = [code.text or "" for code in element.iter("{*}formatCode")]
    for level in levels:
        own: dict[int, str] = {}
        for point in level.iter("{*}pt"):
            place, value = point.get("idx", ""), _child(point, "v")
            if place.isdigit() and value is not None:
                form = point.get("formatCode") or (codes[0] if codes else "General")
                own[int(place)] = _shown(value.text or "", form)
        points = own if not points else _beneath(own, points)
    if not points and (literal := _child(element, "v")) is not None:
        points = {0: literal.text or ""}
    return points


def _beneath(outer: dict[int, str], inner: dict[int, str]) -> dict[int, str]:
    """An outer level names only the first of the places that it holds."""
    joined, current = {}, ""
    for place in sorted(inner):
        current = outer.get(place, current)
        joined[place] = f"{current} {inner[place]}".strip()
    return joined


def _shown(text: str, form: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text.strip()
    if is_date_format(form):
        try:
            return shown_value(from_excel(number), form)
        except (ValueError, OverflowError):
            return text
    return shown_value(int(number) if number.is_integer() else number, form)


def _child(element: Any | None, name: str) -> Any | None:
    return None if element is None else next(iter(_children(element, name)), None)


def _children(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if _is(child, name))


def _is(element: Any, *names: str) -> bool:
    # Comments and processing instructions have no name.
    return isinstance(element.tag, str) and etree.QName(element).localname in names
