"""How likely llama.cpp finds each option behind a prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from teaegg.core.errors import ModelError
from teaegg.models.options import OptionLikelihood

_LIKELIEST = 512
"""Tokens that one call tells of. Letters behind examples are among the first thirty; others are asked
for one by one."""
_FORCED = 1000.0
"""Added to one token's score after the probabilities were noted: it is said, whatever they are."""

Complete = Callable[[dict[str, Any]], dict[str, Any]]
Tokens = tuple[int, ...]


def likelihoods(
    complete: Complete, prompt: Tokens, options: Sequence[Tokens]
) -> tuple[OptionLikelihood, ...]:
    """Blocks. One call for each different beginning of an option: one in all for single tokens."""
    following: dict[Tokens, set[int]] = {}
    for option in options:
        for length, token in enumerate(option):
            following.setdefault(option[:length], set()).add(token)
    # Neighbours have the longest beginnings in common, which the engine remembers.
    nats = {
        begun: _nats(complete, prompt + begun, wanted)
        for begun, wanted in sorted(following.items())
    }
    return tuple(
        OptionLikelihood(
            sum(nats[option[:length]][token] for length, token in enumerate(option)), len(option)
        )
        for option in options
    )


def _nats(complete: Complete, prompt: Tokens, wanted: set[int]) -> dict[int, float]:
    """The log-probability of each of `wanted` as the next token."""
    said = _next(complete, prompt, {"logprobs": _LIKELIEST})
    likely = {item["id"]: item["logprob"] for item in said["top_logprobs"]}
    for token in sorted(wanted - likely.keys()):
        forced = _next(complete, prompt, {"logprobs": 1, "logit_bias": [[token, _FORCED]]})
        likely[forced["id"]] = forced["logprob"]
    return {token: likely[token] for token in wanted}


def _next(complete: Complete, prompt: Tokens, asked: dict[str, Any]) -> dict[str, Any]:
    reply = complete(
        {
            "prompt": list(prompt),
            "max_tokens": 1,
            "temperature": 0,
            "ignore_eos": True,
            "cache_prompt": True,
            **asked,
        }
    )
    told = (reply["choices"][0].get("logprobs") or {}).get("content")
    if not told:
        raise ModelError(
            "The language model told no probabilities.",
            remedy="Report this with the version of xllamacpp.",
        )
    return dict(told[0])
