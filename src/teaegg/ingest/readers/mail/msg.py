"""Outlook's own mail files (MS-OXMSG): properties in a compound file, attachments in its folders."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import olefile

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.compound import DAMAGE, open_compound
from teaegg.ingest.encodings import decode_declared
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.nested import MemberReader, add_member, file_name, note_left_out
from teaegg.ingest.readers.web.html import fill_from_html

_SUBJECT, _BODY, _HTML = 0x0037, 0x1000, 0x1013
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC = 0x0E04, 0x0E03
_SENT, _DELIVERED = 0x0039, 0x0E06
_MESSAGE_CODE_PAGE, _INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
_ATTACHED, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3707, 0x3704, 0x3001
_STRING_TYPES = ("001F", "001E")
_BINARY_TYPE = "0102"
_EMBEDDED = "__substg1.0_3701000D"
_ATTACHMENT_FOLDER = "__attach_version1.0_"
_PROPERTIES = "__properties_version1.0"
_PROPERTY = struct.Struct("<HHI8s")
_HEADER_BYTES = 32
_EMBEDDED_HEADER_BYTES = 24
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UTF8_CODE_PAGE = 65001
_MAX_ATTACHMENTS = 200

Folder = tuple[str, ...]


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """Header, body and attachments as in `mail.eml`. A mail inside of the mail is read in place."""
    with open_compound(data, name) as container:
        outline = Outline()
        try:
            subject = _fill(outline, _Message(container, ()), name, limits, read_member)
        except DAMAGE as error:
            raise unreadable(
                name, f"it is not a readable mail ({error})", "Export it from Outlook again."
            ) from error
    return outline.parsed(subject or stem_of(name))


@dataclass(frozen=True, slots=True)
class _Message:
    """One mail: the container and the folder that holds its properties."""

    container: olefile.OleFileIO
    folder: Folder

    def text(self, number: int) -> str:
        """A text property in Unicode or in the mail's code page, '' when there is none."""
        for kind in _STRING_TYPES:
            raw = self.raw(number, kind)
            if raw is not None and kind == "001F":
                return raw.decode("utf-16-le", "replace").rstrip("\x00")
            if raw is not None:
                return self.in_code_page(raw)
        return ""

    def in_code_page(self, raw: bytes) -> str:
        pages = self.numbers()
        page = pages.get(_MESSAGE_CODE_PAGE) or pages.get(_INTERNET_CODE_PAGE) or 0
        declared = decode_declared(raw, "utf-8" if page == _UTF8_CODE_PAGE else f"cp{page}")
        return raw.decode("cp1252", "replace") if declared is None else declared

    def raw(self, number: int, kind: str) -> bytes | None:
        return _stream(self.container, (*self.folder, f"__substg1.0_{number:04X}{kind}"))

    def numbers(self) -> dict[int, int]:
        """The properties of fixed size as 64-bit numbers."""
        table = _stream(self.container, (*self.folder, _PROPERTIES)) or b""
        start = _EMBEDDED_HEADER_BYTES if self.folder else _HEADER_BYTES
        whole = len(table[start:]) // _PROPERTY.size * _PROPERTY.size
        return {
            number: int.from_bytes(value, "little")
            for _, number, _, value in _PROPERTY.iter_unpack(table[start : start + whole])
        }

    def attachments(self) -> list[Folder]:
        depth = len(self.folder)
        folders = {
            tuple(path[: depth + 1])
            for path in self.container.listdir(streams=True, storages=True)
            if tuple(path[:depth]) == self.folder
            and len(path) > depth
            and path[depth].startswith(_ATTACHMENT_FOLDER)
        }
        return sorted(folders)[:_MAX_ATTACHMENTS]


def _fill(
    outline: Outline, message: _Message, name: str, limits: ReadLimits, read_member: MemberReader
) -> str:
    """Add one mail; returns its subject."""
    subject = " ".join(message.text(_SUBJECT).split())
    header = "\n".join(f"{key}: {value}" for key, value in _header(message, subject) if value)
    outline.add("paragraph", header, Location(part="header"))
    _add_body(outline, message, name)
    for folder in message.attachments():
        _add_attachment(outline, _Message(message.container, folder), name, limits, read_member)
    return subject


def _header(message: _Message, subject: str) -> list[tuple[str, str]]:
    sender = message.text(_SENDER_NAME)
    address = message.text(_SENDER_SMTP) or message.text(_SENDER_ADDRESS)
    if "@" in address and address != sender:
        sender = f"{sender} <{address}>".strip()
    numbers = message.numbers()
    return [
        ("From", sender),
        ("To", message.text(_TO)),
        ("Cc", message.text(_CC)),
        ("Date", _date(numbers.get(_SENT) or numbers.get(_DELIVERED) or 0)),
        ("Subject", subject),
    ]


def _date(ticks: int) -> str:
    """From tenths of microseconds since 1601 (FILETIME); '' for none and for nonsense."""
    if not 0 < ticks < 1 << 62:
        return ""
    try:
        return format_datetime(_EPOCH + timedelta(microseconds=ticks // 10))
    except OverflowError:
        return ""


def _add_body(outline: Outline, message: _Message, name: str) -> None:
    body = message.text(_BODY)
    if body.strip():
        for paragraph in body.replace("\r\n", "\n").split("\n\n"):
            outline.add("paragraph", paragraph.strip(), Location(part="body"))
        return
    raw = message.raw(_HTML, _BINARY_TYPE)
    html = message.in_code_page(raw) if raw is not None else message.text(_HTML)
    if html.strip():
        fill_from_html(outline, html, name, Location(part="body"))


def _add_attachment(
    outline: Outline, attached: _Message, name: str, limits: ReadLimits, read_member: MemberReader
) -> None:
    names = (attached.text(each) for each in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
    label = file_name(next(filter(None, names), "") or "attachment")
    if attached.container.exists([*attached.folder, _EMBEDDED]):
        _add_embedded(outline, attached, label, limits, read_member)
        return
    data = attached.raw(_ATTACHED, _BINARY_TYPE)
    if data:
        add_member(outline, data, label, limits, read_member)
    else:
        note_left_out(outline, f"{label!r} was left out: it is a link or empty.")


def _add_embedded(
    outline: Outline, attached: _Message, label: str, limits: ReadLimits, read_member: MemberReader
) -> None:
    """A mail inside of this mail is no file of its own: it lies in a folder of the same container."""
    inner = _Message(attached.container, (*attached.folder, _EMBEDDED))

    def read_embedded(data: bytes, name: str, inner_limits: ReadLimits) -> ParsedDocument:
        embedded = Outline()
        subject = _fill(embedded, inner, name, inner_limits, read_member)
        return embedded.parsed(subject or name)

    add_member(outline, b"", label, limits, read_embedded)


def _stream(container: olefile.OleFileIO, path: Folder) -> bytes | None:
    if not container.exists(list(path)):
        return None
    with container.openstream(list(path)) as stream:
        content: bytes = stream.read()
    return content
