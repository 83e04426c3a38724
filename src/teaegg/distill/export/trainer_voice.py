"""The model as it was in training, asked what it would say: the reference of every export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from teaegg.core.errors import ModelError
from teaegg.distill.export.peft_folder import read_peft
from teaegg.distill.train.base_weights import base_folder
from teaegg.distill.train.tokens import Tokenizer

LogProbabilities = NDArray[np.float32]


class TrainerVoice:
    """The base of the trainer with the adapter of a PEFT folder, in 32 bits so that it adds no noise.

    `base` as for the trainer: a GGUF file, a folder, or None for the bundled model. Raises ModelError.
    """

    def __init__(self, base: Path | None, peft_folder: Path) -> None:
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        self.folder = base_folder(base)
        self._tokenizer = Tokenizer(self.folder)
        try:
            bare = AutoModelForCausalLM.from_pretrained(
                self.folder, dtype=torch.float32, local_files_only=True
            )
            self._model: Any = PeftModel.from_pretrained(bare, str(peft_folder)).eval()
        except Exception as error:  # safetensors, json and shape errors share no narrower class
            raise ModelError(
                f"The adapter {peft_folder} cannot be put on the base {self.folder}: "
                f"{str(error)[:300]}",
                remedy="Export with the base that the adapter was trained on.",
            ) from error
        lost = read_peft(peft_folder).factors.keys() - self._adapted_modules()
        if lost:
            raise ModelError(
                f"The configuration of {peft_folder} leaves out {min(lost)}, which the file changes.",
                remedy="Name every trained projection in target_modules.",
            )

    def _adapted_modules(self) -> set[str]:
        """What the library really put an adapter on: it passes over the rest without a word."""
        return {
            name.removeprefix("base_model.model.")
            for name, module in self._model.named_modules()
            if hasattr(module, "lora_A")
        }

    def prompt(self, text: str) -> tuple[int, ...]:
        """The tokens of a prompt, the beginning of text once before them."""
        return self._tokenizer.prompt(text)

    def plain(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.plain(text)

    def text(self, token: int) -> str:
        return self._tokenizer.text([token])

    def following(
        self, prompt: Sequence[int], said: Sequence[int], *, adapted: bool
    ) -> LogProbabilities:
        """What the model would say in place of each token of `said`: (len(said), vocabulary), nats."""
        tokens = torch.tensor([[*prompt, *said[:-1]]])
        # Where it answers only: over a whole prompt the vocabulary costs more than the model.
        asked: dict[str, Any] = {"input_ids": tokens, "logits_to_keep": len(said)}
        with torch.inference_mode():
            if adapted:
                logits = self._model(**asked).logits
            else:
                with self._model.disable_adapter():
                    logits = self._model(**asked).logits
        spoken = logits[0].float().log_softmax(-1)
        return np.asarray(spoken.numpy(), np.float32)
