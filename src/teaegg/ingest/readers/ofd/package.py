"""The package of an OFD file: markup by its place, names resolved, resources by their number."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_ROOT = "OFD.xml"


class BrokenPackageError(ValueError):
    """Something that the package names is missing or is no markup; the message says what."""


@dataclass(frozen=True, slots=True)
class Part:
    """One markup file: its place and its outermost element."""

    path: str
    root: Element


@dataclass(slots=True)
class Package:
    """Names are resolved as the standard says: from the root with "/", else from the part's folder."""

    archive: zipfile.ZipFile
    _names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        # Programs disagree with themselves about capitals and separators.
        self._names = {_plain(name): name for name in self.archive.namelist()}

    def documents(self) -> Iterator[tuple[Element, Part]]:
        """(DocBody, Document) for every document of the package."""
        start = self.part(_ROOT, "")
        for body in children(start.root, "DocBody"):
            location = text_of(body, "DocRoot")
            if location:
                yield body, self.part(location, start.path)

    def part(self, location: str, base: str) -> Part:
        """The markup at `location`, as the part at `base` names it. Raises BrokenPackageError."""
        path = resolved(location, base)
        try:
            return Part(path, fromstring(self.read(path)))
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise BrokenPackageError(f"its part {path!r} is damaged: {error}") from error

    def read(self, path: str) -> bytes:
        """The bytes of a part. Raises BrokenPackageError when it is not there."""
        name = self._names.get(_plain(path))
        if name is None:
            raise BrokenPackageError(f"its part {path!r} is missing")
        return self.archive.read(name)


def resolved(location: str, base: str) -> str:
    """A name within the package; it cannot lead out of it, since only names inside are looked up."""
    location = location.strip().replace("\\", "/")
    joined = location if location.startswith("/") else f"/{posixpath.dirname(base)}/{location}"
    return posixpath.normpath(joined).lstrip("/")


def local(element: Element) -> str:
    """The name of an element without its namespace; programs write several."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local(child) == name)


def descendants(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if local(each) == name)


def text_of(element: Element, name: str) -> str:
    """The text of the first descendant of that name, or ''."""
    return next((each.text or "" for each in descendants(element, name)), "").strip()


def numbers(text: str | None) -> list[float]:
    """The numbers of an attribute such as a box; [] when one of them is none."""
    try:
        return [float(each) for each in (text or "").split()]
    except ValueError:
        return []


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()
