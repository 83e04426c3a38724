"""Facts about a scene in, the checklist out. Pure: the score is a sum of weights that anybody can check."""

from __future__ import annotations

from collections.abc import Iterator

from teaegg.core.exams import Area
from teaegg.evals.readiness.base import AREAS, Demand, Facts, Limits, Line, Readiness

_WEIGHTS: dict[Demand, int] = {"exam": 3, "safety": 3, "gate": 3, "released": 3, "signed": 2}
"""What everything else rests on counts more; all that is not named here counts once."""


def readiness(facts: Facts, limits: Limits | None = None) -> Readiness:
    """Every demand on the scene in the order in which they are best met."""
    asked = limits or Limits()
    lines = (*_knowledge(facts, asked), *_exam(facts), *_expert(facts), *_friction(facts, asked))
    return Readiness(facts.scene, lines)


def _knowledge(facts: Facts, limits: Limits) -> Iterator[Line]:
    scene = _file(facts)
    shelf = facts.collections[0] if facts.collections else "NAME"
    yield _line(
        "documents",
        facts.documents >= limits.documents,
        f"teaegg learn FOLDER -c {shelf}",
        have=facts.documents,
        want=limits.documents,
    )
    all_read = facts.documents > 0 and not facts.quarantined
    yield _line("readable", all_read, "teaegg failures", count=facts.quarantined)
    yield _line(
        "owner",
        facts.owner_known,
        f"teaegg user add {facts.owner}" if facts.owner else f"teaegg scene check {scene}",
        owner=facts.owner or "–",
    )
    yield _line(
        "rows",
        0 < facts.rows_wanted <= facts.rows,
        f"teaegg data make {scene}",
        have=facts.rows,
        want=facts.rows_wanted or "–",
    )


def _exam(facts: Facts) -> Iterator[Line]:
    for area in AREAS:
        # What the policy does not demand needs no items.
        if area in facts.needed:
            yield _items(facts, area)
    unsigned = sum(facts.unsigned.values())
    exam = facts.exams[0] if facts.exams else "NAME"
    yield _line(
        "signed",
        bool(facts.exams) and not unsigned,
        f"teaegg exam show {exam} --unsigned"
        if facts.exams
        else f"teaegg exam make {_file(facts)}",
        count=unsigned,
    )


def _items(facts: Facts, area: Area) -> Line:
    have, want = facts.signed.get(area, 0), facts.needed[area]
    waiting = facts.unsigned.get(area, 0)
    exam = facts.exams[0] if facts.exams else ""
    # Signing what is there is less work than asking for more.
    command = f"teaegg exam sign {exam} --all" if waiting and have + waiting >= want else ""
    return _line(
        area,
        have >= want,
        command or f"teaegg exam make {_file(facts)}",
        have=have,
        want=want,
        waiting=waiting,
    )


def _expert(facts: Facts) -> Iterator[Line]:
    expert = facts.expert
    yield _line("expert", bool(expert), f"teaegg distill {_file(facts)}", expert=expert[:12] or "–")
    passed = facts.passed or bool(facts.released)
    yield _line("gate", passed, f"teaegg gate explain {expert[:12] or facts.scene}")
    yield _line(
        "released",
        bool(facts.released),
        f"teaegg release {expert[:12] or facts.scene}",
        expert=facts.released[:12] or "–",
    )


def _friction(facts: Facts, limits: Limits) -> Iterator[Line]:
    """Nothing is shown by too few answers: until then all of these are open."""
    found, name = facts.friction, facts.scene
    enough, talked = found.answers >= limits.answers, found.talks > 0
    ask = f"teaegg ask QUESTION --expert {name}"
    do = f"teaegg feedback list --scene {name} --only down" if enough else ask
    yield _line("answers", enough, ask, have=found.answers, want=limits.answers)
    thumbs = found.up + found.down
    yield _line(
        "thumbs",
        enough and thumbs > 0 and found.down_share <= limits.down,
        do,
        have=_percent(found.down_share),
        want=_percent(limits.down),
        thumbs=thumbs,
    )
    yield _line(
        "abandoned",
        enough and talked and found.abandoned_share <= limits.abandoned,
        do,
        have=_percent(found.abandoned_share),
        want=_percent(limits.abandoned),
        talks=found.talks,
    )
    yield _line(
        "corrected",
        enough and found.corrected_share <= limits.corrected,
        do,
        have=_percent(found.corrected_share),
        want=_percent(limits.corrected),
    )
    yield _line(
        "follow_ups",
        enough and talked and found.follow_ups_of_a_talk <= limits.follow_ups,
        do,
        have=f"{found.follow_ups_of_a_talk:.1f}",
        want=f"{limits.follow_ups:g}",
        talks=found.talks,
    )


def _file(facts: Facts) -> str:
    """What commands call the scene's file; by that name where none was given."""
    return facts.file or f"{facts.scene}.yaml"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _line(demand: Demand, met: bool, command: str, **figures: object) -> Line:
    shown = {name: str(value) for name, value in figures.items()}
    return Line(demand, met, _WEIGHTS.get(demand, 1), shown, command)
