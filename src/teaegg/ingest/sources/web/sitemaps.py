"""Sitemaps (sitemaps.org, protocol 0.9): the pages and further sitemaps that one names."""

from __future__ import annotations

from typing import NamedTuple

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from teaegg.core.errors import UnreadableDocumentError

_START_BYTES = 2048


class Sitemap(NamedTuple):
    """Addresses of pages, and of sitemaps below this one."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def is_sitemap(data: bytes) -> bool:
    start = data[:_START_BYTES]
    return b"<urlset" in start or b"<sitemapindex" in start


def read_sitemap(data: bytes, url: str) -> Sitemap:
    """Raises UnreadableDocumentError when it is no well-formed sitemap; entities are refused."""
    try:
        top = ElementTree.fromstring(data)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableDocumentError(
            f"The sitemap {url} cannot be read: {error}.", remedy="Have it corrected."
        ) from error
    pages: list[str] = []
    sitemaps: list[str] = []
    for entry in top:
        place = next((child for child in entry if _name(child.tag) == "loc"), None)
        url = "" if place is None else (place.text or "").strip()
        if url:
            (sitemaps if _name(entry.tag) == "sitemap" else pages).append(url)
    return Sitemap(tuple(dict.fromkeys(pages)), tuple(dict.fromkeys(sitemaps)))


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]
