"""The lines of a plan, and what to do about what is short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from teaegg.distill.planning.claims import Claim, claim
from teaegg.distill.planning.figures import Figure, Range
from teaegg.distill.planning.quantities import Known, Quantities
from teaegg.distill.planning.scaling import Forecast
from teaegg.evals.gate.planning import Spread

A_THOUSAND = 1000
_MIB = 2**20
_HOUR = 3600.0
_ROOM = 1.2
"""A disk that is just full enough is full a moment later."""


@dataclass(frozen=True, slots=True)
class Room:
    """What this machine has: memory in all, and free on the disk of the home."""

    memory_mib: float
    free_bytes: int


def exam_claim(known: Known, found: Quantities, spread: Spread | None = None) -> Claim:
    """What the exam of the scene can show; `spread` is measured where pilots sat it."""
    wish = known.wish
    return claim(
        wish.gain,
        wish.power,
        items=round(found.exam_items.value),
        documents=known.survey.exam.documents,
        measured=spread,
    )


def figures(known: Known, found: Quantities, shown: Claim) -> tuple[Figure, ...]:
    """All lines but those of pilots, in the order in which they are read."""
    return (
        *_of_documents(known, found),
        *_of_the_teacher(known, found),
        *_of_time(known, found),
        *_of_the_machine(found),
        *_of_the_exam(found, shown),
        *_of_questions(known, found),
    )


def advice(known: Known, found: Quantities, shown: Claim, room: Room) -> tuple[str, ...]:
    """What is short, and what would help."""
    return tuple(
        said
        for said in (
            known.machine.lack,
            _on_the_probe(known),
            _on_rows(known, found),
            _on_time(known, found),
            _on_the_exam(known, found, shown),
            _on_memory(found, room),
            _on_the_disk(found, room),
        )
        if said
    )


def pilot_figures(found: Forecast, sizes: Sequence[int]) -> tuple[Figure, ...]:
    """The lines that three pilots of so many rows give: the score to expect, and its gain."""
    rows = ", ".join(str(size) for size in sizes)
    note = f"on {rows} rows, {found.apart:.1f} times as many tokens as the largest"
    return tuple(
        Figure(
            key=key,
            low=each.low,
            value=each.value,
            high=each.high,
            unit="share",
            source="pilots",
            note=note,
        )
        for key, each in (("score", found.score), ("gain", found.gain))
    )


def on_pilots(found: Forecast) -> str:
    """How much three runs leave open, said plainly."""
    wide = 100 * (found.gain.high - found.gain.low)
    zero = " No gain at all is among them." if found.gain.low <= 0 else ""
    return (
        f"The pilots leave {wide:.0f} points of the gain open (in 95 of 100 cases it lies between).{zero} "
        "Larger pilots (--pilot-minutes) and more exam documents would narrow it."
    )


def disk_bytes(found: Quantities) -> Range:
    """What a run leaves before it is tidied: rows, run, and expert (the adapter in both forms)."""
    run = found.run
    return found.dataset_bytes + Range.exactly(2.0 * run.bytes if run else 0.0)


def _of_documents(known: Known, found: Quantities) -> Iterator[Figure]:
    survey = known.survey
    for key, side in (("training_documents", survey.training), ("exam_documents", survey.exam)):
        yield Figure.of(key, Range.exactly(side.documents), "documents", "documents")
    of = survey.training.documents + survey.exam.documents
    yield Figure.of("rows", found.rows, "rows", "documents", f"{survey.seen} of {of} looked at")
    yield Figure.of("row_tokens", found.row_tokens, "tokens", "probe")


def _of_the_teacher(known: Known, found: Quantities) -> Iterator[Figure]:
    price, taught = known.wish.teacher, found.taught
    if taught is None:
        note = "no model teaches" if known.engine == "structure" else "repeated, nothing is asked"
        yield Figure.of("teacher_price", Range.exactly(0), "money", "settings", note)
        return
    yield Figure.of("teacher_calls", taught.calls, "", "assumed")
    yield Figure.of("teacher_sent", taught.sent, "tokens", "documents", "prompts as they will be")
    yield Figure.of("teacher_answered", taught.answered, "tokens", "assumed")
    money = (taught.sent * price.sent + taught.answered * price.answered) * 1e-6
    yield Figure.of(
        "teacher_price", money, "money", "added up", _priced(price.sent + price.answered)
    )


def _of_time(known: Known, found: Quantities) -> Iterator[Figure]:
    yield Figure.of("rows_seconds", found.rows_seconds, "seconds", "documents")
    exported: tuple[str, Range] = ("export_seconds", found.export_seconds)
    run = found.run
    if run is None:
        yield Figure.of("exam_seconds", found.exam_seconds, "seconds", "probe")
        return
    note = f"{run.epochs.value:.1f} times through the rows"
    yield Figure.of("learned_tokens", run.tokens, "tokens", "probe", note)
    yield Figure.of("training_seconds", run.seconds, "seconds", "probe")
    yield Figure.of(*exported, "seconds", "earlier runs" if known.export_seconds else "assumed")
    yield Figure.of("exam_seconds", found.exam_seconds, "seconds", "probe")
    total = found.rows_seconds + run.seconds + found.export_seconds + found.exam_seconds
    yield Figure.of("total_seconds", total, "seconds", "added up")
    if known.wish.hour:
        price = total * (known.wish.hour / _HOUR)
        yield Figure.of("machine_price", price, "money", "added up")


def _of_the_machine(found: Quantities) -> Iterator[Figure]:
    if found.run is None:
        return
    yield Figure.of("memory_mib", found.run.memory_mib, "MiB", "probe")
    yield Figure.of("disk_mib", disk_bytes(found) * (1 / _MIB), "MiB", "probe")


def _of_the_exam(found: Quantities, shown: Claim) -> Iterator[Figure]:
    yield Figure.of("exam_items", found.exam_items, "items", "documents")
    yield Figure.of("exam_items_needed", Range.exactly(shown.needed), "items", "theory")
    note = "as many items of each as there are now"
    needed = Range.exactly(shown.documents)
    yield Figure.of("exam_documents_needed", needed, "documents", "theory", note)
    if shown.shown is not None:
        smallest = Range.exactly(shown.shown)
        yield Figure.of("smallest_gain", smallest, "share", "theory", "that these items can show")


def _of_questions(known: Known, found: Quantities) -> Iterator[Figure]:
    """Of a thousand questions. One that is passed on has been read by the expert before."""
    wish, question = known.wish, found.question
    seconds = question.seconds * A_THOUSAND
    yield Figure.of("questions_seconds", seconds, "seconds", "probe")
    passed_on = A_THOUSAND * wish.escalation
    sent, answered = question.sent * passed_on, question.answered * passed_on
    if wish.escalation:
        yield Figure.of("general_sent", sent, "tokens", "probe")
        yield Figure.of("general_answered", answered, "tokens", "probe")
    price = wish.general
    money = (sent * price.sent + answered * price.answered) * 1e-6
    money += seconds * (wish.hour / _HOUR)
    note = _priced(wish.hour + (price.sent + price.answered if wish.escalation else 0))
    yield Figure.of("questions_price", money, "money", "added up", note)


def _priced(price: float) -> str:
    return "" if price else "no price was told"


def _on_the_probe(known: Known) -> str:
    machine = known.machine
    if not machine.was_busy:
        return ""
    return (
        f"The machine was busy when it was measured ({machine.load:.1f} processes on {machine.cores} "
        "cores): times hold for as long as it is. Measure an idle one with --probe."
    )


def _on_rows(known: Known, found: Quantities) -> str:
    wanted = known.wish.scene.rows
    if found.rows.value >= wanted:
        return ""
    return (
        f"The documents give about {found.rows.value:.0f} of the {wanted} rows that the scene wants: "
        "learn more documents, import questions and answers (`teaegg data import`), or set a larger "
        "teacher in [teacher]."
    )


def _on_time(known: Known, found: Quantities) -> str:
    run, recipe = found.run, known.wish.recipe
    if run is None or run.epochs.value >= 0.95 * recipe.epochs:
        return ""
    whole = recipe.minutes * recipe.epochs / max(run.epochs.value, 1e-9)
    return (
        f"In {recipe.minutes:g} minutes {run.epochs.value:.1f} of {recipe.epochs:g} rounds through the "
        f"rows fit; all of them take about {whole:.0f} minutes (--minutes)."
    )


def _on_the_exam(known: Known, found: Quantities, shown: Claim) -> str:
    wish, there = known.wish, round(found.exam_items.value)
    short = shown.needed - there
    if short <= 0:
        return ""
    claimed = f"To show a gain of {100 * wish.gain:g} points"
    if there == wish.scene.exam.items:
        more = f"raise exam.items to {shown.needed}, and see whether the documents give as many; "
    else:
        more = (
            f"the exam documents lack about {max(0, shown.documents - known.survey.exam.documents)}: "
            "learn more, or raise exam.share; "
        )
    instead = (
        f"these items show a gain of {100 * shown.shown:.0f} points or more."
        if shown.shown is not None
        else "these items can show no gain at all."
    )
    return f"{claimed} the exam is short by {short} items: {more}{instead}"


def _on_memory(found: Quantities, room: Room) -> str:
    if found.run is None or found.run.memory_mib.high <= room.memory_mib:
        return ""
    return (
        f"Training may take {found.run.memory_mib.high:,.0f} MiB of memory; this machine has "
        f"{room.memory_mib:,.0f}: lower batch_tokens or row_tokens in the recipe."
    )


def _on_the_disk(found: Quantities, room: Room) -> str:
    most = disk_bytes(found).high + (found.run.checkpoint_bytes if found.run else 0)
    if most * _ROOM <= room.free_bytes:
        return ""
    return (
        f"The run may need {most * _ROOM / _MIB:,.0f} MiB on the disk of the home; "
        f"{room.free_bytes / _MIB:,.0f} are free."
    )
