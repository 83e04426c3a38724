"""Why a person may read a document, or why not: the chain of rows and rules behind the verdict.

Reaches its verdict from the grants themselves and not from the visible set, so that a property
test can hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from teaegg.access.policy import Reason, Standing
from teaegg.core.actors import EVERYONE
from teaegg.core.documents import Document
from teaegg.store.grants import Grant

AccessVerdict = Literal["allowed", "denied"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict on one user and one document, and its reasons in reading order."""

    user: str
    document: str
    title: str
    verdict: AccessVerdict
    reasons: tuple[Reason, ...]

    def lines(self, language: Literal["zh", "en"]) -> tuple[str, ...]:
        return tuple(reason.said_in(language) for reason in self.reasons)


def explain(standing: Standing, document: Document) -> Explanation:
    """`standing.grants` must hold every grant on the document and its collection, whoever it names."""
    verdict, reasons = _judge(standing, document)
    return Explanation(standing.name, document.id, document.title, verdict, tuple(reasons))


def _judge(standing: Standing, document: Document) -> tuple[AccessVerdict, list[Reason]]:
    name = standing.name
    if not standing.active:
        return "denied", [Reason(f"The account {name} is closed.", f"账号 {name} 已停用。")]
    if standing.role == "owner":
        return "allowed", [
            Reason(
                f"{name} is an owner; owners read everything.", f"{name} 是所有者，可阅读全部文档。"
            )
        ]
    opening = [grant for grant in standing.grants if _opens(grant, document)]
    own = [grant for grant in opening if standing.is_named_by(grant)]
    if own:
        return "allowed", [reason for grant in own for reason in _chain(standing, grant)]
    return "denied", list(_refusal(standing, document, opening))


def _opens(grant: Grant, document: Document) -> bool:
    if grant.target_kind == "document":
        return grant.target == document.id
    return grant.target == document.collection and not document.restricted


def _chain(standing: Standing, grant: Grant) -> Iterator[Reason]:
    """The membership, where there is one, and the grant."""
    name, group = standing.name, grant.grantee
    if grant.grantee_kind == "group" and group == EVERYONE:
        yield Reason(
            f"Every account belongs to the group {EVERYONE}.", f"所有账号都属于 {EVERYONE} 组。"
        )
    elif grant.grantee_kind == "group":
        yield Reason(f"{name} is a member of group {group}.", f"{name} 是 {group} 组的成员。")
    yield _spoken(grant)


def _refusal(standing: Standing, document: Document, opening: list[Grant]) -> Iterator[Reason]:
    name, collection = standing.name, document.collection
    if document.restricted:
        yield Reason(
            f"The document is restricted: grants on collection {collection} do not open it.",
            f"该文档是受限文档：对资料库 {collection} 的授权不包括它。",
        )
    groups = ", ".join(sorted(standing.groups | {EVERYONE}))
    yield Reason(
        f"No grant that opens it names {name} or a group of theirs ({groups}).",
        f"没有任何有效授权给予 {name} 或其所在的组（{groups}）。",
    )
    for grant in opening:
        spoken = _spoken(grant)
        yield Reason(f"For others: {spoken.en}", f"他人的授权：{spoken.zh}")


def _spoken(grant: Grant) -> Reason:
    day = grant.granted_at.date().isoformat()
    what_zh = "资料库" if grant.target_kind == "collection" else "文档"
    who_zh = f"{grant.grantee} 组" if grant.grantee_kind == "group" else f"用户 {grant.grantee}"
    note_en, note_zh = (f" ({grant.note})", f"（{grant.note}）") if grant.note else ("", "")
    return Reason(
        f"{grant.grantee_kind.capitalize()} {grant.grantee} may read {grant.target_kind} "
        f"{grant.target}, granted by {grant.granted_by} on {day}{note_en}.",
        f"{who_zh}可以阅读{what_zh} {grant.target}，由 {grant.granted_by} 于 {day} 授权{note_zh}。",
    )
