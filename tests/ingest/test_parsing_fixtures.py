"""The real files of the shared data: what they must contain is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.readers.office.legacy import find_office
from teaegg.ingest.reading import read_document

# Read through LibreOffice: by tests of their own, where it is installed.
LEGACY = ("doc", "ppt")
# OCR where the words asked for stand in pictures; reading every picture takes minutes on one core.
SEEN = ("no text layer", "plain text and a picture that holds text")


def test_the_real_files_say_what_they_must(data: Path) -> None:
    folder = data / "parsing-fixtures"
    wrong: dict[str, object] = {}
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        path = folder / record["file"]
        if record["kind"] in LEGACY:
            continue
        is_seen = record["kind"] in ("image", "pdf-text-broken") or set(SEEN) & set(
            record["features"]
        )
        limits = ReadLimits(pictures=2 if is_seen else 0)
        text = "".join(read_document(path.read_bytes(), path.name, limits).text.split())
        missing = [want for want in record["must_contain"] if "".join(want.split()) not in text]
        if missing or not text:
            wrong[path.name] = missing
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("docling_legacy_sample.doc", "Summer activities"),
        ("docling_legacy_sample.ppt", "Test Table Slide"),
    ],
)
def test_old_binary_files_are_read_or_the_remedy_is_named(
    data: Path, name: str, words: str
) -> None:
    content = (data / "parsing-fixtures" / "files" / name).read_bytes()
    if find_office() is None:
        with pytest.raises(UnreadableDocumentError, match="LibreOffice, which is not installed"):
            read_document(content, name)
    else:
        assert words in read_document(content, name).text
