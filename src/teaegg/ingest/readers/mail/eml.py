"""Mail: the header first, then the body, then every attachment read as the file it is."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from email.utils import format_datetime, parsedate_to_datetime
from typing import cast

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.encodings import decode, decode_declared
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.nested import MemberReader, add_member, file_name
from teaegg.ingest.readers.web.html import fill_from_html

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MAX_ATTACHMENTS = 200
_HEADER_CHARACTERS = 20_000


class _BoundedPolicy(email.policy.EmailPolicy):
    """The library's parser takes time with the square of a header's length: minutes for a megabyte."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        parsed: str = super().header_fetch_parse(name, value[:_HEADER_CHARACTERS])
        return parsed


_POLICY = cast("email.policy.EmailPolicy[EmailMessage]", _BoundedPolicy())


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """The title is the subject. An attachment that cannot be read leaves a note; the mail stays."""
    try:
        message = email.message_from_bytes(data, policy=_POLICY)
        outline = Outline()
        subject = _header(message, "Subject")
        outline.add("paragraph", _header_block(message), Location(part="header"))
        _add_body(outline, message, name)
        for attached in list(message.iter_attachments())[:_MAX_ATTACHMENTS]:
            add_member(outline, _bytes_of(attached), _label(attached), limits, read_member)
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
    except (ValueError, ArithmeticError, AttributeError, TypeError, LookupError):
        value = next(
            (str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), ""
        )
    if name == "Date" and value:
        try:
            return format_datetime(parsedate_to_datetime(value))
        except (ValueError, ArithmeticError, TypeError, IndexError):
            return value
    return value


def _add_body(outline: Outline, message: EmailMessage, name: str) -> None:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return
    text = _text_of(body, name)
    if body.get_content_subtype() == "html":
        fill_from_html(outline, text, name, Location(part="body"))
        return
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        outline.add("paragraph", paragraph.strip(), Location(part="body"))


def _text_of(part: MIMEPart, name: str) -> str:
    """The declared character set when it holds, else what the bytes look like."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(payload or "")
    declared = decode_declared(payload, part.get_content_charset() or "")
    return decode(payload, name).text if declared is None else declared


def _bytes_of(attached: MIMEPart) -> bytes:
    payload = attached.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0].as_bytes()
    decoded = attached.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _label(attached: MIMEPart) -> str:
    name = file_name(attached.get_filename() or "attachment")
    return f"{name}.eml" if attached.get_content_type() == "message/rfc822" else name
