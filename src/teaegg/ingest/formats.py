"""What a file is, told by its content first and its name second."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal

from teaegg.ingest.cleaning import shown
from teaegg.ingest.readers.base import unreadable

Format = Literal["txt", "md", "html", "csv", "tsv", "eml", "pdf", "docx", "pptx", "xlsx", "image"]

MEDIA_TYPES: dict[Format, str] = {
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "eml": "message/rfc822",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image": "image/*",
}

_BY_ENDING: dict[str, Format] = {
    **dict.fromkeys(("txt", "text", "log", ""), "txt"),
    **dict.fromkeys(("md", "markdown", "mdown"), "md"),
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    "csv": "csv",
    **dict.fromkeys(("tsv", "tab"), "tsv"),
    "eml": "eml",
    "pdf": "pdf",
    **dict.fromkeys(("docx", "docm", "dotx"), "docx"),
    **dict.fromkeys(("pptx", "pptm", "ppsx"), "pptx"),
    **dict.fromkeys(("xlsx", "xlsm", "xltx"), "xlsx"),
    **dict.fromkeys(("png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff"), "image"),
}
_TEXTUAL: frozenset[Format] = frozenset(("txt", "md", "html", "csv", "tsv", "eml"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_OFFICE_FOLDERS: tuple[tuple[bytes, Format], ...] = (
    (b"word/", "docx"),
    (b"ppt/", "pptx"),
    (b"xl/", "xlsx"),
)
_HTML_START = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MAIL_HEADER = re.compile(
    rb"^(?:Received|Return-Path|From|To|Date|Subject|Message-ID|MIME-Version|Delivered-To|X-[\w-]+):\s",
    re.I,
)
_STRAY_ZEROS = 4
_READABLE = "md, txt, html, pdf, docx, pptx, xlsx, csv, tsv, eml, png, jpg, webp, bmp, tiff"
_UNSUPPORTED_REMEDY = f"Convert it to one of: {_READABLE}."


def media_type(form: Format) -> str:
    return MEDIA_TYPES[form]


def detect_format(data: bytes, name: str) -> Format:
    """The format of `data`; a wrong ending in `name` is ignored when the content says otherwise.

    Raises UnreadableDocumentError when it is empty, encrypted, or of no readable format.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise unreadable(name, "the file is empty", "Check whether the copy was complete.")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK"):
        return _office_format(data, name)
    if data.startswith(_OLE):
        raise _old_office(data, name)
    if (
        data.startswith(_IMAGES)
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or _is_bitmap(data)
    ):
        return "image"
    return _text_format(data, name)


def _office_format(data: bytes, name: str) -> Format:
    for folder, form in _OFFICE_FOLDERS:
        if folder in data and (b"[Content_Types].xml" in data or b"_rels/" in data):
            return form
    raise unreadable(
        name, "it is an archive, not an Office document", "Unpack it and learn the folder."
    )


def _old_office(data: bytes, name: str) -> Exception:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return unreadable(
            name, "it is protected by a password", "Remove the password and learn it again."
        )
    return unreadable(
        name,
        "it is an old binary Office or Outlook file (doc, xls, ppt, msg)",
        "Save it as docx, xlsx, pptx or eml.",
    )


def _is_bitmap(data: bytes) -> bool:
    return data.startswith(b"BM") and len(data) > 26 and data[6:10] == b"\x00\x00\x00\x00"


def _text_format(data: bytes, name: str) -> Format:
    claimed = _BY_ENDING.get(PurePath(shown(name)).suffix.lower().lstrip("."))
    if not _looks_like_text(data):
        raise unreadable(name, _binary_reason(claimed), _UNSUPPORTED_REMEDY)
    if _HTML_START.match(data[:4096]):
        return "html"
    if claimed is None:
        ending = PurePath(shown(name)).suffix
        raise unreadable(
            name, f"files of the kind {ending!r} are not supported", _UNSUPPORTED_REMEDY
        )
    if claimed in _TEXTUAL and claimed != "txt":
        return claimed
    return "eml" if _is_mail(data) else "txt"


def _binary_reason(claimed: Format | None) -> str:
    if claimed is None or claimed in _TEXTUAL:
        return "it holds binary data of an unknown kind"
    return f"it is not the {claimed} file that its name says; it is damaged or of an unknown kind"


def _looks_like_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    head = data[: 1024**2]
    zeros = head.count(0)
    if zeros <= _STRAY_ZEROS or zeros * 1000 <= len(head):
        controls = sum(head.count(code) for code in range(1, 32) if code not in (9, 10, 12, 13, 27))
        return controls * 20 <= len(head)
    return is_utf16_without_mark(head)


def is_utf16_without_mark(data: bytes) -> bool:
    """Whether the zero bytes stand where UTF-16 of mostly Latin text puts them."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    low, high = sorted((even, odd))
    return high * 10 > len(data) and low * 20 <= high


def _is_mail(data: bytes) -> bool:
    head = data[:16384].lstrip()
    if not _MAIL_HEADER.match(head):
        return False
    names = {line.split(b":", 1)[0].lower() for line in head.splitlines() if b":" in line}
    return b"from" in names and bool(names & {b"date", b"message-id", b"mime-version"})
