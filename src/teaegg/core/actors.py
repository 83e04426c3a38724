"""Who asks, and the set of documents that an actor may know of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EVERYONE = "everyone"
"""The built-in group that every account belongs to."""

Role = Literal["owner", "editor", "member"]
"""`owner` manages and reads all; `editor` also uploads to collections it can read; `member` reads."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks. The local owner is the person who runs the command line."""

    name: str
    role: Role = "member"
    groups: frozenset[str] = frozenset()
    display_name: str = ""

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"


LOCAL_OWNER = Actor(name="local-owner", role="owner", display_name="Local owner")


@dataclass(frozen=True, slots=True)
class VisibleSet:
    """The documents an actor may know of; a required argument of every search.

    A document is visible when `everything` is set, or its scope is in `scopes`, or its id is in
    `documents`. The scope of an ordinary document is its collection's, that of a restricted one
    is its own (see `scope_of`). An empty set sees nothing.
    """

    scopes: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    everything: bool = False

    def __contains__(self, place: tuple[str, str]) -> bool:
        """Whether (document id, scope) is visible."""
        document, scope = place
        return self.everything or scope in self.scopes or document in self.documents

    @property
    def is_empty(self) -> bool:
        return not (self.everything or self.scopes or self.documents)


def scope_of(collection: str, document: str, *, restricted: bool) -> str:
    """The key under which a document is granted as part of a whole."""
    return f"document:{document}" if restricted else f"collection:{collection}"
