"""From the address that a person wrote to the source behind it: a closed list."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal
from urllib.parse import urlunsplit

from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.addresses import (
    LIST,
    Address,
    SecretOf,
    filled,
    is_address,
    local_path,
    parse_address,
)
from teaegg.ingest.sources.base import Source
from teaegg.ingest.sources.databases.source import DatabaseSource
from teaegg.ingest.sources.folders import FolderSource
from teaegg.ingest.sources.mailboxes import MailSource
from teaegg.ingest.sources.permissions import FollowPermissions, known_readers
from teaegg.ingest.sources.stores import StoreSource
from teaegg.ingest.sources.web.fetching import Fetcher
from teaegg.ingest.sources.web.hosts import NamedHosts
from teaegg.ingest.sources.web.source import WebSource, listed_pages

SourceKind = Literal["folder", "web", "mail", "database", "store"]


async def open_source(
    text: str,
    settings: SourceSettings,
    clock: Clock,
    secret_of: SecretOf,
    *,
    permissions: FollowPermissions = "record",
) -> Source:
    """The source at `text`: a path, `list:FILE` (web addresses, one a line) or a URL.

    Raises InvalidRequestError for an address that cannot be understood, SettingsError for a secret
    or a package that is missing, NotFoundError for a list that is not there.
    """
    if not is_address(text):
        followed = known_readers(settings.readers) if permissions == "follow" else None
        return FolderSource(local_path(text), followed)
    if permissions == "follow":
        raise InvalidRequestError(
            f"Sources of kind {text.partition(':')[0]} do not say who may read what.",
            remedy="Only permissions of files on this machine can be followed.",
        )
    if text.startswith(f"{LIST}:"):
        return await _web_list(local_path(text.partition(":")[2]), settings, clock)
    address = parse_address(text)
    match kind_of(text):
        case "web":
            return _web_pages(address, settings, clock, secret_of)
        case "mail":
            return MailSource(address, settings, secret_of)
        case "database":
            return DatabaseSource(address, settings, clock, secret_of)
        case _:
            return StoreSource(address, settings, secret_of)


def kind_of(text: str) -> SourceKind:
    """What the address leads to, by its first word."""
    if not is_address(text):
        return "folder"
    match text.partition(":")[0].lower().partition("+")[0]:
        case "http" | "https" | "list":
            return "web"
        case "imap" | "imaps":
            return "mail"
        case "sqlite" | "postgresql" | "mysql" | "mariadb":
            return "database"
        case _:
            return "store"


def _web_pages(
    address: Address, settings: SourceSettings, clock: Clock, secret_of: SecretOf
) -> Source:
    address.only("bearer")
    host = address.url.netloc.rpartition("@")[2]
    if not host:
        raise InvalidRequestError(f"{address.root} names no host.", remedy="Correct the address.")
    page = urlunsplit((address.scheme, host, address.url.path or "/", address.url.query, ""))
    fetcher = Fetcher(
        NamedHosts.of((page,), settings.allowed_hosts),
        settings,
        clock,
        authorization=_authorization(address, secret_of),
    )
    return WebSource(address.root, (page,), fetcher, settings)


async def _web_list(path: Path, settings: SourceSettings, clock: Clock) -> Source:
    pages = await listed_pages(path)
    fetcher = Fetcher(NamedHosts.of(pages, settings.allowed_hosts), settings, clock)
    return WebSource(f"{LIST}:{path}", pages, fetcher, settings)


def _authorization(address: Address, secret_of: SecretOf) -> str:
    """The value of the header (RFC 7617, RFC 6750), or "" without credentials."""
    if token := address.option("bearer"):
        return f"Bearer {filled(token, secret_of)}"
    user = address.user(secret_of)
    if not user:
        return ""
    pair = f"{user}:{address.password(secret_of)}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"
