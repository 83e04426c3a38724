"""Where things stand: from PDF points to fractions of the page as it is shown."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as raw

from teaegg.ingest.readers.base import Box

_GRID = 1_000_000

Place = tuple[float, float, float, float]
"""(left, bottom, right, top) in points, from the lower left corner."""


class PageFrame:
    """The way from points to fractions of one page, turned and cropped as it is shown."""

    def __init__(self, page: Any) -> None:
        width, height = page.get_size()
        # In pages of a thousand metres a point is nothing; what matters is that no division fails.
        self.width: float = max(width, 1e-3)
        self.height: float = max(height, 1e-3)
        origin = _shown(page, 0, 0)
        right, up = _shown(page, 1000, 0), _shown(page, 0, 1000)
        self._origin = origin
        self._per_x = ((right[0] - origin[0]) / 1000, (right[1] - origin[1]) / 1000)
        self._per_y = ((up[0] - origin[0]) / 1000, (up[1] - origin[1]) / 1000)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """(from the left, from the top) as fractions; outside of 0..1 for what is not shown."""
        return (
            self._origin[0] + x * self._per_x[0] + y * self._per_y[0],
            self._origin[1] + x * self._per_x[1] + y * self._per_y[1],
        )

    def box(self, place: Place) -> Box:
        """`place` as fractions of the page, cut at its edges."""
        (x0, y0), (x1, y1) = self.point(place[0], place[1]), self.point(place[2], place[3])
        return (
            _fraction(min(x0, x1)),
            _fraction(min(y0, y1)),
            _fraction(max(x0, x1)),
            _fraction(max(y0, y1)),
        )


def on_page(page: Any, place: Place) -> Box:
    """One `place` of a page as fractions of it; for many of them make one `PageFrame`."""
    return PageFrame(page).box(place)


def _fraction(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID
