"""Where a proved export comes from; the one module of this room that others may import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
