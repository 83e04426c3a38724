"""Where a trainer comes from; the one module of this room that others may import beside `base`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from teaegg.core.errors import ModelError
from teaegg.distill.train.base import Trainer

_NEEDED = ("torch", "transformers", "peft", "gguf")


def make_trainer(base: Path | None, *, threads: int) -> Trainer:
    """A trainer of adapters for `base`: a GGUF file, a folder of safetensors, or None for the bundled one.

    `threads` 0 means every core. The base is loaded at the first run. Raises ModelError where the
    extra `train` is not installed.
    """
    require_training()
    from teaegg.distill.train.trainer import LoRATrainer

    return LoRATrainer(base, threads=threads)


def require_training() -> None:
    """Raises ModelError where the extra `train` is not installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"Training needs {', '.join(missing)}, which {'are' if missing[1:] else 'is'} not installed.",
            remedy="Install it with: pip install 'teaegg[train]'",
        )
