"""Experts for people at a terminal: how training goes, which there are, what made them, what went with
a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from teaegg.app.cli.output import note, say, write_table
from teaegg.app.experts.register import CameIn, Forgotten, Lineage, Succession
from teaegg.app.records import shown_expert
from teaegg.distill.packs.manifest import LineageDigest
from teaegg.store.experts.records import ExpertRecord

if TYPE_CHECKING:
    from teaegg.distill.train.base import Progress, Training

_SHORT = 12


def short(expert: str) -> str:
    """Enough of an id to tell it by."""
    return expert[:_SHORT]


def show_experts(records: Iterable[ExpertRecord], waiting: Sequence[ExpertRecord]) -> None:
    """`waiting` are those that are to be made again."""
    rows = (
        (
            r.expert.scene,
            short(r.id),
            f"{r.state}, to be made again" if r in waiting else r.state,
            r.title,
            r.registered_at.date().isoformat(),
        )
        for r in records
    )
    columns = ("scene", "id", "state", "title", "made on")
    write_table(columns, rows, empty="There are no experts for you.")
    if waiting:
        note("Make again what was withdrawn: teaegg expert remake")


def show_expert(record: ExpertRecord, succession: Succession) -> None:
    told = (
        ("scene", record.expert.scene),
        ("title", record.title),
        ("id", record.id),
        ("state", record.state),
        ("made on", record.registered_at.isoformat(timespec="seconds")),
        ("base", short(record.expert.base)),
        ("template", record.expert.template),
        ("instructions", record.expert.instructions),
        ("made again for", short(succession.remakes)),
        ("made again as", ", ".join(short(expert) for expert in succession.remade_as)),
        ("next", f"teaegg expert remake {record.expert.scene}" if succession.waits else ""),
    )
    facts(told)


def succession_record(succession: Succession) -> dict[str, Any]:
    """What it was made again for and as, and whether it waits for that, as JSON."""
    return {
        "remakes": succession.remakes,
        "remade_as": list(succession.remade_as),
        "to_be_remade": succession.waits,
    }


def show_lineage(lineage: Lineage) -> None:
    """The expert, what made it, what taught it, what became of it, to whom it was opened."""
    record, dataset = lineage.record, lineage.dataset
    show_expert(record, lineage.succession)
    facts(
        (
            ("adapter", record.expert.adapter),
            ("dataset", record.expert.dataset),
            ("rows", str(dataset.rows) if dataset else ""),
            ("rows file", dataset.file if dataset else ""),
            ("teacher", (dataset.teacher if dataset else "") or "none"),
            ("recipe", record.expert.recipe),
            *((f"  {name}", str(value)) for name, value in record.training.items()),
            ("code", record.code),
        )
    )
    section(f"Learned from {len(lineage.documents)} documents")
    for taught in lineage.documents:
        item = taught.document
        line = Text.assemble(item.title, (f"  {item.document}  {item.collection}", "dim"))
        if taught.standing != "as learned":
            line.append(f"  {taught.standing}", style="yellow")
        say(line)
    if lineage.elsewhere:
        show_taught_elsewhere(lineage.elsewhere.manifest.lineage)
    section("History")
    for change in lineage.changes:
        why = f"  {change.why}" if change.why else ""
        say(f"{change.at.isoformat(timespec='seconds')}  {change.state}, by {change.by}{why}")
    if lineage.widenings:
        section("Opened beyond its readers")
    for widening in lineage.widenings:
        say(
            f"{widening.grantee_kind} {widening.grantee}, by {widening.by} on "
            f"{widening.at.date().isoformat()}: {widening.why}"
        )


def show_taught_elsewhere(lineage: LineageDigest) -> None:
    """Documents that taught it where it was made, by title or, kept back, by id; and their hashes."""
    section(f"Learned elsewhere from {len(lineage.documents)} documents")
    for taught in lineage.documents:
        say(f"{taught.title or taught.document}  {short(taught.version)}")


def lineage_record(lineage: Lineage) -> dict[str, Any]:
    """The same as JSON."""
    record, dataset = lineage.record, lineage.dataset
    return {
        **shown_expert(record),
        **succession_record(lineage.succession),
        "base": record.expert.base,
        "adapter": record.expert.adapter,
        "template": record.expert.template,
        "instructions": record.expert.instructions,
        "collections": list(record.collections),
        "dataset": record.expert.dataset,
        "rows": dataset.rows if dataset else None,
        "rows_file": dataset.file if dataset else "",
        "teacher": dataset.teacher if dataset else "",
        "recipe": record.expert.recipe,
        "training": dict(record.training),
        "code": record.code,
        "documents": [
            {
                "document": taught.document.document,
                "title": taught.document.title,
                "collection": taught.document.collection,
                "version": taught.document.version,
                "standing": taught.standing,
            }
            for taught in lineage.documents
        ],
        **elsewhere_record(lineage.elsewhere),
        "changes": [
            {"state": c.state, "by": c.by, "at": c.at.isoformat(), "why": c.why}
            for c in lineage.changes
        ],
        "widenings": [
            {
                "to": f"{w.grantee_kind}:{w.grantee}",
                "by": w.by,
                "at": w.at.isoformat(),
                "why": w.why,
            }
            for w in lineage.widenings
        ],
    }


def elsewhere_record(came: CameIn | None) -> dict[str, Any]:
    """As JSON what an expert's pack said of its making, what its signer claims of it, and where the files
    of these claims lie."""
    if came is None:
        return {"elsewhere": None, "claims": None}
    manifest = came.manifest
    return {
        "elsewhere": manifest.lineage.model_dump(mode="json"),
        "claims": {
            **manifest.claims.model_dump(mode="json"),
            "signer": came.signer,
            "key": came.key,
            "files": [str(came.folder / name) for name in manifest.told],
        },
    }


def show_forgotten(forgotten: Forgotten) -> None:
    """What went with a document, and how it is made again without it."""
    for record in forgotten.experts:
        note(
            f"Withdrew the expert {record.expert.scene} ({short(record.id)}), which learned from it."
        )
    for dataset in forgotten.datasets:
        note(f"Deleted its rows from the dataset {short(dataset.hash)} of {dataset.scene}.")
    for record in forgotten.waiting:
        scene = record.expert.scene
        note(f"Make the expert of {scene} again without it: teaegg expert remake {scene}")


def facts(named: Iterable[tuple[str, str]]) -> None:
    """A line each; what is empty is left out."""
    for name, value in named:
        if value:
            say(Text.assemble((f"{name:<16}", "bold"), value))


def section(title: str) -> None:
    """A heading with room above it."""
    say()
    say(Text(title, style="bold underline"))


def training_line(standing: Progress) -> str:
    """How far a training run is and how it goes."""
    held_out = standing.held_out_loss
    minutes, seconds = divmod(round(standing.seconds_left), 60)
    return (
        f"step {standing.step} of {standing.steps}, loss {standing.loss:.3f}"
        + (f" (held out {held_out:.3f})" if held_out is not None else "")
        + f", {standing.tokens_per_second:.0f} tokens/s, {minutes}:{seconds:02d} left"
    )


def tell_taught_share(training: Training) -> None:
    """How much of the answers a teacher's probabilities taught; nothing where none did."""
    if training.taught_share is not None:
        say(f"The teacher's probabilities fit {training.taught_share:.0%} of the answer tokens.")
