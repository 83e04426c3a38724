"""Where a proved export comes from; the one module of this room that others may import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from teaegg.distill.train.factory import require_training
from teaegg.models.base import Message
from teaegg.models.templates import ChatTemplate

Export = Callable[[Path, Path, ChatTemplate, Sequence[Sequence[Message]]], Mapping[str, Any]]
"""PEFT folder, file to write, template and some prompts → what was measured of trainer and export.

Raises ModelError, and writes nothing, when the two do not speak alike."""


def make_exporter(base: Path | None, *, threads: int) -> Export:
    """Exports adapters of `base` (None: the bundled model) and proves each against the trainer's model."""

    def export(
        peft_folder: Path,
        target: Path,
        template: ChatTemplate,
        prompts: Sequence[Sequence[Message]],
    ) -> Mapping[str, Any]:
        from teaegg.distill.export.proved import PROMPTS, export_adapter

        parity = export_adapter(
            peft_folder,
            target,
            base=base,
            template=template,
            prompts=prompts or PROMPTS,
            threads=threads,
        )
        return {**asdict(parity), "limit": parity.limit}

    return export


def write_merged(
    peft_folder: Path,
    target: Path,
    quantisation: Literal["q8_0", "f16"],
    template: ChatTemplate,
    *,
    base: Path | None,
    threads: int,
) -> Mapping[str, Any]:
    """Base and adapter as one GGUF file for other programs, proved. Raises ModelError as `Export`, and
    where what trains is not installed."""
    require_training()
    from teaegg.distill.export.proved import export_merged

    parity = export_merged(
        peft_folder, target, quantisation, base=base, template=template, threads=threads
    )
    return {**asdict(parity), "limit": parity.limit}
