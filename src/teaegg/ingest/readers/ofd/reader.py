"""OFD documents page by page: text with its places, scanned pages by OCR, attachments as files."""

from __future__ import annotations

import zipfile
import zlib
from xml.etree.ElementTree import Element

from teaegg.core.documents import Location, ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.archives import damaged, open_container
from teaegg.ingest.readers.base import Box, Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.nested import MemberReader, add_member, file_name, note_left_out
from teaegg.ingest.readers.ocr import PictureReader
from teaegg.ingest.readers.ofd.drawing import Drawing
from teaegg.ingest.readers.ofd.lines import fractions, lines_of
from teaegg.ingest.readers.ofd.package import (
    BrokenPackageError,
    Package,
    Part,
    children,
    descendants,
    numbers,
    resolved,
    text_of,
)
from teaegg.ingest.readers.pdf.furniture import without_furniture
from teaegg.ingest.readers.pdf.layout import PageContent, body_size, paragraphs, typeface

_A4: Box = (0, 0, 210, 297)
_TITLE_AMONG_FIRST = 4
# What a reader program draws over a page, and links, which show nothing of their own.
_NOT_READ_ANNOTATIONS = frozenset(("Watermark", "Link"))


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """Every block knows its page and its box. Signatures are not looked at.

    Raises UnreadableDocumentError for packages that are damaged, enciphered or without any text.
    """
    with open_container(data, name, limits) as archive:
        try:
            return _Reading(Package(archive), limits, read_member).parsed(name)
        except UnreadableDocumentError:
            raise
        except BrokenPackageError as error:
            raise unreadable(
                name, str(error), "Save it again from the program that made it."
            ) from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            OverflowError,
        ) as error:
            raise damaged(name, error) from error


class _Reading:
    """One pass over all documents of a package; pages are numbered through."""

    def __init__(self, package: Package, limits: ReadLimits, read_member: MemberReader) -> None:
        self._package = package
        self._limits = limits
        self._read_member = read_member
        self._outline = Outline()
        self._pictures = PictureReader(limits)
        self._pages: list[PageContent] = []
        self._seen: dict[int, list[tuple[str, Box]]] = {}

    def parsed(self, name: str) -> ParsedDocument:
        title = ""
        attachments: list[Part] = []
        for body, document in self._package.documents():
            if next(descendants(body, "Encryptions"), None) is not None:
                raise unreadable(
                    name, "it is protected by a password", "Remove the password and learn it again."
                )
            title = title or text_of(body, "Title")
            self._add_pages(_Document(self._package, document), name)
            attachments.append(document)
        self._add_blocks()
        for document in attachments:
            self._add_attachments(document)
        for note in self._pictures.notes:
            self._outline.note(note)
        if not self._outline.blocks:
            raise unreadable(
                name, "no text was found on its pages", "Save it as PDF, or scan it again."
            )
        head = self._outline.blocks[:_TITLE_AMONG_FIRST]
        headings = (block.text for block in head if block.kind == "heading")
        return self._outline.parsed(next(headings, "") or title or stem_of(name))

    def _add_pages(self, document: _Document, name: str) -> None:
        pages = document.pages()
        if len(self._pages) + len(pages) > self._limits.max_pages:
            raise unreadable(
                name, f"it has more than {self._limits.max_pages} pages", "Split it into parts."
            )
        for page in pages:
            number = len(self._pages) + 1
            try:
                drawing, box = document.drawn(page)
            except BrokenPackageError as error:
                note_left_out(self._outline, f"Page {number} was left out: {error}.")
                self._pages.append(PageContent(number))
                continue
            if drawing.hidden:
                self._outline.note("Hidden text was left out.")
            self._pages.append(PageContent(number, list(lines_of(drawing.runs, box))))
            self._seen[number] = self._read_pictures(document, drawing, box)

    def _read_pictures(
        self, document: _Document, drawing: Drawing, page: Box
    ) -> list[tuple[str, Box]]:
        found = []
        for picture in drawing.pictures:
            content = document.picture(picture.resource)
            if content:
                place = fractions(picture.box, page)
                found += [(text, place) for text in self._pictures.paragraphs(content)]
        return found

    def _add_blocks(self) -> None:
        pages = without_furniture(self._pages)
        face = typeface(pages, body_size(pages))
        for page in pages:
            for paragraph in paragraphs(page.lines, face):
                place = Location(page=page.number, box=paragraph.box)
                if paragraph.level:
                    self._outline.heading(paragraph.text, paragraph.level, place)
                else:
                    self._outline.add("paragraph", paragraph.text, place)
            for text, box in self._seen.get(page.number, []):
                place = Location(page=page.number, box=box)
                self._outline.add("caption" if page.lines else "paragraph", text, place)

    def _add_attachments(self, document: Part) -> None:
        location = text_of(document.root, "Attachments")
        if not location:
            return
        try:
            listed = self._package.part(location, document.path)
        except BrokenPackageError as error:
            note_left_out(self._outline, f"The attachments were left out: {error}.")
            return
        for attachment in children(listed.root, "Attachment"):
            if attachment.get("Visible", "true").lower() == "false":
                continue
            path = resolved(text_of(attachment, "FileLoc"), listed.path)
            label = file_name(attachment.get("Name") or path)
            if "." not in label and "." in file_name(path):
                label += "." + path.rpartition(".")[2]
            try:
                content = self._package.read(path)
            except BrokenPackageError as error:
                note_left_out(self._outline, f"{label!r} was left out: {error}.")
                continue
            add_member(self._outline, content, label, self._limits, self._read_member)


