"""An expert as data: an adapter on a shared base with everything that decides how it speaks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from teaegg.core.ids import text_hash

ExpertState = Literal["candidate", "released", "retired", "withdrawn"]
"""`retired`: a newer one was released in its place. `withdrawn`: it may never speak again."""


@dataclass(frozen=True, slots=True)
class Expert:
    """Immutable; `id` is the hash of all that follows it, so that equal experts have equal names.

    `base` is the SHA-256 of the base's GGUF file, `adapter` that of the adapter's. `template` names
    the chat template it was trained with (`models.templates`), `instructions` is the scene's style,
    `max_tokens` the longest answer in tokens. `dataset` and `recipe` are content hashes of the rows
    and of the recipe that made it.
    """

    id: str
    scene: str
    base: str
    adapter: str
    template: str
    instructions: str
    max_tokens: int
    dataset: str
    recipe: str


def expert_id(expert: Expert) -> str:
    """The id that its content gives it; `expert.id` itself does not count."""
    content = {name: value for name, value in asdict(expert).items() if name != "id"}
    return text_hash(json.dumps(content, ensure_ascii=False, sort_keys=True))
