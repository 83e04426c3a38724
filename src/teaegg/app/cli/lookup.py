"""Which document is meant: by id, exact title or path, among those the actor may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teaegg.core.actors import Actor
from teaegg.core.documents import Document
from teaegg.core.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

_MAX_LISTED = 10


async def find_document(workspace: Workspace, actor: Actor, name: str) -> Document:
    """The one document that `name` stands for.

    Raises NotFoundError when there is none, in the same words when the actor may not know of it,
    and InvalidRequestError when several are called so.
    """
    visible = await workspace.documents(actor)
    by_id = [document for document in visible if document.id == name]
    called = by_id or [d for d in visible if name in (d.title, d.source)]
    if not called:
        raise NotFoundError(
            f"There is no document {name[:80]!r}.", remedy="See `teaegg documents`."
        )
    if len(called) > 1:
        listed = "; ".join(f"{d.id} ({d.source})" for d in called[:_MAX_LISTED])
        raise InvalidRequestError(
            f"{len(called)} documents are called {name[:80]!r}: {listed}.", remedy="Give the id."
        )
    return called[0]