class _Document:
    """One document of the package: its pages, templates, annotations and resources."""

    def __init__(self, package: Package, part: Part) -> None:
        self._package = package
        self._part = part
        self._templates: dict[str, str] = {}
        self._drawn_templates: set[str] = set()
        self._media: dict[str, str] = {}
        self._composites: dict[str, Element] = {}
        self._annotations = self._annotation_parts()
        common = next(descendants(part.root, "CommonData"), None)
        self._box = _page_box(common)
        if common is not None:
            self._templates = {
                template.get("ID", ""): template.get("BaseLoc", "")
                for template in children(common, "TemplatePage")
            }
            for kind in ("PublicRes", "DocumentRes"):
                for resource in children(common, kind):
                    self._read_resources(resource.text or "")

    def pages(self) -> list[Element]:
        return [
            page for group in children(self._part.root, "Pages") for page in children(group, "Page")
        ]

    def drawn(self, page: Element) -> tuple[Drawing, Box]:
        """What a person sees of a page, and the page's box. Raises BrokenPackageError.

        The words of a template are taken from the first page that uses it: they are the labels of a
        form, or a letterhead that says the same on every page.
        """
        part = self._package.part(page.get("BaseLoc", ""), self._part.path)
        drawing = Drawing(self._composites)
        for template in children(part.root, "Template"):
            number = template.get("TemplateID", "")
            if number in self._templates and number not in self._drawn_templates:
                self._drawn_templates.add(number)
                drawing.add(self._package.part(self._templates[number], self._part.path).root)
        drawing.add(part.root)
        for location in self._annotations.get(page.get("ID", ""), []):
            self._add_annotations(drawing, location)
        drawing.finish()
        area = next(children(part.root, "Area"), None)
        return drawing, _page_box(area) if area is not None else self._box

    def picture(self, resource: str) -> bytes:
        """The bytes of a picture, b'' when the package does not hold it."""
        path = self._media.get(resource)
        try:
            return self._package.read(path) if path else b""
        except BrokenPackageError:
            return b""

    def _annotation_parts(self) -> dict[str, list[str]]:
        """The annotation files of every page, by the page's number."""
        location = text_of(self._part.root, "Annotations")
        found: dict[str, list[str]] = {}
        if not location:
            return found
        try:
            listed = self._package.part(location, self._part.path)
        except BrokenPackageError:
            return found
        for page in children(listed.root, "Page"):
            for file in children(page, "FileLoc"):
                path = resolved(file.text or "", listed.path)
                found.setdefault(page.get("PageID", ""), []).append(path)
        return found

    def _add_annotations(self, drawing: Drawing, path: str) -> None:
        for annotation in children(self._package.part(path, "").root, "Annot"):
            is_visible = annotation.get("Visible", "true").lower() != "false"
            if is_visible and annotation.get("Type") not in _NOT_READ_ANNOTATIONS:
                drawing.add(annotation)

    def _read_resources(self, location: str) -> None:
        try:
            part = self._package.part(location, self._part.path)
        except BrokenPackageError:
            return
        base = resolved(part.root.get("BaseLoc") or ".", part.path)
        for media in descendants(part.root, "MultiMedia"):
            self._media[media.get("ID", "")] = f"{base}/{text_of(media, 'MediaFile')}"
        for unit in descendants(part.root, "CompositeGraphicUnit"):
            self._composites[unit.get("ID", "")] = unit


def _page_box(area: Element | None) -> Box:
    """The physical box of a page in millimetres."""
    if area is not None:
        found = numbers(text_of(area, "PhysicalBox"))
        if len(found) == 4 and found[2] > 0 and found[3] > 0:
            return (found[0], found[1], found[0] + found[2], found[1] + found[3])
    return _A4
