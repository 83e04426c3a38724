"""A web page, a list of addresses in a text file, or all pages of a sitemap."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from teaegg.core.errors import (
    NotFoundError,
    SourceUnavailableError,
    UnreadableDocumentError,
)
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.base import (
    Content,
    Reading,
    SourceFile,
    SourceItem,
    SourceProblem,
)
from teaegg.ingest.sources.names import safe
from teaegg.ingest.sources.web.fetching import Fetcher, Page
from teaegg.ingest.sources.web.sitemaps import MAX_BYTES, Sitemap, is_sitemap, read_sitemap

_HTML_START_BYTES = 1024
# What stands behind the last dot of addresses that give no web page.
_FILES = frozenset(
    "pdf doc docx xls xlsx ppt pptx csv tsv txt zip ofd wps epub msg eml json png jpg jpeg webp tiff".split()
)


class WebSource:
    """Pages of hosts that a person named. `pages` are what was named; a sitemap names further ones."""

    def __init__(
        self, root: str, pages: Sequence[str], fetcher: Fetcher, settings: SourceSettings
    ) -> None:
        self.root = root
        self._pages = pages
        self._fetcher = fetcher
        self._settings = settings
        self._fetched: dict[str, Page] = {}

    async def look(self, known: Mapping[str, str]) -> list[SourceItem]:
        """The named pages. A single one is fetched at once: it may be a sitemap.

        Raises SourceUnavailableError when that one, or a sitemap, cannot be had now.
        """
        self._fetched.clear()
        pages = list(dict.fromkeys(_plain(page) for page in self._pages))
        if len(pages) == 1:
            return await self._look_at(pages[0], known)
        return [self._file(page) for page in pages]

    async def read(self, file: SourceFile, known_mark: str, *, limit_bytes: int) -> Reading:
        page = self._fetched.pop(file.address, None)
        if page is None or len(page.data) > limit_bytes:
            page = await self._fetcher.get(file.address, limit_bytes=limit_bytes, mark=known_mark)
        if page.is_gone:
            return "gone"
        if page.is_unchanged:
            return "unchanged"
        _require_expected(page, file)
        return Content(page.data, page.mark)

    async def close(self) -> None:
        await self._fetcher.close()

    async def _look_at(self, url: str, known: Mapping[str, str]) -> list[SourceItem]:
        file = self._file(url)
        try:
            page = await self._fetcher.get(
                url, limit_bytes=MAX_BYTES, mark=known.get(file.source, "")
            )
        except UnreadableDocumentError:
            # Reading it fails in the same way, and says so of this file.
            return [file]
        if not is_sitemap(page.data):
            self._fetched[url] = page
            return [file]
        return await self._listed(page)

    async def _listed(self, first: Page) -> list[SourceItem]:
        """The pages of a sitemap and of all sitemaps below it, each sitemap once."""
        waiting, seen = [first], {first.url}
        items: dict[str, SourceItem] = {}
        while waiting:
            page = waiting.pop()
            sitemap = _read(page)
            for url in map(_plain, sitemap.pages):
                items[url] = self._file(url)
            fresh = [url for url in map(_plain, sitemap.sitemaps) if url not in seen]
            seen.update(fresh)
            if len(items) + len(seen) > self._settings.max_files:
                raise too_many(self.root, self._settings.max_files)
            for url in fresh:
                try:
                    waiting.append(await self._fetcher.get(url, limit_bytes=MAX_BYTES))
                except UnreadableDocumentError as error:
                    items[url] = SourceProblem(self.root, _name(url), str(error))
        return [items[url] for url in sorted(items)]

    def _file(self, url: str) -> SourceFile:
        return SourceFile(root=self.root, source=_name(url), address=url)


async def listed_pages(path: Path) -> list[str]:
    """The addresses in a text file, one a line; `#` begins a remark.

    Raises NotFoundError when there is none, UnreadableDocumentError for a line that is no address.
    """
    try:
        text = await asyncio.to_thread(path.read_text, "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(
            f"The list {path} cannot be read: {error}.", remedy="Check path and encoding (UTF-8)."
        ) from error
    lines = (line.strip() for line in text.splitlines())
    pages = [line for line in lines if line and not line.startswith("#")]
    wrong = next((page for page in pages if not page.startswith(("http://", "https://"))), None)
    if wrong is not None:
        raise UnreadableDocumentError(
            f"The list {path} holds {wrong[:80]!r}, which is no web address.",
            remedy="Write one http:// or https:// address a line.",
        )
    return pages


def too_many(root: str, limit: int) -> SourceUnavailableError:
    """Half a listing would look like files that vanished: none is better."""
    return SourceUnavailableError(
        f"{root} lists more than {limit} files.", remedy="Narrow it, or raise sources.max_files."
    )


def _read(page: Page) -> Sitemap:
    """A sitemap that is broken says nothing about which pages there are: not that there are none."""
    try:
        return read_sitemap(page.data, page.url)
    except UnreadableDocumentError as error:
        raise SourceUnavailableError(error.message, remedy=error.remedy) from error


def _require_expected(page: Page, file: SourceFile) -> None:
    """A page to sign in, or one that says "not found" politely, is not the file that was meant."""
    ending = urlsplit(file.address).path.rpartition("/")[2].rpartition(".")[2].lower()
    start = page.data[:_HTML_START_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if ending in _FILES and start.startswith((b"<!doctype html", b"<html")):
        raise SourceUnavailableError(
            f"{file.address} gives a web page where a file ({ending}) was expected.",
            remedy="Open it in a browser: it may ask to sign in, or tell an error.",
        )


def _plain(url: str) -> str:
    return url.strip().partition("#")[0]


def _name(url: str) -> str:
    """Host and path, readable: the name under which people know the page."""
    parts = urlsplit(url)
    query = f"?{unquote(parts.query)}" if parts.query else ""
    return safe(f"{parts.netloc.rpartition('@')[2]}{unquote(parts.path) or '/'}{query}")
