"""Passages and locations as rows and JSON, the same for every back end and every door."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from teaegg.core.documents import Block, Location, ParsedDocument, Passage
from teaegg.core.errors import StorageError


def location_record(location: Location) -> dict[str, Any]:
    """Only what is known of the place, ready for JSON."""
    return {key: value for key, value in asdict(location).items() if value not in (None, (), [])}


def location_from_record(record: dict[str, Any]) -> Location:
    """The inverse of `location_record`."""
    box = record.get("box")
    return Location(
        **{
            **record,
            "path": tuple(record.get("path", ())),
            "box": None if box is None else (box[0], box[1], box[2], box[3]),
        }
    )


def encode_parsed(parsed: ParsedDocument) -> bytes:
    """A parsed document as UTF-8 JSON."""
    record = {
        "title": parsed.title,
        "language": parsed.language,
        "notes": parsed.notes,
        "blocks": [
            [block.kind, block.text, location_record(block.location), block.level]
            for block in parsed.blocks
        ],
    }
    return json.dumps(record, ensure_ascii=False).encode()


def decode_parsed(data: bytes) -> ParsedDocument:
    """The inverse of `encode_parsed`. Raises StorageError when the content is something else."""
    try:
        record = json.loads(data)
        blocks = tuple(
            Block(kind, text, location_from_record(location), level)
            for kind, text, location, level in record["blocks"]
        )
        return ParsedDocument(record["title"], blocks, record["language"], tuple(record["notes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"A stored document cannot be understood: {error!r}.",
            remedy="Learn the document again.",
        ) from error


def passage_row(passage: Passage) -> dict[str, Any]:
    """The columns of a passage in the index, without what is derived for searching."""
    return {
        "passage": passage.id,
        "document": passage.document,
        "version": passage.version,
        "collection": passage.collection,
        "title": passage.title,
        "ordinal": passage.ordinal,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "location": json.dumps(location_record(passage.location), ensure_ascii=False),
    }


PASSAGE_COLUMNS = (
    "passage", "document", "version", "collection", "title", "ordinal", "text", "start", "end", "location",
)  # fmt: skip


def passage_from_row(row: dict[str, Any]) -> Passage:
    """The inverse of `passage_row`; further columns are ignored."""
    return Passage(
        id=row["passage"],
        document=row["document"],
        version=row["version"],
        collection=row["collection"],
        title=row["title"],
        ordinal=row["ordinal"],
        text=row["text"],
        start=row["start"],
        end=row["end"],
        location=location_from_record(json.loads(row["location"])),
    )
