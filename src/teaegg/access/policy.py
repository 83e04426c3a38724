"""What an account may read and do: frozen data in, decisions with reasons out. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from teaegg.core.actors import EVERYONE, Actor, Role, VisibleSet, scope_of
from teaegg.core.errors import NotAllowedError, NotFoundError
from teaegg.store.grants import Grant


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence that a person can read, in both languages."""

    en: str
    zh: str

    def said_in(self, language: Literal["zh", "en"]) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides what an account may read. `grants` may hold grants to others as well."""

    name: str
    role: Role
    groups: frozenset[str]
    grants: tuple[Grant, ...]
    active: bool = True

    def is_named_by(self, grant: Grant) -> bool:
        """Whether the grant is to this account or to one of its groups."""
        if grant.grantee_kind == "user":
            return grant.grantee == self.name
        return grant.grantee in self.groups | {EVERYONE}


def visible_to(standing: Standing) -> VisibleSet:
    """Default deny: nothing but what a grant opens, save for owners.

    A collection grant opens the collection's scope; a restricted document lies outside of it (its
    scope is its own) and is opened, like any single document, by a grant on its id.
    """
    if not standing.active:
        return VisibleSet()
    if standing.role == "owner":
        return VisibleSet(everything=True)
    own = [grant for grant in standing.grants if standing.is_named_by(grant)]
    return VisibleSet(
        scopes=frozenset(collection_scope(g.target) for g in own if g.target_kind == "collection"),
        documents=frozenset(g.target for g in own if g.target_kind == "document"),
    )


def collection_scope(collection: str) -> str:
    """The scope of a collection's ordinary documents."""
    return scope_of(collection, "", restricted=False)


def manage(actor: Actor) -> Decision:
    """Accounts, groups, grants, collections and keys are in the hands of owners."""
    if actor.is_owner:
        return Decision(True, Reason(f"{actor.name} is an owner.", f"{actor.name} 是所有者。"))
    return Decision(
        False,
        Reason(
            f"{actor.name} is not an owner, and only owners manage accounts and grants.",
            f"{actor.name} 不是所有者，只有所有者可以管理账号与授权。",
        ),
    )


def upload(actor: Actor, collection: str, visible: VisibleSet) -> Decision:
    """Owners upload anywhere, editors to the collections that they read."""
    if actor.is_owner:
        return manage(actor)
    if collection_scope(collection) not in visible.scopes:
        return Decision(
            False,
            Reason(f"There is no collection {collection}.", f"没有名为 {collection} 的资料库。"),
        )
    if actor.role != "editor":
        return Decision(
            False,
            Reason(
                f"{actor.name} reads collection {collection}; only editors and owners add to it.",
                f"{actor.name} 可以阅读资料库 {collection}，但只有编辑者和所有者可以上传。",
            ),
        )
    return Decision(
        True,
        Reason(
            f"{actor.name} is an editor and reads collection {collection}.",
            f"{actor.name} 是编辑者，并且可以阅读资料库 {collection}。",
        ),
    )


def distil(actor: Actor) -> Decision:
    """Owners and editors make training rows of what they read; whoever sees rows sees documents."""
    if actor.role in ("owner", "editor"):
        return Decision(
            True,
            Reason(
                f"{actor.name} is an {actor.role}.",
                f"{actor.name} 是{'所有者' if actor.is_owner else '编辑者'}。",
            ),
        )
    return Decision(
        False,
        Reason(
            f"{actor.name} is a member, and only editors and owners make datasets.",
            f"{actor.name} 是普通成员，只有编辑者和所有者可以制作数据集。",
        ),
    )


def require_distil(actor: Actor, collections: Iterable[str], visible: VisibleSet) -> None:
    """Raises NotAllowedError for members, and NotFoundError for a collection that the actor does not
    read, which looks like one that is not there."""
    decision = distil(actor)
    if not decision.allowed:
        raise NotAllowedError(decision.reason.en, remedy="Ask an owner to make you an editor.")
    for collection in collections:
        if not (visible.everything or collection_scope(collection) in visible.scopes):
            raise NotFoundError(
                f"There is no collection {collection}.", remedy="See `teaegg collection list`."
            )


def require_manage(actor: Actor) -> None:
    """Raises NotAllowedError for everybody who is not an owner."""
    decision = manage(actor)
    if not decision.allowed:
        raise NotAllowedError(decision.reason.en, remedy="Ask an owner.")


def require_upload(actor: Actor, collection: str, visible: VisibleSet) -> None:
    """Raises NotFoundError when the actor may not know of the collection, else NotAllowedError."""
    decision = upload(actor, collection, visible)
    if decision.allowed:
        return
    if collection_scope(collection) not in visible.scopes:
        raise NotFoundError(decision.reason.en, remedy="See `teaegg collection list`.")
    raise NotAllowedError(decision.reason.en, remedy="Ask an owner to make you an editor.")
