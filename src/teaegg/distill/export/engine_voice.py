"""What an engine says after a prompt, token by token, with the likeliest others of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from teaegg.models.base import Message
from teaegg.models.llama.engine import Engine

_LIKELIEST = 20


@dataclass(frozen=True, slots=True)
class Said:
    """`tokens` greedily, ends of an answer passed over; `likeliest` per token: id → log-probability."""

    prompt_tokens: int
    tokens: tuple[int, ...]
    likeliest: tuple[dict[int, float], ...]


def say(engine: Engine, prompt: str | list[int], count: int, *, adapter: int | None) -> Said:
    """Raises ModelError for a prompt that the engine refuses."""
    reply = engine.complete(
        {
            "prompt": prompt,
            "max_tokens": count,
            "temperature": 0,
            # Ends are passed over when choosing, not when counting: positions behind them compare too.
            "ignore_eos": True,
            "cache_prompt": False,
            "logprobs": _LIKELIEST,
        },
        adapter=adapter,
    )
    return _said(reply)


def stops_at(engine: Engine, prompt: str, token: int, *, adapter: int | None) -> bool:
    """Whether an answer is over when the model says `token`: it is made to say it at once."""
    body: dict[str, Any] = {
        "prompt": prompt,
        "max_tokens": 2,
        "temperature": 0,
        "cache_prompt": False,
        "logit_bias": [[token, 1000.0]],
    }
    return bool(engine.complete(body, adapter=adapter)["choices"][0]["finish_reason"] == "stop")


def first_of_chat(engine: Engine, messages: Sequence[Message]) -> Said:
    """The first token after turns that the model file's own chat template renders."""
    reply = engine.complete_chat(
        {
            "messages": [{"role": turn.role, "content": turn.content} for turn in messages],
            "max_tokens": 1,
            "temperature": 0,
            "ignore_eos": True,
            "cache_prompt": False,
            "logprobs": True,
            "top_logprobs": _LIKELIEST,
        }
    )
    return _said(reply)


def _said(reply: dict[str, Any]) -> Said:
    content = reply["choices"][0]["logprobs"]["content"]
    return Said(
        reply["usage"]["prompt_tokens"],
        tuple(item["id"] for item in content),
        tuple({top["id"]: top["logprob"] for top in item["top_logprobs"]} for item in content),
    )
