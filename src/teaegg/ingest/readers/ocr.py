"""Text in pictures: RapidOCR (PP-OCR detection and recognition), its lines put into reading order.

Reading order is the recursive X-Y cut (Nagy and Seth, "Hierarchical representation of optically
scanned documents", ICPR 1984): cut at the widest white gap, first between columns or between bands.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from teaegg.core.ids import content_hash
from teaegg.ingest.readers.base import Box, ReadLimits, unreadable
from teaegg.ingest.readers.doubts import doubt

_MIN_SIDE_PIXELS = 24
_MIN_AREA_PIXELS = 4_000
_MAX_SIDE_PIXELS = 2_400
# The detector misses letters that touch the edge of a picture (a cropped sign board): give it a margin.
_MARGIN_PIXELS = 60
_MIN_CONFIDENCE = 0.5
# Below this a person should look: of cleanly printed text the recogniser is surer than 0.95.
_SURE_FROM = 0.85
_UNSURE_NAMED = 20
_DARK_GROUND_BELOW = 160
_PARAGRAPH_GAP = 0.8


class Line(NamedTuple):
    """`box` is (left, top, right, bottom) as fractions of the picture; `confidence` runs from 0 to 1."""

    text: str
    box: Box
    confidence: float = 1.0


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    # One thread: reading goes on beside answering and must leave it the other core.
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            # The default blows small pictures up to 736 pixels on their shorter side: five to ten
            # times slower, and large letters fall apart.
            "Det.limit_type": "max",
            "Det.limit_side_len": 1600,
            # Lines one by one: in a batch each is padded to the longest, which takes memory and, on
            # one thread, time.
            "Rec.rec_batch_num": 1,
        }
    )


def open_image(data: bytes, name: str, limits: ReadLimits) -> Image.Image:
    """Upright, opaque RGB. Raises UnreadableDocumentError when damaged or larger than `max_pixels`."""
    try:
        image = Image.open(BytesIO(data))
        if image.width * image.height > limits.max_pixels:
            raise unreadable(
                name,
                f"the picture has {image.width} × {image.height} pixels, more than {limits.max_pixels}",
                "Make it smaller.",
            )
        image.load()
        return _opaque(ImageOps.exif_transpose(image))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise unreadable(
            name, f"the picture is truncated or damaged ({error})", "Save it again as PNG."
        ) from error


def _opaque(image: Image.Image) -> Image.Image:
    """Transparent parts get the ground on which the drawn parts can be seen."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    pixels = np.asarray(layered)
    drawn = pixels[pixels[..., 3] > 127][:, :3]
    ground = (
        0
        if len(drawn) and drawn.mean() > _DARK_GROUND_BELOW and len(drawn) < pixels[..., 0].size
        else 255
    )
    flat = Image.new("RGBA", layered.size, (ground, ground, ground, 255))
    flat.alpha_composite(layered)
    return flat.convert("RGB")


def is_legible(image: Image.Image) -> bool:
    """Whether words could stand in it: rules, bullets and small icons are not worth the time."""
    return min(image.size) >= _MIN_SIDE_PIXELS and image.width * image.height >= _MIN_AREA_PIXELS


def recognise(image: Image.Image) -> list[Line]:
    """Lines of text in reading order; [] when there is none."""
    image = image.copy()
    image.thumbnail((_MAX_SIDE_PIXELS, _MAX_SIDE_PIXELS))
    ground = tuple(int(value) for value in np.median(_edge(np.asarray(image)), axis=0))
    framed = ImageOps.expand(image, _MARGIN_PIXELS, fill=ground)
    result = _engine()(np.asarray(framed)[..., ::-1])
    if result.boxes is None or result.txts is None:
        return []
    lines = []
    for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        if text.strip() and score >= _MIN_CONFIDENCE:
            left, top = corners.min(axis=0) - _MARGIN_PIXELS
            right, bottom = corners.max(axis=0) - _MARGIN_PIXELS
            box = (
                left / image.width,
                top / image.height,
                right / image.width,
                bottom / image.height,
            )
            lines.append(Line(text.strip(), _within_page(box), float(score)))
    aspect = image.height / image.width
    return _vertical_order(lines) if _is_vertical(lines, aspect) else _reading_order(lines)


