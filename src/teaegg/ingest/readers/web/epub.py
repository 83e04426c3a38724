"""Electronic books (EPUB 2 and 3): chapters in the order of the book's own spine."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from teaegg.core.documents import ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.archives import damaged, open_container
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.web.html import decode_page, fill_from_html

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/encryption.xml"
# Fonts may be obfuscated in an honest book; everything else that is enciphered is locked.
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Title and order come from the package file; headings from the chapters themselves.

    Raises UnreadableDocumentError for books that are damaged or locked by rights management.
    """
    with open_container(data, name, limits, forbids_entities=False) as archive:
        try:
            _check_rights(archive, name)
            package = _package_path(archive)
            root = fromstring(archive.read(package))
            outline = Outline()
            for chapter in _chapters(root, package):
                _add_chapter(outline, archive, chapter, name)
        except UnreadableDocumentError:
            raise
        except (
            KeyError,
            ValueError,
            ParseError,
            DefusedXmlException,
            zipfile.BadZipFile,
        ) as error:
            raise damaged(name, error) from error
    titles = (element.text or "" for element in root.iter() if _local(element) == "title")
    return outline.parsed(next(titles, "").strip() or outline.first_heading() or stem_of(name))


def _check_rights(archive: zipfile.ZipFile, name: str) -> None:
    if _RIGHTS not in archive.namelist():
        return
    methods = [
        element.get("Algorithm", "")
        for element in fromstring(archive.read(_RIGHTS)).iter()
        if _local(element) == "EncryptionMethod"
    ]
    if not set(methods) <= set(_FONT_ALGORITHMS):
        raise unreadable(
            name, "it is locked by digital rights management", "Get a copy that is not locked."
        )


def _package_path(archive: zipfile.ZipFile) -> str:
    for element in fromstring(archive.read(_CONTAINER)).iter():
        if _local(element) == "rootfile" and element.get("full-path"):
            return str(element.get("full-path"))
    raise ValueError("it names no package file")


def _chapters(package: Element, path: str) -> list[str]:
    """The files of the chapters in reading order, each once."""
    files: dict[str, str] = {}
    order: list[str] = []
    for element in package.iter():
        if _local(element) == "item" and element.get("media-type") in _CHAPTER_TYPES:
            files[element.get("id", "")] = unquote(element.get("href", ""))
        elif _local(element) == "itemref":
            order.append(element.get("idref", ""))
    folder = posixpath.dirname(path)
    named = [
        posixpath.normpath(posixpath.join(folder, files[each])) for each in order if each in files
    ]
    return list(dict.fromkeys(named))


def _add_chapter(outline: Outline, archive: zipfile.ZipFile, chapter: str, name: str) -> None:
    try:
        page = archive.read(chapter)
    except KeyError:
        outline.note(f"The chapter {chapter!r} is missing.")
        return
    if not page.strip():
        return
    outline.close_headings()
    text, note = decode_page(page, name)
    if note:
        outline.note(note)
    chapter_outline = Outline()
    title = fill_from_html(chapter_outline, text, name)
    # Without a heading of its own a chapter goes by the title of its page.
    if title and not chapter_outline.first_heading():
        outline.heading(title, 1)
    for each in chapter_outline.notes:
        outline.note(each)
    outline.blocks.extend(
        replace(block, location=block.location.within(*outline.path))
        for block in chapter_outline.blocks
    )


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
