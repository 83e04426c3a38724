"""What an engine says after a prompt, token by token, with the likeliest others of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teaegg.models.base import Message
from teaegg.models.llama.engine import Engine

_LIKELIEST = 20
_ONE_LETTER: Mapping[str, Any] = {
    "max_tokens": 1,
    "temperature": 0,
    "logit_bias": [["a", 1000.0]],
}
"""Of a token that is a part of a character, as of Chinese ones in English vocabularies, an engine tells
no likelihoods. So it is made to say a letter: that changes what is sampled, not what is told."""


@dataclass(frozen=True, slots=True)
class Said:
    """`tokens` greedily, also behind the end of an answer; `likeliest` per token: id → log-probability."""

    prompt_tokens: int
    tokens: tuple[int, ...]
    likeliest: tuple[dict[int, float], ...]


def say(engine: Engine, prompt: str | list[int], count: int, *, adapter: int | None) -> Said:
    """Raises ModelError for a prompt that the engine refuses."""
    prompt_tokens, tokens, likeliest = 0, list[int](), list[dict[int, float]]()
    for _ in range(count):
        reply = engine.complete(
            {
                "prompt": _followed(prompt, tokens),
                "cache_prompt": bool(tokens),
                "logprobs": _LIKELIEST,
                **_ONE_LETTER,
            },
            adapter=adapter,
        )
        found = _likeliest(reply)
        prompt_tokens = prompt_tokens or reply["usage"]["prompt_tokens"]
        tokens.append(max(found, key=found.__getitem__))
        likeliest.append(found)
    return Said(prompt_tokens, tuple(tokens), tuple(likeliest))


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
            "cache_prompt": False,
            "logprobs": True,
            "top_logprobs": _LIKELIEST,
            **_ONE_LETTER,
        }
    )
    found = _likeliest(reply)
    best = max(found, key=found.__getitem__)
    return Said(reply["usage"]["prompt_tokens"], (best,), (found,))


def _followed(prompt: str | list[int], tokens: Sequence[int]) -> str | Sequence[str | int]:
    """The engine takes text and tokens in one list."""
    if not isinstance(prompt, str):
        return [*prompt, *tokens]
    return [prompt, *tokens] if tokens else prompt


def _likeliest(reply: dict[str, Any]) -> dict[int, float]:
    (item,) = reply["choices"][0]["logprobs"]["content"]
    return {top["id"]: top["logprob"] for top in item["top_logprobs"]}
