"""A page of a document as a picture, with what was quoted from it marked."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageDraw, UnidentifiedImageError

from teaegg.app.api.page_search import Box, Character, find_quote
from teaegg.core.errors import NotFoundError, UnreadableDocumentError
from teaegg.ingest.readers.pdf.places import on_page

_WIDTH_PIXELS = 1240
_MAX_HEIGHT_PIXELS = 6000
_MARK = (244, 180, 60)
_MARK_ALPHA = 90
_EDGE_ALPHA = 200
_MARGIN_PIXELS = 3
_MAX_CHARACTERS = 50_000
# PDFium keeps global state: two threads inside of it crash the process.
_PDFIUM = threading.Lock()


class Picture(NamedTuple):
    """A PNG, how many marks were drawn on it, and how far down the first begins (0 to 1)."""

    png: bytes
    marks: int
    first_mark: float


def pdf_page(data: bytes, page: int, quote: str, fallback: Sequence[Box]) -> Picture:
    """Page `page`, counted from 1. `fallback` is marked when the page's text has no `quote` (a scan).

    Raises NotFoundError when there is no such page, UnreadableDocumentError when it is damaged.
    """
    with _PDFIUM:
        try:
            document = pdfium.PdfDocument(data)
            try:
                if not 1 <= page <= len(document):
                    raise NotFoundError(f"There is no page {page}.")
                image, marks = _render(document[page - 1], quote)
            finally:
                document.close()
        except pdfium.PdfiumError as error:
            raise UnreadableDocumentError(
                f"Page {page} cannot be shown: {error}.", remedy="Download the original instead."
            ) from error
    return _finished(image, marks or list(fallback))


def page_count(data: bytes, media_type: str) -> int:
    """How many page pictures there are; 0 for what has none, or cannot be opened any more."""
    if media_type == "application/pdf":
        with _PDFIUM:
            try:
                document = pdfium.PdfDocument(data)
            except pdfium.PdfiumError:
                return 0
            try:
                return len(document)
            finally:
                document.close()
    if not media_type.startswith("image/"):
        return 0
    try:
        with Image.open(io.BytesIO(data)) as opened:
            return int(getattr(opened, "n_frames", 1))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError):
        return 0


def image_page(data: bytes, page: int, marks: Sequence[Box]) -> Picture:
    """The picture itself (or frame `page` of one with several). Raises as `pdf_page`."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if not 1 <= page <= getattr(opened, "n_frames", 1):
                raise NotFoundError(f"There is no page {page}.")
            opened.seek(page - 1)
            image = opened.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise UnreadableDocumentError(
            f"The picture cannot be shown: {error}.", remedy="Download the original instead."
        ) from error
    image.thumbnail((_WIDTH_PIXELS, _MAX_HEIGHT_PIXELS))
    return _finished(image, marks)


def _render(page: Any, quote: str) -> tuple[Image.Image, list[Box]]:
    width, height = page.get_size()
    scale = min(_WIDTH_PIXELS / max(width, 1), _MAX_HEIGHT_PIXELS / max(height, 1))
    image: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return image, find_quote(_characters(page), quote) if quote else []


def _characters(page: Any) -> list[Character]:
    text_page = page.get_textpage()
    try:
        count = min(text_page.count_chars(), _MAX_CHARACTERS)
        return [
            Character(
                _character(text_page, index), Box(*on_page(page, text_page.get_charbox(index)))
            )
            for index in range(count)
        ]
    finally:
        text_page.close()


def _character(text_page: Any, index: int) -> str:
    code = raw.FPDFText_GetUnicode(text_page, index)
    # Halves of a pair outside the basic plane, and characters without a Unicode value, match nothing.
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _finished(image: Image.Image, marks: Sequence[Box]) -> Picture:
    """Translucent marks with a thin edge, as PNG."""
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for box in marks:
        corners = (
            box.left * image.width - _MARGIN_PIXELS,
            box.top * image.height - _MARGIN_PIXELS,
            box.right * image.width + _MARGIN_PIXELS,
            box.bottom * image.height + _MARGIN_PIXELS,
        )
        draw.rounded_rectangle(
            corners, radius=4, fill=(*_MARK, _MARK_ALPHA), outline=(*_MARK, _EDGE_ALPHA), width=2
        )
    marked = Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
    out = io.BytesIO()
    marked.save(out, "PNG", compress_level=4)
    return Picture(out.getvalue(), len(marks), min((box.top for box in marks), default=0.0))
