"""Customer mails as .eml files; the texts stand in text/mails.toml."""

from __future__ import annotations

import io
import tomllib
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import formataddr
from html import escape
from typing import Any

import docx_out
from kit import TEXT, blocks, clean_zip, read_text
from sheets_small import small_csv, small_workbook

WORD = "application", "vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _html(text: str) -> str:
    parts = []
    for block in blocks(text):
        if block.kind == "table":
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>"
                for row in block.rows
            )
            parts.append(f'<table border="1" cellpadding="4">{rows}</table>')
        else:
            parts.append(f"<p>{escape(block.text)}</p>")
    return "<html><body>" + "".join(parts) + "</body></html>"


def _attach(mail: EmailMessage, kind: str, name: str, source: str) -> None:
    if kind == "xlsx":
        mail.add_attachment(
            small_workbook(source), maintype=SHEET[0], subtype=SHEET[1], filename=name
        )
    elif kind == "csv":
        mail.add_attachment(small_csv(source), maintype="text", subtype="csv", filename=name)
    elif kind == "docx":
        body = docx_out.build(read_text(source), name.removesuffix(".docx"), page_per_chapter=False)
        mail.add_attachment(clean_zip(body), maintype=WORD[0], subtype=WORD[1], filename=name)
    else:
        raise SystemExit(f"unknown attachment kind {kind!r}")


def _address(pair: list[str], charset: str) -> str:
    return formataddr((pair[0], pair[1]), charset)


def _mail(entry: dict[str, Any]) -> bytes:
    charset = entry.get("charset", "utf-8")
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    mail["Message-ID"] = f"<{entry['id']}@mail.example.com>"
    mail["Date"] = entry["date"]
    for name in ("From", "To", "Subject"):  # _headers() writes the real values
        mail[name] = "x"
    if "reply_to" in entry:
        mail["In-Reply-To"] = mail["References"] = f"<{entry['reply_to']}@mail.example.com>"
    mail.set_content(entry["text"].strip() + "\n", charset=charset, cte="base64")
    if entry.get("html"):
        mail.add_alternative(_html(entry["text"]), subtype="html", charset=charset, cte="base64")
    for item in entry.get("attach", []):
        _attach(mail, item["kind"], item["name"], item["source"])
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        part.set_boundary(f"=_qinghe_{entry['id']}_{number}")
    return _headers(mail.as_bytes(), entry, charset)


def _headers(data: bytes, entry: dict[str, Any], charset: str) -> bytes:
    """Write names and subject in RFC 2047 form, in the charset the sender uses."""
    lines = {
        b"Subject": Header(entry["subject"], charset, header_name="Subject").encode(),
        b"From": _address(entry["from"], charset),
        b"To": _address(entry["to"], charset),
    }
    head, _, body = data.partition(b"\r\n\r\n")
    kept: list[bytes] = []
    skip = False
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            if not skip:
                kept.append(line)
            continue
        name = line.split(b":", 1)[0]
        skip = name in lines
        if skip:
            kept.append(name + b": " + lines[name].replace("\n", "\r\n").encode("ascii"))
        else:
            kept.append(line)
    out = io.BytesIO()
    out.write(b"\r\n".join(kept) + b"\r\n\r\n" + body)
    return out.getvalue()


def all_mails() -> dict[str, bytes]:
    """File name -> bytes of every mail."""
    entries = tomllib.loads((TEXT / "mails.toml").read_text(encoding="utf-8"))["mail"]
    return {f"{entry['file']}.eml": _mail(entry) for entry in entries}
