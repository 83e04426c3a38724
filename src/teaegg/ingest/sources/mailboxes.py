"""Mail in folders of an IMAP server (RFC 3501), read without leaving a trace there.

Folders are opened with EXAMINE and messages fetched with BODY.PEEK: no flag changes, nothing is
marked as seen. A message never changes under its UID while the folder's UIDVALIDITY stays.
"""

from __future__ import annotations

import asyncio
import base64
import imaplib
import ipaddress
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote

from teaegg.core.errors import InvalidRequestError, NotFoundError, SourceUnavailableError
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.addresses import Address, SecretOf
from teaegg.ingest.sources.base import Content, Reading, SourceFile, SourceItem, too_large
from teaegg.ingest.sources.names import safe

Result = TypeVar("Result")

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_LISTED = re.compile(rb'^\(([^)]*)\) (?:"[^"]*"|NIL) (.+)$')


@dataclass(frozen=True, slots=True)
class Login:
    """Where and as whom. `encrypted`: TLS from the first byte; else STARTTLS."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool


class MailSource:
    """One folder (`imaps://user:${NAME}@host/INBOX`), or all whose names begin so (`.../Orders*`)."""

    def __init__(self, address: Address, settings: SourceSettings, secret_of: SecretOf) -> None:
        address.only()
        self.root = address.root
        self._folder = unquote(address.url.path.strip("/")) or "INBOX"
        self._settings = settings
        encrypted = address.scheme == "imaps"
        self._login = Login(
            host=address.url.hostname or "",
            port=address.url.port or (993 if encrypted else 143),
            user=address.user(secret_of),
            password=address.password(secret_of),
            encrypted=encrypted,
        )
        if not (self._login.host and self._login.user):
            raise InvalidRequestError(
                f"{self.root} names no server or no user.",
                remedy="Write imaps://user:${NAME}@host/FOLDER.",
            )
        self._turn = asyncio.Lock()
        self._server: imaplib.IMAP4 | None = None
        self._opened = ("", "")

    async def look(self, known: Mapping[str, str]) -> list[SourceItem]:
        """Raises as `Source.look` says."""
        return await self._asked(self._look)

    async def read(self, file: SourceFile, known_mark: str, *, limit_bytes: int) -> Reading:
        return await self._asked(lambda server: self._read(server, file, limit_bytes))

    async def close(self) -> None:
        async with self._turn:
            await asyncio.to_thread(self._hang_up)

    async def _asked(self, ask: Callable[[imaplib.IMAP4], Result]) -> Result:
        """One question at a time over one connection; after an error the next one begins anew."""
        async with self._turn:
            try:
                return await asyncio.to_thread(lambda: ask(self._connected()))
            except (imaplib.IMAP4.error, OSError, ssl.SSLError) as error:
                await asyncio.to_thread(self._hang_up)
                raise SourceUnavailableError(
                    f"{self.root} did not answer: {error}.",
                    remedy="Check server, user and password, or try again later.",
                ) from error

    def _connected(self) -> imaplib.IMAP4:
        if self._server is None:
            self._server = _connect(self._login, self._settings.request_timeout_seconds)
        return self._server

    def _hang_up(self) -> None:
        server, self._server, self._opened = self._server, None, ("", "")
        if server is None:
            return
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            # The line is dead already, which is what was wanted.
            server.shutdown()

    def _look(self, server: imaplib.IMAP4) -> list[SourceItem]:
        items: list[SourceItem] = []
        for folder in self._folders(server):
            self._opened = ("", "")
            validity = self._examine(server, folder)
            for uid, size in _messages(server):
                name = f"{self._login.host}/{decoded(folder)}/{validity}-{uid}.eml"
                items.append(
                    SourceFile(
                        root=self.root,
                        source=safe(name),
                        address=f"{folder}\n{validity}\n{uid}",
                        size_bytes=size,
                        mark=f"{validity}-{uid}",
                    )
                )
            if len(items) > self._settings.max_files:
                raise SourceUnavailableError(
                    f"{self.root} holds more than {self._settings.max_files} messages.",
                    remedy="Narrow it, or raise sources.max_files.",
                )
        # Opened anew for reading: until then a server may show messages that are gone.
        self._opened = ("", "")
        return items

    def _folders(self, server: imaplib.IMAP4) -> list[str]:
        if not self._folder.endswith("*"):
            return [encoded(self._folder)]
        _, lines = server.list('""', _quoted(encoded(self._folder[:-1]) + "*"))
        return sorted(_folder_names(line for line in lines if isinstance(line, bytes)))

    def _examine(self, server: imaplib.IMAP4, folder: str) -> str:
        """Open a folder for reading only; returns its UIDVALIDITY."""
        if self._opened[0] == folder:
            return self._opened[1]
        status, _ = server.select(_quoted(folder), readonly=True)
        if status != "OK":
            raise NotFoundError(
                f"{self.root}: there is no folder {decoded(folder)!r}.",
                remedy="Check its name; folders below others are written as the server does.",
            )
        _, values = server.response("UIDVALIDITY")
        validity = values[0].decode("ascii") if values and values[0] else "0"
        self._opened = (folder, validity)
        return validity

    def _read(self, server: imaplib.IMAP4, file: SourceFile, limit_bytes: int) -> Reading:
        folder, validity, uid = file.address.split("\n")
        if self._examine(server, folder) != validity:
            raise SourceUnavailableError(
                f"The folder of {file.source} was rebuilt meanwhile.", remedy="Learn it again."
            )
        _, parts = server.uid("FETCH", uid, f"(UID BODY.PEEK[]<0.{limit_bytes + 1}>)")
        body = next((part[1] for part in parts if isinstance(part, tuple)), None)
        if body is None:
            return "gone"
        if len(body) > limit_bytes:
            raise too_large(file.source, limit_bytes)
        return Content(bytes(body), file.mark)


def _connect(login: Login, timeout_seconds: float) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    server: imaplib.IMAP4
    if login.encrypted:
        server = imaplib.IMAP4_SSL(
            login.host, login.port, ssl_context=context, timeout=timeout_seconds
        )
    else:
        server = imaplib.IMAP4(login.host, login.port, timeout=timeout_seconds)
        if not _is_this_machine(login.host):
            # Without encryption the password would be readable on the way: an error is better.
            server.starttls(context)
    server.login(login.user, login.password)
    return server


def _messages(server: imaplib.IMAP4) -> Iterator[tuple[int, int]]:
    """(UID, bytes) of all messages in the open folder that are not marked as deleted."""
    _, told = server.uid("FETCH", "1:*", "(UID RFC822.SIZE FLAGS)")
    for line in told:
        text = b"".join(line) if isinstance(line, tuple) else line
        uid = _UID.search(text or b"")
        if uid is None or text is None:
            continue
        flags = _FLAGS.search(text)
        if flags is None or b"\\deleted" not in flags[1].lower():
            size = _SIZE.search(text)
            yield int(uid[1]), int(size[1]) if size else 0


def _folder_names(lines: Iterator[bytes]) -> Iterator[str]:
    for line in lines:
        found = _LISTED.match(line)
        if found and b"\\noselect" not in found[1].lower():
            name = found[2].decode("ascii", "replace")
            quoted = name.startswith('"') and name.endswith('"')
            yield re.sub(r"\\(.)", r"\1", name[1:-1]) if quoted else name


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _quoted(folder: str) -> str:
    if "\r" in folder or "\n" in folder:
        raise InvalidRequestError(f"{folder!r} is no name of a folder.", remedy="Correct it.")
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def encoded(folder: str) -> str:
    """A folder's name in the modified UTF-7 of RFC 3501, 5.1.3."""
    return re.sub(r"&|[^\x20-\x7e]+", lambda found: _encoded_run(found[0]), folder)


def decoded(folder: str) -> str:
    """The name that people see."""
    return re.sub(r"&([^-]*)-", lambda found: _decoded_run(found[1]), folder)


def _encoded_run(text: str) -> str:
    if text == "&":
        return "&-"
    body = base64.b64encode(text.encode("utf-16-be")).decode("ascii")
    return f"&{body.rstrip('=').replace('/', ',')}-"


def _decoded_run(body: str) -> str:
    if not body:
        return "&"
    padded = body.replace(",", "/") + "=" * (-len(body) % 4)
    return base64.b64decode(padded).decode("utf-16-be", "replace")
