"""Does an adapter speak as if it were alone? Proved at every load, before anybody hears it.

llama.cpp issue 26207: what was computed for a prompt under one adapter was used again under another,
without an error. So each newcomer is asked with nothing remembered, then again right after another
adapter read the same prompt in the same slot with remembering switched on: A, B, A must give the same
tokens with the same probabilities. A request that shares nothing with the one before is computed in the
same batches, so the numbers agree to the last digits and no tolerance can hide a leak. (One that
follows itself may reuse its own prompt, and then differs by some 0.3 nats: see `chat`.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teaegg.core.errors import ModelError
from teaegg.models.llama.engine import Engine

_PROMPT = "茶叶蛋要煮多久？ How long?"
_TOKENS = 2
_LIKELIEST = 5
_LARGEST_DIFFERENCE = 1e-3
"""In nats; the same computation twice differs by 0, an adapter of a few training steps by > 0.01."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What was said: the tokens, and the log-probabilities of the likeliest first ones."""

    tokens: tuple[int, ...]
    likeliest: Mapping[int, float]

    def differs(self, other: Voice) -> bool:
        shared = self.likeliest.keys() & other.likeliest.keys()
        return (
            self.tokens != other.tokens
            or len(shared) < len(self.likeliest)
            or any(
                abs(self.likeliest[token] - other.likeliest[token]) > _LARGEST_DIFFERENCE
                for token in shared
            )
        )


def prove_isolation(engine: Engine, newcomers: Mapping[str, int], partner: int | None) -> None:
    """`newcomers` maps names to adapter indices; each speaks again after the one before it.

    The first follows `partner` (None: the base), in every slot; the others in one slot each, and the
    bare base after the last. Raises ModelError, which names the adapter, the slot and what was heard.
    """
    voices: list[tuple[str, int | None]] = [*newcomers.items(), (engine.path.stem, None)]
    for number, (name, index) in enumerate(voices):
        slots = list(range(engine.slots)) if number == 0 else [number % engine.slots]
        alone = _ask(engine, index, slots[0], remember=False)
        for slot in slots:
            _ask(engine, partner, slot, remember=True)
            heard = _ask(engine, index, slot, remember=True)
            if heard.differs(alone):
                raise ModelError(
                    f"{name} speaks differently after another one, in slot {slot}: "
                    f"tokens {heard.tokens} instead of {alone.tokens}.",
                    remedy="Report this with the version of xllamacpp; the adapter was not loaded.",
                )
        partner = index


def _ask(engine: Engine, adapter: int | None, slot: int, *, remember: bool) -> Voice:
    body: dict[str, Any] = {
        "prompt": _PROMPT,
        "max_tokens": _TOKENS,
        "temperature": 0,
        "ignore_eos": True,
        "cache_prompt": remember,
        "id_slot": slot,
        "logprobs": _LIKELIEST,
    }
    said = engine.complete(body, adapter=adapter)["choices"][0]["logprobs"]["content"]
    first = said[0]["top_logprobs"]
    return Voice(
        tuple(token["id"] for token in said), {item["id"]: item["logprob"] for item in first}
    )
