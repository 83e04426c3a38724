"""Exports that were proved before they got their name; one that fails leaves no file behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.distill.export.merge import Quantisation, merge
from teaegg.distill.export.parity import Exported, Parity, Prompt, prove_parity
from teaegg.distill.export.trainer_voice import TrainerVoice
from teaegg.distill.export.writing import whole_file
from teaegg.models.llama.engine import Engine
from teaegg.models.local import bundled_model
from teaegg.models.templates import ChatTemplate
from teaegg.retrieval.query import Language
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

_CONTEXT_TOKENS = 4096
_CASES: tuple[tuple[str, str, Language], ...] = (
    ("工作12年的年休假有几天？", "职工工作满1年的，年休假5天；满10年的，年休假10天。", "zh"),
    ("How long is the warranty?", "The pump has a warranty of 24 months from delivery.", "en"),
    ("试用期最长多久？", "劳动合同期限三年以上的，试用期不得超过六个月。", "zh"),
)
PROMPTS: tuple[Prompt, ...] = tuple(
    reading_messages(question, [ShownPassage(passage)], language=language)
    for question, passage, language in _CASES
)
"""Asked where the caller has no rows of its own; an expert's held-out rows are the better prompts."""


def export_adapter(
    peft_folder: Path,
    target: Path,
    *,
    base: Path | None,
    template: ChatTemplate,
    prompts: Sequence[Prompt] = PROMPTS,
    threads: int = 0,
) -> Parity:
    """The GGUF adapter at `target`, proved beside its base. Raises as its writer and `prove_parity`."""
    voice = TrainerVoice(base, peft_folder)
    with whole_file(target) as partial:
        write_gguf_adapter(peft_folder, partial, base=base)
        engine = _engine(base or bundled_model(), threads, partial)
        try:
            return prove_parity(voice, engine, Exported(engine, 0), prompts, template)
        finally:
            engine.close()


def export_merged(
    peft_folder: Path,
    target: Path,
    quantisation: Quantisation = "q8_0",
    *,
    base: Path | None,
    template: ChatTemplate,
    prompts: Sequence[Prompt] = PROMPTS,
    threads: int = 0,
) -> Parity:
    """One GGUF file of base and adapter, proved. Raises as `merge` and `prove_parity`."""
    voice = TrainerVoice(base, peft_folder)
    with whole_file(target) as partial:
        merge(base, peft_folder, partial, quantisation, template=template)
        bare, merged = _engine(base or bundled_model(), threads), _engine(partial, threads)
        try:
            return prove_parity(voice, bare, Exported(merged, None), prompts, template)
        finally:
            bare.close()
            merged.close()


def _engine(path: Path, threads: int, *adapters: Path) -> Engine:
    return Engine(
        path,
        context_tokens=_CONTEXT_TOKENS,
        threads=threads or os.cpu_count() or 1,
        adapters=adapters,
    )
