"""Releases, verdicts and what stands beside, for people at a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from teaegg.app.cli.experts.rendering import section, short
from teaegg.app.cli.output import say, write_table
from teaegg.core.experts import ExpertState
from teaegg.store.releases.canaries import Canary
from teaegg.store.releases.records import Release
from teaegg.store.releases.shadows import ShadowPair


def show_releases(history: Iterable[Release], states: Mapping[str, ExpertState]) -> None:
    """`states` of every expert by id: the one that answers now is told by it."""
    current: set[str] = set()
    rows = []
    for release in history:
        answers = states[release.expert] == "released" and release.scene not in current
        if answers:
            current.add(release.scene)
        rows.append(
            (
                release.scene,
                str(release.number),
                short(release.expert),
                "answers now" if answers else _after(states[release.expert]),
                release.at.isoformat(timespec="minutes"),
                release.by,
                _by_what(release),
                release.why,
            )
        )
    columns = ("scene", "no.", "expert", "now", "released at", "by", "after", "why")
    write_table(columns, rows, empty="Nothing was released yet.")


def show_beside(canaries: Iterable[Canary]) -> None:
    """Those that stand beside now."""
    for canary in canaries:
        if canary.ended_at is None:
            kind = "a shadow" if canary.shadow else f"a canary for {canary.share:.0%} of the askers"
            say(f"{canary.scene}: {short(canary.expert)} is {kind}, by {canary.by}. {canary.why}")


def release_record(release: Release) -> dict[str, Any]:
    return {
        "scene": release.scene,
        "number": release.number,
        "expert": release.expert,
        "by": release.by,
        "at": release.at.isoformat(),
        "why": release.why,
        "verdict": release.verdict,
        "restores": release.restores,
    }


def canary_record(canary: Canary) -> dict[str, Any]:
    return {
        "scene": canary.scene,
        "expert": canary.expert,
        "kind": "shadow" if canary.shadow else "canary",
        "share": canary.share,
        "by": canary.by,
        "at": canary.at.isoformat(),
        "why": canary.why,
        "verdict": canary.verdict,
        "ended_by": canary.ended_by,
        "ended_at": canary.ended_at.isoformat() if canary.ended_at else None,
    }


def show_shadowed(pairs: Iterable[ShadowPair]) -> None:
    """Question by question what the release said and what its shadow would have."""
    for pair in pairs:
        section(str(pair.baseline["understood"]))
        for who, trace in (("release", pair.baseline), ("shadow", pair.candidate)):
            say(f"{who}  {trace['verdict']}  {trace['trace']}")
            say(str(trace["answer"]))


def shadowed_record(pair: ShadowPair) -> dict[str, Any]:
    return {
        "question": pair.baseline["understood"],
        **{
            who: {name: trace[name] for name in ("expert", "verdict", "answer", "trace")}
            for who, trace in (("release", pair.baseline), ("shadow", pair.candidate))
        },
    }


def _after(state: ExpertState) -> str:
    return "withdrawn" if state == "withdrawn" else ""


def _by_what(release: Release) -> str:
    """What let it answer: a verdict, a return, or the time before there was a gate."""
    if release.verdict:
        return f"verdict {short(release.verdict)}"
    return f"going back to {release.restores}" if release.restores else "no gate yet"
