"""Shared helpers: places, fixed times, fonts, the small markdown reader, clean zip files."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEXT = HERE / "text"
SEED = 20260101
WHEN = datetime(2026, 1, 12, 9, 0, 0, tzinfo=UTC)
ZIP_TIME = (2026, 1, 12, 9, 0, 0)
STAMP = "2026-01-12T09:00:00Z"
COMPANY = "青禾精密机械有限公司"

_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


@dataclass
class Block:
    """One block of a source text: heading, paragraph, list item, note, caption, table, figure."""

    kind: str
    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


def read_text(name: str) -> str:
    """Return one source text."""
    return (TEXT / name).read_text(encoding="utf-8")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _one_line(line: str) -> Block:
    head = re.match(r"(#{1,4}) (.*)", line)
    if head:
        return Block("heading", head.group(2), len(head.group(1)))
    figure = re.fullmatch(r"\[\[figure:(\w+)\]\]", line)
    if figure:
        return Block("figure", figure.group(1))
    for mark, kind in (("> ", "note"), ("^ ", "caption"), ("- ", "item")):
        if line.startswith(mark):
            return Block(kind, line[len(mark) :])
    if re.match(r"\d+\. ", line):
        return Block("step", line)
    return Block("para", line)


def blocks(text: str) -> Iterator[Block]:
    """Read the small markdown dialect of the source texts."""
    rows: list[list[str]] = []
    for raw in [*text.splitlines(), ""]:
        line = raw.strip()
        if line.startswith("|"):
            if not re.fullmatch(r"\|(?: *:?-+:? *\|)+", line):
                rows.append(_cells(line))
            continue
        if rows:
            yield Block("table", rows=rows)
            rows = []
        if line:
            yield _one_line(line)


def look_width(text: str) -> int:
    """How wide a text looks: Chinese characters count twice."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def column_weights(rows: list[list[str]], least: int, most: int) -> list[float]:
    """Share of the table width for every column, by its longest cell."""
    longest = [max(look_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    clipped = [min(max(width, least), most) for width in longest]
    return [width / sum(clipped) for width in clipped]


def find_font(pattern: str) -> tuple[str, int]:
    """Ask fontconfig for a font file and its index in the collection."""
    done = subprocess.run(
        ["fc-match", "-f", "%{file}\n%{index}\n%{family}", pattern],
        capture_output=True,
        text=True,
        check=True,
    )
    file, index, family = done.stdout.split("\n")[:3]
    if pattern.split(":")[0].lower() not in family.lower():
        raise SystemExit(f"font {pattern!r} is not installed (fontconfig offers {family!r})")
    return file, int(index) % 65536


def clean_zip(data: bytes) -> bytes:
    """Rewrite an Office file with fixed times, so that a rebuild gives the same bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            body = old.read(info)
            if info.filename == "docProps/core.xml":
                body = _DATES.sub(rb"\g<1>" + STAMP.encode() + rb"\g<2>", body)
            entry = zipfile.ZipInfo(info.filename, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, body)
    return out.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write one built file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
