"""Mail: the header first, then the body, then every attachment read as the file it is."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import PurePosixPath

from teaegg.core.documents import Block, Location, ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.cleaning import shown
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.html import fill_from_html
from teaegg.ingest.readers.text import decode

AttachmentReader = Callable[[bytes, str, ReadLimits], ParsedDocument]

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MAX_ATTACHMENTS = 200


def read(
    data: bytes, name: str, limits: ReadLimits, read_attachment: AttachmentReader
) -> ParsedDocument:
    """The title is the subject. An attachment that cannot be read leaves a note; the mail stays."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        outline = Outline()
        subject = _header(message, "Subject")
        outline.add("paragraph", _header_block(message), Location(part="header"))
        _add_body(outline, message, name)
        for attached in list(message.iter_attachments())[:_MAX_ATTACHMENTS]:
            _add_attachment(outline, attached, limits, read_attachment)
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise unreadable(
            name, f"it is not a readable mail ({error})", "Export it from the mail program again."
        ) from error
    return outline.parsed(subject or stem_of(name))


def _header_block(message: EmailMessage) -> str:
    lines = ((header, _header(message, header)) for header in _HEADERS)
    return "\n".join(f"{header}: {value}" for header, value in lines if value)


def _header(message: EmailMessage, name: str) -> str:
    # The parser of structured headers fails on careless mail; the raw value is better than none.
    try:
        value = " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        value = next(
            (str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), ""
        )
    if name == "Date" and value:
        try:
            return format_datetime(parsedate_to_datetime(value))
        except (ValueError, TypeError, IndexError):
            return value
    return value


def _add_body(outline: Outline, message: EmailMessage, name: str) -> None:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return
    text = _text_of(body)
    if body.get_content_subtype() == "html":
        fill_from_html(outline, text, name, Location(part="body"))
        return
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        outline.add("paragraph", paragraph.strip(), Location(part="body"))


def _text_of(part: MIMEPart) -> str:
    """The declared character set when it holds, else what the bytes look like."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(payload or "")
    charset = (part.get_content_charset() or "").lower()
    charset = "gb18030" if charset in ("gb2312", "gbk") else charset
    try:
        return payload.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return decode(payload, "mail body").text


def _add_attachment(
    outline: Outline, attached: MIMEPart, limits: ReadLimits, read_attachment: AttachmentReader
) -> None:
    label = (
        PurePosixPath(shown(attached.get_filename() or "attachment").replace("\\", "/")).name
        or "attachment"
    )
    if limits.nesting <= 0:
        outline.note(f"The attachment {label!r} is nested too deeply and was left out.")
        return
    inner_limits = replace(limits, nesting=limits.nesting - 1)
    try:
        parsed = read_attachment(_bytes_of(attached), _named(label, attached), inner_limits)
    except UnreadableDocumentError as error:
        outline.note(f"An attachment was left out. {error}")
        return
    for note in parsed.notes:
        outline.note(f"{label}: {note}")
    outline.blocks.extend(_attached(block, label) for block in parsed.blocks)


def _bytes_of(attached: MIMEPart) -> bytes:
    payload = attached.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0].as_bytes()
    decoded = attached.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _named(label: str, attached: MIMEPart) -> str:
    return f"{label}.eml" if attached.get_content_type() == "message/rfc822" else label


def _attached(block: Block, label: str) -> Block:
    part = f"{label}/{block.location.part}" if block.location.part else label
    return replace(block, location=replace(block.location.within(label), part=part))
