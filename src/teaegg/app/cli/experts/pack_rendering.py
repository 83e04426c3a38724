"""Packs for people at a terminal, and the same as JSON."""

from __future__ import annotations

from typing import Any

from teaegg.app.cli.experts.claim_rendering import show_claims
from teaegg.app.cli.experts.rendering import facts, section, short, show_taught_elsewhere
from teaegg.app.cli.output import say
from teaegg.distill.packs.claims import AnsweringRules
from teaegg.distill.packs.manifest import PackManifest
from teaegg.distill.packs.opening import OpenedPack

_MIB = 1024**2


def show_opened(opened: OpenedPack, here: AnsweringRules) -> None:
    """Whose it is, what it is, what made it, what is claimed of it, what it holds; `here` are the
    thresholds of this home."""
    manifest = opened.manifest
    expert, lineage = manifest.expert, manifest.lineage
    say(f"The pack is whole, and {signer_of(opened)} signed it.")
    facts(
        (
            ("scene", expert.scene),
            ("title", manifest.title),
            ("id", expert.id),
            ("base", short(expert.base)),
            ("template", expert.template),
            ("instructions", expert.instructions),
            ("packed at", manifest.made_at.isoformat(timespec="seconds")),
            ("encrypted", "yes" if opened.was_encrypted else "no"),
            ("recipients", ", ".join(manifest.recipients) or "everybody"),
            ("dataset", f"{short(lineage.dataset.hash)}, {lineage.dataset.rows} rows"),
            ("teacher", lineage.dataset.teacher or "none"),
            ("recipe", short(expert.recipe)),
            ("code", lineage.code),
        )
    )
    show_taught_elsewhere(lineage)
    show_claims(manifest, signer_of(opened), here)
    section(f"Holds {len(manifest.files)} files")
    for file in manifest.files:
        say(f"{file.size / _MIB:8.2f} MiB  {file.name}")


def opened_record(opened: OpenedPack) -> dict[str, Any]:
    return {
        **pack_record(opened.manifest),
        "signer": opened.signer,
        "key": str(opened.key),
        "encrypted": opened.was_encrypted,
    }


def pack_record(manifest: PackManifest) -> dict[str, Any]:
    return manifest.model_dump(mode="json")


def signer_of(opened: OpenedPack) -> str:
    """The name under which the key is trusted here, and the key."""
    return f"{opened.signer} (key {opened.key.name})" if opened.signer else f"key {opened.key.name}"
