"""Where what needs torch comes from; the one module of this room that others may import beside `base`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from teaegg.core.errors import ModelError
from teaegg.distill.train.base import Trainer
from teaegg.models.options import OptionReader

_NEEDED = ("torch", "transformers", "peft", "gguf")


def make_trainer(base: Path | None, *, threads: int) -> Trainer:
    """A trainer of adapters for `base`: a GGUF file, a folder of safetensors, or None for the bundled one.

    `threads` 0 means every core. The base is loaded at the first run. Raises ModelError where the
    extra `train` is not installed.
    """
    require_training()
    from teaegg.distill.train.trainer import LoRATrainer

    return LoRATrainer(base, threads=threads)


def make_option_reader(
    base: Path | None, adapter: Path | None = None, *, threads: int = 0, exact: bool = False
) -> OptionReader:
    """Reads options with `base` (as above) and, unless None, the adapter of a PEFT folder: faster than
    the engine that serves. In the precision of training, or `exact`ly in 32 bits. Raises ModelError
    where the extra `train` is not installed; both are loaded at the first question.
    """
    require_training()
    from teaegg.distill.train.options.reader import TrainerOptions

    return TrainerOptions(base, adapter, threads=threads, exact=exact)


def require_training() -> None:
    """Raises ModelError where the extra `train` is not installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"Training needs {', '.join(missing)}, which {'are' if missing[1:] else 'is'} not installed.",
            remedy="Install it with: pip install 'teaegg[train]'",
        )
