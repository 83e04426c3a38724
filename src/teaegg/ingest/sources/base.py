"""What every source of documents can do: say what is there, and hand over one file. It never writes.

The contract that each back end passes is `tests/contract/test_sources_contract.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import unreadable


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may read a file where it lies, and whom of them TeaEgg knows.

    `told` is for people (`rw-r----- alice:hr`). `readers` are the grants that follow from it, as
    "group:hr" or "user:alice"; None means: whoever reads the collection.
    """

    told: str = ""
    readers: frozenset[str] | None = None

    @property
    def record(self) -> str:
        """All of it in one line, for the document's record; a change in it is a change of rights."""
        if self.readers is None:
            return self.told
        return f"{self.told} → {', '.join(sorted(self.readers)) or 'nobody'}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be learned.

    `root` names the source; `source` is the name under which people and records know the file: the
    same as long as it stays where it is. `address` is what the source itself calls it. Equal marks
    mean equal content; an empty mark means that only asking for it can tell. `identity` is equal
    for two ways to one and the same file. `size_bytes` is 0 where the source does not say.
    """

    root: str
    source: str
    address: str
    size_bytes: int = 0
    mark: str = ""
    identity: str = ""
    permissions: Permissions = Permissions()


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Something that is there but cannot be learned, with the reason; the rest goes on.

    `passing`: it may be better next time, so what was learned of it before stays.
    """

    root: str
    source: str
    reason: str
    passing: bool = False


SourceItem = SourceFile | SourceProblem


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, and the mark that they had."""

    data: bytes
    mark: str = ""


Reading = Content | Literal["unchanged", "gone"]
"""`unchanged`: as it was under the mark that was handed in; `gone`: there no longer."""


class Source(Protocol):
    """A place that documents come from. Read-only by construction: there is no method that writes."""

    @property
    def root(self) -> str:
        """A stable name without credentials; documents are remembered under it."""
        ...

    async def look(self, known: Mapping[str, str]) -> list[SourceItem]:
        """All that is there now, each once, in a stable order. `known`: source → mark as learned.

        Raises NotFoundError when there is no such place, SourceUnavailableError when it did not
        answer: then nothing is known about what is there.
        """
        ...

    async def read(self, file: SourceFile, known_mark: str, *, limit_bytes: int) -> Reading:
        """The file's content unless it is as it was under `known_mark` ("" for: never learned).

        Raises UnreadableDocumentError when it is too large or not what it claims to be, and
        SourceUnavailableError when it cannot be had now: what was learned of it stays.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


def too_large(source: str, limit_bytes: int) -> UnreadableDocumentError:
    """The same words from every source."""
    return unreadable(
        source,
        f"it has more than the {limit_bytes} bytes that are allowed",
        "Split it, or raise ingest.max_file_bytes.",
    )
