"""What lies over the cells of a sheet: charts, text boxes and pictures (by OCR)."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from teaegg.core.documents import Location
from teaegg.ingest.readers.base import Outline
from teaegg.ingest.readers.ocr import PictureReader
from teaegg.ingest.readers.office.charts import chart_text, markup, text_of

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def add_drawings(
    outline: Outline, archive: zipfile.ZipFile, sheet_part: str, title: str, pictures: PictureReader
) -> None:
    """Add what is drawn on the sheet that lies at `sheet_part`, in the order of the file.

    A drawing that is missing is passed over, a damaged one leaves a note: the cells are what most
    people came for.
    """
    try:
        for _, kind, drawing in _relations(archive, sheet_part):
            if kind != "drawing" or not (data := _bytes(archive, drawing)):
                continue
            targets = {name: part for name, _, part in _relations(archive, drawing)}
            for element in markup(data).iter():
                _add(outline, archive, element, targets, title, pictures)
    except SyntaxError:  # lxml's XMLSyntaxError
        outline.note(f"A drawing on the sheet {title!r} is damaged and was left out.")


def _add(
    outline: Outline,
    archive: zipfile.ZipFile,
    element: Any,
    targets: dict[str, str],
    title: str,
    pictures: PictureReader,
) -> None:
    kind = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    place = Location(path=(title,), sheet=title, part="drawing")
    if kind == "txBody":
        outline.add("paragraph", text_of(element), place)
    elif kind == "chart" and (
        data := _bytes(archive, targets.get(element.get(_RELATION + "id"), ""))
    ):
        outline.add("paragraph", chart_text(markup(data)), place)
    elif kind == "blip" and (
        data := _bytes(archive, targets.get(element.get(_RELATION + "embed"), ""))
    ):
        for paragraph in pictures.paragraphs(data):
            outline.add("caption", paragraph, place)


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """(id, kind, path of the part) of what `part` refers to inside of the file."""
    folder, name = posixpath.split(part)
    data = _bytes(archive, f"{folder}/_rels/{name}.rels")
    for relation in markup(data) if data else ():
        if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
            kind = relation.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join(folder, relation.get("Target", "")))
            yield relation.get("Id", ""), kind, target.lstrip("/")


def _bytes(archive: zipfile.ZipFile, part: str) -> bytes:
    """b"" for a part that is not there."""
    try:
        return archive.read(part)
    except KeyError:
        return b""
