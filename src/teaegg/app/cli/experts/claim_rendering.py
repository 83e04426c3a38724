"""What a pack claims of its expert, for people at a terminal: always under the name of who says so."""

from __future__ import annotations

from collections.abc import Iterator

from teaegg.app.cli.experts.rendering import facts, section, short
from teaegg.app.cli.output import say
from teaegg.app.experts.register import CameIn
from teaegg.distill.packs.claims import (
    AnsweringRules,
    Approval,
    ClaimedExam,
    ClaimedVerdict,
    Claims,
    SatFigures,
)
from teaegg.distill.packs.manifest import PackManifest

_COUNTS_NOTHING = "Nothing of it counts here: `teaegg gate explain` judges by your own exam."


def show_came_in(came: CameIn, here: AnsweringRules) -> None:
    """What is claimed of an expert that came in a pack, and where the files lie that say more."""
    show_claims(came.manifest, came.signer or came.key, here)
    if came.manifest.told:
        facts((("files in", str(came.folder)),))


def show_claims(manifest: PackManifest, signer: str, here: AnsweringRules) -> None:
    """`signer` is whoever says so, `here` the thresholds of this home."""
    claims = manifest.claims
    if claims == Claims():
        return
    whose = f"the key {claims.origin}, passed on by {signer}" if claims.origin else signer
    section(f"Said by {whose}, not proven here")
    facts(
        (
            *(_exam(claims.exam) if claims.exam else ()),
            *(_gate(claims.gate) if claims.gate else ()),
            *(_answering(claims.answering, here) if claims.answering else ()),
            ("files", ", ".join(manifest.told)),
        )
    )
    say(_COUNTS_NOTHING)


def _exam(exam: ClaimedExam) -> Iterator[tuple[str, str]]:
    told = f"{exam.items} items, {exam.signed} signed, {exam.counted} count"
    yield "exam", f"{exam.title} ({exam.name} {short(exam.exam)}): {told}"
    yield "pass mark", f"{100 * exam.pass_mark:g}"
    yield "it scored", _scored(exam.candidate)
    if exam.baseline:
        yield "its baseline", _scored(exam.baseline)
    if exam.gain:
        mean, low, high = (100 * value for value in exam.gain)
        yield "gain", f"{mean:+.1f} points ({low:+.1f} to {high:+.1f})"


def _scored(sat: SatFigures) -> str:
    if sat.score is None or sat.low is None or sat.high is None:
        return f"nothing that counts, as {sat.name}"
    low, high = 100 * sat.low, 100 * sat.high
    return f"{100 * sat.score:.1f} ({low:.1f} to {high:.1f}), as {sat.name}"


def _gate(gate: ClaimedVerdict) -> Iterator[tuple[str, str]]:
    against = f"the expert {short(gate.baseline)}" if gate.baseline else "the bare base"
    found = "passed" if gate.passes else "not passed"
    day = gate.at.date().isoformat()
    yield "gate", f"{found} on {day} against {against}, policy {short(gate.policy)}"
    yield "released", _approved(gate.approval) if gate.approval else "never"


def _approved(approval: Approval) -> str:
    by = f", by {approval.by}: {approval.why}" if approval.by else ""
    return f"{approval.at.date().isoformat()}, number {approval.number}{by}"


def _answering(rules: AnsweringRules, here: AnsweringRules) -> Iterator[tuple[str, str]]:
    ours = dict(here.thresholds())
    shown = (
        f"{name} {value}" + (f" (here {ours[name]})" if ours[name] != value else "")
        for name, value in rules.thresholds()
    )
    yield "thresholds", ", ".join(shown)
    yield "guard rules", ", ".join(rules.guard)
