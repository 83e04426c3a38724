"""What is drawn on a page besides text: straight strokes along the axes, and pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.pdf.places import PageFrame

_MAX_OBJECTS = 20_000
_MAX_SEGMENTS = 20_000
_MAX_DEPTH = 3
_PICTURE_AREA = 0.015
# Points by which the ends of a stroke along an axis may differ, and the shortest that counts.
_STRAIGHT = 1.0
_SHORTEST = 3.0

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class Stroke(NamedTuple):
    """A straight line along an axis, in points of the page as shown: at `at`, from `start` to `end`."""

    at: float
    start: float
    end: float


class Drawing(NamedTuple):
    """Horizontal and vertical strokes, pictures large enough to hold text, and whether all were seen."""

    across: list[Stroke]
    down: list[Stroke]
    pictures: list[tuple[Any, Box]]
    complete: bool


def drawing_of(page: Any, frame: PageFrame) -> Drawing:
    """Stops looking after 20,000 objects or segments: a map or a plan holds no table."""
    drawing = Drawing([], [], [], True)
    segments = 0
    for count, (item, matrix) in enumerate(_objects(page)):
        if count > _MAX_OBJECTS or segments > _MAX_SEGMENTS:
            return drawing._replace(across=[], down=[], complete=False)
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            segments += _add_strokes(drawing, item, matrix, frame)
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            box = _picture_box(item, matrix, frame)
            if (box[2] - box[0]) * (box[3] - box[1]) >= _PICTURE_AREA:
                drawing.pictures.append((item, box))
    return drawing


def _objects(page: Any) -> Iterator[tuple[Any, Matrix]]:
    """Every object with the matrix of the forms that it is nested in."""
    matrices: list[Matrix] = [_IDENTITY]
    for item in page.get_objects(max_depth=_MAX_DEPTH):
        del matrices[item.level + 1 :]
        yield item, matrices[item.level]
        if item.type == raw.FPDF_PAGEOBJ_FORM:
            matrices.append(_times(_matrix(item), matrices[item.level]))


def _matrix(item: Any) -> Matrix:
    own = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item.raw, own):
        return _IDENTITY
    return own.a, own.b, own.c, own.d, own.e, own.f


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    return (
        a * two[0] + b * two[2],
        a * two[1] + b * two[3],
        c * two[0] + d * two[2],
        c * two[1] + d * two[3],
        e * two[0] + f * two[2] + two[4],
        e * two[1] + f * two[3] + two[5],
    )


def _applied(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _picture_box(item: Any, matrix: Matrix, frame: PageFrame) -> Box:
    left, bottom, right, top = item.get_bounds()
    corners = [_applied(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = zip(*corners, strict=True)
    return frame.box((min(xs), min(ys), max(xs), max(ys)))


def _add_strokes(drawing: Drawing, item: Any, matrix: Matrix, frame: PageFrame) -> int:
    """The number of segments looked at; the edges of a drawn rectangle are strokes too."""
    whole = _times(_matrix(item), matrix)
    segments = raw.FPDFPath_CountSegments(item.raw)
    start = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(min(segments, _MAX_SEGMENTS)):
        segment = raw.FPDFPath_GetPathSegment(item.raw, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        across, down = frame.point(*_applied(whole, x.value, y.value))
        point = (across * frame.width, down * frame.height)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            _add(drawing, last, point)
        if raw.FPDFPathSegment_GetClose(segment):
            _add(drawing, point, start)
        last = point
    return max(int(segments), 0)


def _add(drawing: Drawing, one: tuple[float, float], two: tuple[float, float]) -> None:
    across, down = abs(one[0] - two[0]), abs(one[1] - two[1])
    if down <= _STRAIGHT and across >= _SHORTEST:
        drawing.across.append(
            Stroke((one[1] + two[1]) / 2, min(one[0], two[0]), max(one[0], two[0]))
        )
    elif across <= _STRAIGHT and down >= _SHORTEST:
        drawing.down.append(Stroke((one[0] + two[0]) / 2, min(one[1], two[1]), max(one[1], two[1])))
