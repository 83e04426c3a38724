"""Who may use an expert, and why: derived from the grants on what taught it, at the moment of asking.

An expert can repeat what it learned. So whoever may not read all that taught it may not use it, unless
an owner opened it to them on record; and where it is not known what taught it, or some of it has been
forgotten, nobody but owners may. Decided from the grants themselves and not by the query that decides
for every question (`store.experts.records`), so that a property test can hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from teaegg.access.explain import AccessVerdict, explain
from teaegg.access.policy import Reason, Standing
from teaegg.core.actors import EVERYONE
from teaegg.core.documents import Document
from teaegg.core.experts import ExpertState
from teaegg.store.experts.records import Widening

_NAMED = 5
"""So many documents are named in a reason; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """What decides about one expert: `documents` that taught it and are still there, the titles of
    those that are `gone`, and to whom it was widened."""

    expert: str
    scene: str
    state: ExpertState
    documents: tuple[Document, ...]
    gone: tuple[str, ...] = ()
    widenings: tuple[Widening, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpertExplanation:
    """The verdict on one user and one expert, and its reasons in reading order."""

    user: str
    expert: str
    scene: str
    verdict: AccessVerdict
    reasons: tuple[Reason, ...]

    def lines(self, language: Literal["zh", "en"]) -> tuple[str, ...]:
        return tuple(reason.said_in(language) for reason in self.reasons)


def explain_expert(standing: Standing, teaching: Teaching) -> ExpertExplanation:
    """`standing.grants` must hold every grant on the documents and their collections."""
    verdict, reasons = _judge(standing, teaching)
    return ExpertExplanation(
        standing.name, teaching.expert, teaching.scene, verdict, tuple(reasons)
    )


def _judge(standing: Standing, teaching: Teaching) -> tuple[AccessVerdict, list[Reason]]:
    name = standing.name
    if not standing.active:
        return "denied", [Reason(f"The account {name} is closed.", f"账号 {name} 已停用。")]
    if teaching.state == "withdrawn":
        return "denied", [_WITHDRAWN]
    if standing.role == "owner":
        return "allowed", [
            Reason(
                f"{name} is an owner; owners may use every expert.",
                f"{name} 是所有者，可使用全部专家。",
            )
        ]
    if teaching.gone:
        return "denied", [_gone(teaching.gone)]
    told = [explain(standing, document) for document in teaching.documents]
    hidden = [each for each in told if each.verdict == "denied"]
    if told and not hidden:
        reasons = dict.fromkeys(reason for each in told for reason in each.reasons)
        return "allowed", [_reads_all(name, len(told)), *reasons]
    own = [widening for widening in teaching.widenings if _names(widening, standing)]
    if own:
        return "allowed", [_widened(widening) for widening in own]
    if not told:
        return "denied", [_UNKNOWN]
    return "denied", [_hidden(name, [each.title for each in hidden], len(told)), *_others(teaching)]


def _names(widening: Widening, standing: Standing) -> bool:
    if widening.grantee_kind == "user":
        return widening.grantee == standing.name
    return widening.grantee in standing.groups | {EVERYONE}


def _others(teaching: Teaching) -> Iterator[Reason]:
    for widening in teaching.widenings:
        spoken = _widened(widening)
        yield Reason(f"For others: {spoken.en}", f"对他人：{spoken.zh}")


_WITHDRAWN = Reason("It was withdrawn and may not speak again.", "它已被撤回，不再作答。")
_UNKNOWN = Reason(
    "It is not on record what taught it, so only owners may use it.",
    "没有记录它学自哪些文档，因此只有所有者可以使用。",
)


def _gone(titles: tuple[str, ...]) -> Reason:
    listed_en, listed_zh = _listed(titles)
    return Reason(
        f"What taught it is no longer here ({listed_en}); until it is made again, only owners may "
        "use it.",
        f"它学过的文档已不在（{listed_zh}）；重新训练之前，只有所有者可以使用。",
    )


def _reads_all(name: str, count: int) -> Reason:
    return Reason(
        f"{name} may read all that taught it ({count} documents).",
        f"{name} 可以阅读它学过的全部 {count} 份文档。",
    )


def _hidden(name: str, titles: list[str], count: int) -> Reason:
    listed_en, listed_zh = _listed(tuple(titles))
    return Reason(
        f"{name} may not read {len(titles)} of the {count} documents that taught it: {listed_en}.",
        f"它学过的 {count} 份文档中，有 {len(titles)} 份 {name} 无权阅读：{listed_zh}。",
    )


def _widened(widening: Widening) -> Reason:
    day = widening.at.date().isoformat()
    who_zh = "组" if widening.grantee_kind == "group" else "用户"
    return Reason(
        f"{widening.by} opened it to {widening.grantee_kind} {widening.grantee} on {day}: "
        f"{widening.why}",
        f"{widening.by} 于 {day} 对{who_zh} {widening.grantee} 开放：{widening.why}",
    )


def _listed(titles: tuple[str, ...]) -> tuple[str, str]:
    shown, more = titles[:_NAMED], len(titles) - _NAMED
    rest_en, rest_zh = (f" and {more} more", f"等 {len(titles)} 份") if more > 0 else ("", "")
    return ", ".join(shown) + rest_en, "、".join(shown) + rest_zh
