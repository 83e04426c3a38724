# mypy: disable-error-code="import-untyped,import-not-found"
"""Checks on the built company: sizes, questions against the documents, part numbers, leaks."""

from __future__ import annotations

import csv
import email
import io
import re
import tomllib
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
from docx import Document
from kit import read_text
from openpyxl import load_workbook
from parts_data import fasteners, other_parts
from pptx import Presentation

TOTAL_LIMIT = 4_500_000
LIMITS = {
    "notices/2026-annual-leave-notice.png": 700_000,
    "notices/scanned-safety-circular.pdf": 800_000,
    "products/qh-200-pump-manual.pdf": 1_000_000,
}
PICTURES = {
    "notices/2026-annual-leave-notice.png": "annual-leave-notice.txt",
    "notices/scanned-safety-circular.pdf": "safety-circular.txt",
}


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _docx(data: bytes) -> str:
    doc = Document(io.BytesIO(data))
    cells = [c.text for t in doc.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in doc.paragraphs), *cells])


def _xlsx(data: bytes) -> str:
    book = load_workbook(io.BytesIO(data), read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return "\n".join("\t".join("" if v is None else str(v) for v in row) for row in rows)


def _pdf(data: bytes) -> str:
    pdf = pypdfium2.PdfDocument(data)
    return "\n".join(pdf[i].get_textpage().get_text_range() for i in range(len(pdf)))


def _pptx(data: bytes) -> str:
    parts = []
    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                parts.append(shape.text_frame.text)
            if shape.has_table:
                parts.extend(c.text for row in shape.table.rows for c in row.cells)
        parts.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(parts)


def _eml(data: bytes) -> str:
    mail = email.message_from_bytes(data, policy=policy.default)
    parts = [str(mail["Subject"])]
    for part in mail.walk():
        name = part.get_filename() or ""
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        content = part.get_content()
        body = content if isinstance(content, str) else text_of(name, content)
        parts.append(body)
    return "\n".join(parts)


def text_of(name: str, data: bytes) -> str:
    """The text of one document, by a plain reader for each format."""
    readers = {".docx": _docx, ".xlsx": _xlsx, ".pdf": _pdf, ".pptx": _pptx, ".eml": _eml}
    if name in PICTURES:
        return read_text(PICTURES[name])
    ending = Path(name).suffix
    if ending in readers:
        return readers[ending](data)
    if ending == ".html":
        parser = _Html()
        parser.feed(data.decode())
        return "\n".join(parser.parts)
    return data.decode("gb18030" if name.startswith("finance/") else "utf-8-sig")


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _questions(folder: Path, texts: dict[str, str]) -> list[str]:
    table = tomllib.loads((folder / "company.toml").read_text(encoding="utf-8"))
    readable = {
        user["name"]: {
            c["path"]
            for c in table["collection"]
            if "everyone" in c["groups"] or set(c["groups"]) & set(user["groups"])
        }
        for user in table["user"]
    }
    wrong = []
    for question in table["question"]:
        name, document = question["id"], question.get("document", "")
        text = _flat(texts.get(document, ""))
        wrong += [f"{name}: {e!r} is not in {document}" for e in question["expect"]
                  if _flat(e) not in text]  # fmt: skip
        allowed = document.split("/")[0] in readable[question["user"]]
        if document and allowed == question.get("abstained", False):
            wrong.append(f"{name}: {question['user']} and {document} do not fit")
        for secret in question.get("must_not", []):
            for other, body in texts.items():
                open_to = readable[question["user"]] - {"parts", "statutes"}
                found = re.search(rf"(?<![\d.,]){re.escape(secret)}(?![\d])", body)
                if found and other.split("/")[0] in open_to:
                    wrong.append(f"{name}: secret {secret!r} stands in {other}")
    if sum(bool(q.get("show")) for q in table["question"]) != 3:
        wrong.append("three questions must have show = true")
    return wrong


def _part_numbers(texts: dict[str, str]) -> list[str]:
    known = {part.number for part in [*fasteners(), *other_parts()]}
    pattern = re.compile(r"QH-(?:HX|HB|BT|CS|BH|PH|SS|NT|NL|NF|WF|WS|OR|OS|BR|MS|PS)-[A-Z0-9.\-]+")
    wrong = []
    for name, text in texts.items():
        named = {found.rstrip(".-") for found in pattern.findall(text)}
        wrong += [f"{name}: no such part {number}" for number in sorted(named - known)]
    return wrong


def run(folder: Path) -> None:
    """Stop with a list of faults, or print a short summary."""
    files = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    sizes = {name: path.stat().st_size for name, path in files.items()}
    texts = {
        name: text_of(name, path.read_bytes())
        for name, path in files.items()
        if name != "company.toml"
    }
    faults = [f"{n}: {sizes[n]} > {top} bytes" for n, top in LIMITS.items() if sizes[n] > top]
    if sum(sizes.values()) > TOTAL_LIMIT:
        faults.append(f"total {sum(sizes.values())} bytes, limit {TOTAL_LIMIT}")
    if _flat(_pdf(files["notices/scanned-safety-circular.pdf"].read_bytes())):
        faults.append("the scanned circular has a text layer")
    rows = list(csv.reader(io.StringIO(texts["parts/substitutions.csv"])))
    if any(len(row) != len(rows[0]) for row in rows):
        faults.append("substitutions.csv has ragged rows")
    faults += _questions(folder, texts) + _part_numbers(texts)
    if faults:
        raise SystemExit("\n".join(faults))
    print(f"{len(files)} files, {sum(sizes.values())} bytes, checks passed")
