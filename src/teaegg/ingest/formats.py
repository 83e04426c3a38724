"""What a file is, told by its content first and its name second."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import PurePath
from typing import Literal

from teaegg.ingest.cleaning import shown
from teaegg.ingest.compound import outermost_streams
from teaegg.ingest.encodings import is_text_in_utf16
from teaegg.ingest.readers.base import unreadable

Format = Literal[
    "txt",
    "md",
    "html",
    "csv",
    "tsv",
    "json",
    "xml",
    "eml",
    "msg",
    "pdf",
    "ofd",
    "epub",
    "docx",
    "pptx",
    "xlsx",
    "doc",
    "xls",
    "ppt",
    "rtf",
    "odt",
    "ods",
    "odp",
    "image",
    "zip",
    "tar",
    "packed",
]
# Read through LibreOffice, where it is installed.
LEGACY: tuple[Format, ...] = ("doc", "xls", "ppt", "rtf", "odt", "ods", "odp")

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
    "json": "application/json",
    "xml": "application/xml",
    "msg": "application/vnd.ms-outlook",
    "ofd": "application/ofd",
    "epub": "application/epub+zip",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "rtf": "application/rtf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "image": "image/*",
    "zip": "application/zip",
    "tar": "application/x-tar",
    "packed": "application/gzip",
}

_BY_ENDING: dict[str, Format] = {
    **dict.fromkeys(("txt", "text", "log", ""), "txt"),
    **dict.fromkeys(("md", "markdown", "mdown"), "md"),
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    "csv": "csv",
    **dict.fromkeys(("tsv", "tab"), "tsv"),
    **dict.fromkeys(("json", "jsonl", "ndjson", "geojson"), "json"),
    **dict.fromkeys(("xml", "rss", "atom"), "xml"),
    "eml": "eml",
    "msg": "msg",
    "pdf": "pdf",
    "ofd": "ofd",
    "epub": "epub",
    **dict.fromkeys(("doc", "dot", "wps", "wpt"), "doc"),
    **dict.fromkeys(("xls", "xlt", "et", "ett"), "xls"),
    **dict.fromkeys(("ppt", "pps", "pot", "dps", "dpt"), "ppt"),
    "rtf": "rtf",
    "odt": "odt",
    "ods": "ods",
    "odp": "odp",
    "zip": "zip",
    "tar": "tar",
    **dict.fromkeys(("gz", "tgz", "bz2", "tbz2", "xz", "txz"), "packed"),
    **dict.fromkeys(("docx", "docm", "dotx"), "docx"),
    **dict.fromkeys(("pptx", "pptm", "ppsx"), "pptx"),
    **dict.fromkeys(("xlsx", "xlsm", "xltx"), "xlsx"),
    **dict.fromkeys(("png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff"), "image"),
}
_TEXTUAL: frozenset[Format] = frozenset(("txt", "md", "html", "csv", "tsv", "json", "xml", "eml"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_PACKED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
_OTHER_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_STREAMS: tuple[tuple[str, Format], ...] = (
    ("__properties_version1.0", "msg"),
    ("PowerPoint Document", "ppt"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
# Books and OpenDocument name themselves in their first member, which is not packed.
_MIME_MEMBER = re.compile(rb".{26}\x08\x00.{2}mimetype(application/[a-z.+-]+)", re.S)
_BY_MIME_MEMBER: dict[bytes, Format] = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_PART_HEAD = re.compile(rb"PK\x03\x04.{26}([A-Za-z_\[][\w/.\[\]-]{3,60})", re.S)
_OFFICE_FOLDERS: tuple[tuple[str, Format], ...] = (
    ("word/", "docx"),
    ("ppt/", "pptx"),
    ("xl/", "xlsx"),
)
_HTML_START = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MAIL_HEADER = re.compile(
    rb"^(?:Received|Return-Path|From|To|Date|Subject|Message-ID|MIME-Version|Delivered-To|X-[\w-]+):\s",
    re.I,
)
_STRAY_ZEROS = 4
_READABLE = (
    "md, txt, html, pdf, ofd, docx, pptx, xlsx, doc, ppt, xls, wps, et, dps, rtf, odt, ods, odp, csv, tsv, "
    "json, jsonl, xml, eml, msg, epub, png, jpg, webp, bmp, tiff, zip, tar, gz, bz2, xz"
)
_UNPACK_REMEDY = "Unpack it and learn the folder."
_UNSUPPORTED_REMEDY = f"Convert it to one of: {_READABLE}."


def media_type(form: Format) -> str:
    return MEDIA_TYPES[form]


def detect_format(data: bytes, name: str) -> Format:
    """The format of `data`; a wrong ending in `name` is ignored when the content says otherwise.

    Raises UnreadableDocumentError when it is empty, encrypted, or of no readable format.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise unreadable(name, "the file is empty", "Check whether the copy was complete.")
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK"):
        return _zip_format(data)
    if data.startswith(_OLE):
        return _compound_format(data, name)
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(_OTHER_ARCHIVES):
        raise unreadable(name, "archives of this kind are not read", _UNPACK_REMEDY)
    if data.startswith(_PACKED):
        return "packed"
    if data[257:262] == b"ustar":
        return "tar"
    if (
        data.startswith(_IMAGES)
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or _is_bitmap(data)
    ):
        return "image"
    # Last: the first file of an archive may be a PDF.
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return _text_format(data, name)


def _zip_format(data: bytes) -> Format:
    """By the parts inside; those of a document that lies in an archive do not count."""
    names = _part_names(data)
    if "OFD.xml" in names:
        return "ofd"
    if "META-INF/container.xml" in names:
        return "epub"
    declared = _MIME_MEMBER.match(data)
    if declared and declared[1] in _BY_MIME_MEMBER:
        return _BY_MIME_MEMBER[declared[1]]
    if "[Content_Types].xml" in names or "_rels/.rels" in names:
        for folder, form in _OFFICE_FOLDERS:
            if any(name.startswith(folder) for name in names):
                return form
    return "zip"


def _part_names(data: bytes) -> frozenset[str]:
    """From the table of contents, or, where that is cut off, from the heads of the parts."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return frozenset(each.decode("utf-8", "replace") for each in _PART_HEAD.findall(data))


def _compound_format(data: bytes, name: str) -> Format:
    """By the outermost streams of a compound file (MS-CFB): a letter may hold a workbook within."""
    streams = outermost_streams(data, name)
    if "EncryptedPackage" in streams:
        raise unreadable(
            name, "it is protected by a password", "Remove the password and learn it again."
        )
    for stream, form in _STREAMS:
        if stream in streams:
            return form
    raise unreadable(name, "it is an old binary file of an unknown program", _UNSUPPORTED_REMEDY)


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
    controls = sum(head.count(code) for code in range(1, 32) if code not in (9, 10, 12, 13, 27))
    few_zeros = zeros <= _STRAY_ZEROS or zeros * 1000 <= len(head)
    if few_zeros and controls * 20 <= len(head):
        return True
    return is_text_in_utf16(head)


def _is_mail(data: bytes) -> bool:
    head = data[:16384].lstrip()
    if not _MAIL_HEADER.match(head):
        return False
    names = {line.split(b":", 1)[0].lower() for line in head.splitlines() if b":" in line}
    return b"from" in names and bool(names & {b"date", b"message-id", b"mime-version"})
