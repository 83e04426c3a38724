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
    """`likeliest` at each place, behind the end of an answer too: id → log-probability."""

    prompt_tokens: int
    likeliest: tuple[dict[int, float], ...]

    @property
    def tokens(self) -> tuple[int, ...]:
        """What is said, greedily: the likeliest at each place."""
        return tuple(map(_best, self.likeliest))


def say(engine: Engine, prompt: str | list[int], count: int, *, adapter: int | None) -> Said:
    """Raises ModelError for a prompt that the engine refuses."""
    said = Said(0, ())
    for _ in range(count):
        reply = engine.complete(
            {
                "prompt": _followed(prompt, said.tokens),
                "cache_prompt": bool(said.tokens),
                "logprobs": _LIKELIEST,
                **_ONE_LETTER,
            },
            adapter=adapter,
        )
        length = said.prompt_tokens or reply["usage"]["prompt_tokens"]
        said = Said(length, (*said.likeliest, _likeliest(reply)))
    return said


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
    return Said(reply["usage"]["prompt_tokens"], (_likeliest(reply),))


def _followed(prompt: str | list[int], tokens: Sequence[int]) -> str | Sequence[str | int]:
    """The engine takes text and tokens in one list."""
    if not isinstance(prompt, str):
        return [*prompt, *tokens]
    return [prompt, *tokens] if tokens else prompt


def _best(likeliest: dict[int, float]) -> int:
    return max(likeliest, key=likeliest.__getitem__)


def _likeliest(reply: dict[str, Any]) -> dict[int, float]:
    (item,) = reply["choices"][0]["logprobs"]["content"]
    return {top["id"]: top["logprob"] for top in item["top_logprobs"]}
