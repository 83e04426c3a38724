"""Sitemaps (sitemaps.org, protocol 0.9): the pages and further sitemaps that one names.

They may be packed (sitemap.xml.gz); what they unpack to is bounded as the protocol bounds it.
"""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import NamedTuple

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from teaegg.core.errors import UnreadableDocumentError

MAX_BYTES = 50 * 1024**2
"""What the protocol allows a sitemap, unpacked."""
_START_BYTES = 2048
_PACKED = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Sitemap(NamedTuple):
    """Addresses of pages, and of sitemaps below this one."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def is_sitemap(data: bytes) -> bool:
    """Whether `data`, packed or not, begins like one. A packed file of another kind is none."""
    start = data[:_START_BYTES]
    if start.startswith(_PACKED):
        try:
            # Unlike gzip, this gives the beginning of a file that is cut off too.
            start = zlib.decompressobj(_GZIP_WINDOW).decompress(data, _START_BYTES)
        except zlib.error:
            return False
    return b"<urlset" in start or b"<sitemapindex" in start


def read_sitemap(data: bytes, url: str) -> Sitemap:
    """Raises UnreadableDocumentError when it is no well-formed sitemap, or unpacks to more than
    `MAX_BYTES`; entities are refused."""
    try:
        text = _unpacked(data, MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise UnreadableDocumentError(
                f"The sitemap {url} unpacks to more than {MAX_BYTES} bytes.",
                remedy="Have it split, as the protocol asks.",
            )
        top = ElementTree.fromstring(text)
    except (
        ElementTree.ParseError,
        DefusedXmlException,
        ValueError,
        OSError,
        EOFError,
        zlib.error,
    ) as error:
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


def _unpacked(data: bytes, limit_bytes: int) -> bytes:
    """At most the first `limit_bytes` of what `data` holds; the packed rest is never unpacked."""
    if not data.startswith(_PACKED):
        return data[:limit_bytes]
    with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
        return stream.read(limit_bytes)


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]
