"""How an expert is trained: closed, frozen data that is stored with the result, to repeat the run."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash

Method = Literal["sft", "context", "logits", "dpo", "orpo"]
"""`sft`: the answers of the rows (also sequence-level distillation: a teacher's answers). `context`:
the base with the passages teaches the adapter without them. `logits`: a teacher's top-k
probabilities. `dpo` (Rafailov et al. 2023) and `orpo` (Hong et al. 2024): from preference pairs."""

RANK_CEILING = 32
"""One ceiling for all experts, so that any of them fit into one server beside each other."""


class Recipe(BaseModel):
    """Every number that decides the result. `minutes` bounds the run (0: no bound)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: Method = "sft"
    template: str = "gemma"
    rank: int = Field(16, ge=1, le=RANK_CEILING)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    learning_rate: float = Field(1e-3, gt=0, le=1)
    warmup_share: float = Field(0.05, ge=0, le=1)
    weight_decay: float = Field(0.0, ge=0)
    epochs: float = Field(2, gt=0, le=100)
    minutes: float = Field(0, ge=0)
    batch_tokens: int = Field(4096, ge=64, description="Tokens of one step, padding included.")
    row_tokens: int = Field(2048, ge=32, description="Longer rows are left out and counted.")
    held_out_share: float = Field(0.05, ge=0, le=0.5)
    patience: int = Field(3, ge=0, description="Looks without gain before an early stop; 0: none.")
    looks: int = Field(8, ge=1, description="How often in a run the held-out loss is measured.")
    beta: float = Field(0.1, gt=0, description="dpo: how far from the base; orpo: odds' weight.")
    teacher_tokens: int = Field(32, ge=1, description="context: how many tokens the base teaches.")
    on_policy_share: float = Field(0, ge=0, le=1, description="context: rows the student answers.")
    seed: int = 1

    @property
    def hash(self) -> str:
        return text_hash(self.model_dump_json())


def with_unspent_seed(recipe: Recipe, spent: Collection[str]) -> Recipe:
    """`recipe`, with the next seed that gives it another hash than those of `spent`."""
    while recipe.hash in spent:
        recipe = recipe.model_copy(update={"seed": recipe.seed + 1})
    return recipe


def read_recipe(path: Path) -> Recipe:
    """A recipe of a TOML file, or of a JSON file by its ending. Raises InvalidRequestError."""
    try:
        text = path.read_text("utf-8")
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
        return Recipe.model_validate(found)
    except (OSError, ValueError) as error:
        raise InvalidRequestError(
            f"The recipe {path} cannot be used: {_reason(error)}.",
            remedy=f"Correct it; a recipe has {', '.join(Recipe.model_fields)}.",
        ) from error


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