def _edge(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels of the outermost rows and columns; shape (n, 3)."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def paragraphs_of(lines: list[Line]) -> list[Line]:
    """Lines that stand close below each other become one paragraph with the box around them."""
    paragraphs: list[list[Line]] = []
    for line in lines:
        if paragraphs and _continues(paragraphs[-1][-1], line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [
        Line(
            "\n".join(line.text for line in group),
            around([line.box for line in group]),
            confidence_of(group),
        )
        for group in paragraphs
    ]


def confidence_of(lines: list[Line]) -> float:
    """The mean confidence of the recogniser over the characters of `lines`; 1.0 without any."""
    characters = sum(len(line.text) for line in lines)
    return (
        sum(len(line.text) * line.confidence for line in lines) / characters if characters else 1.0
    )


def around(boxes: list[Box]) -> Box:
    """The smallest box that holds all `boxes` (at least one)."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _within_page(box: tuple[float, ...]) -> Box:
    left, top, right, bottom = (round(float(min(1, max(0, value))), 4) for value in box)
    return left, top, right, bottom


def _continues(above: Line, line: Line) -> bool:
    height = above.box[3] - above.box[1]
    gap = line.box[1] - above.box[3]
    overlap = min(above.box[2], line.box[2]) - max(above.box[0], line.box[0])
    similar = 0.6 < (line.box[3] - line.box[1]) / max(height, 1e-6) < 1.6
    return similar and overlap > 0 and -height < gap < _PARAGRAPH_GAP * height


def _is_vertical(lines: list[Line], aspect: float) -> bool:
    tall = sum(
        1
        for line in lines
        if (line.box[3] - line.box[1]) * aspect > 1.5 * (line.box[2] - line.box[0])
    )
    return tall * 2 > len(lines)


def _vertical_order(lines: list[Line]) -> list[Line]:
    """Columns from right to left, as vertical Chinese is read."""
    return sorted(lines, key=lambda line: (-(line.box[0] + line.box[2]) / 2, line.box[1]))


def _reading_order(lines: list[Line]) -> list[Line]:
    if len(lines) < 2:
        return lines
    columns = _cut(lines, axis=0)
    bands = _cut(lines, axis=1)
    if len(bands) == 1 and len(columns) == 1:
        return sorted(
            lines, key=lambda line: (round((line.box[1] + line.box[3]) / 2, 2), line.box[0])
        )
    # Columns are cut first only where they are real columns: several lines on each side.
    groups = columns if len(columns) > 1 and min(map(len, columns)) > 1 else bands
    if len(groups) == 1:
        groups = columns
    return [line for group in groups for line in _reading_order(group)]


def _cut(lines: list[Line], axis: int) -> list[list[Line]]:
    """Split into two at the widest gap along `axis` (0: left to right, 1: top to bottom), if any."""
    ordered = sorted(lines, key=lambda line: line.box[axis])
    reach, widest, place = ordered[0].box[axis + 2], 0.0, 0
    for index, line in enumerate(ordered[1:], start=1):
        gap = line.box[axis] - reach
        if gap > widest:
            widest, place = gap, index
        reach = max(reach, line.box[axis + 2])
    return [ordered[:place], ordered[place:]] if place else [ordered]


@dataclass(slots=True)
class PictureBudget:
    """How many pictures of one document may still be read; what is left out leaves a note.

    The time is bounded too, so that a book of scans is learned in part instead of not at all.
    """

    limits: ReadLimits
    notes: list[str] = field(default_factory=list)
    _read: int = 0
    _until: float = 0.0
    _unsure: int = 0

    def take(self) -> bool:
        """Whether one more picture or scanned page may be read now."""
        self._until = self._until or time.monotonic() + self.limits.ocr_seconds
        if self._read >= self.limits.pictures or time.monotonic() > self._until:
            self.note(f"Only the first {self._read} scanned pages or pictures were read.")
            return False
        self._read += 1
        return True

    def weigh(self, lines: list[Line], place: str) -> None:
        """Name a place to the user whose words the recogniser was not sure of."""
        confidence = confidence_of(lines)
        if confidence >= _SURE_FROM:
            return
        self._unsure += 1
        if self._unsure <= _UNSURE_NAMED:
            self.note(doubt(place, confidence))
        elif self._unsure == _UNSURE_NAMED + 1:
            self.note("More pictures were hard to read.")

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


@dataclass(slots=True)
class PictureReader:
    """OCR of the pictures inside of one document: each once, small and damaged ones left out."""

    limits: ReadLimits
    budget: PictureBudget = field(init=False)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.budget = PictureBudget(self.limits)

    @property
    def notes(self) -> list[str]:
        return self.budget.notes

    def paragraphs(self, data: bytes) -> list[str]:
        key = content_hash(data)
        if key in self._seen:
            return []
        self._seen.add(key)
        image = self._opened(data)
        if image is None or not is_legible(image):
            return []
        if not self.budget.take():
            return []
        lines = recognise(image)
        self.budget.weigh(lines, "A picture")
        return [line.text for line in paragraphs_of(lines)]

    def _opened(self, data: bytes) -> Image.Image | None:
        # A drawing in a format of its own (EMF, SVG) is common inside of documents and no reason to
        # refuse the text around it.
        try:
            image = Image.open(BytesIO(data))
            if image.width * image.height > self.limits.max_pixels:
                self.budget.note("A picture was too large to be read.")
                return None
            image.load()
            return _opaque(ImageOps.exif_transpose(image))
        except (
            UnidentifiedImageError,
            Image.DecompressionBombError,
            OSError,
            ValueError,
            SyntaxError,
        ):
            self.budget.note("A picture could not be read.")
            return None
