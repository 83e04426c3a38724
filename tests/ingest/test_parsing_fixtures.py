"""The real files of the shared data: what they must contain is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.reading import read_document

# Old binary formats come with a later issue.
LATER = ("doc", "ppt", "msg")
# OCR where the words asked for stand in pictures; reading every picture takes minutes on one core.
SEEN = ("no text layer", "plain text and a picture that holds text")


def test_the_real_files_say_what_they_must(data: Path) -> None:
    folder = data / "parsing-fixtures"
    wrong: dict[str, object] = {}
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        path = folder / record["file"]
        if record["kind"] in LATER:
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
    "name", ["docling_legacy_sample.doc", "docling_legacy_sample.ppt", "docling_msg_simple.msg"]
)
def test_old_binary_files_are_refused_with_a_remedy(data: Path, name: str) -> None:
    content = (data / "parsing-fixtures" / "files" / name).read_bytes()
    with pytest.raises(Exception, match="Save it as docx"):
        read_document(content, name)
