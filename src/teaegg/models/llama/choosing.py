"""A constrained choice on llama.cpp: a grammar whose only sentences are the options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.models.base import Choice

_FIRST_DECODED_TOKENS = 2
_FURTHER_DECODED_TOKENS = 4

Complete = Callable[[dict[str, Any]], dict[str, Any]]


def check_options(options: Sequence[str]) -> None:
    """Raises InvalidRequestError for options that cannot be told apart line by line."""
    if not options or any(not option or "\n" in option for option in options):
        raise InvalidRequestError(
            "A choice needs at least one option, and no option may be empty or hold a line break.",
            remedy="Offer the spans of the evidence one by one.",
        )


def choose(complete: Complete, prompt: str, options: Sequence[str], picks: int) -> Choice:
    """Up to `picks` different options after `prompt`; blocks. Raises what `complete` raises."""
    picked: list[int] = []
    prefill = decode = 0.0
    while len(picked) < min(picks, len(options)):
        open_options = {i: options[i] for i in range(len(options)) if i not in picked}
        index, spent = _pick_one(complete, prompt, open_options)
        picked.append(index)
        prefill, decode = prefill + spent[0], decode + spent[1]
        # The rest of a span is forced once it is the only one left: it is not decoded but
        # put into the prompt, where it costs a fast prefill when another pick follows.
        prompt = f"{prompt}{options[index]}\n"
    return Choice(tuple(picked), prefill, decode)


def _pick_one(
    complete: Complete, prompt: str, options: dict[int, str]
) -> tuple[int, tuple[float, float]]:
    """Decode under a grammar whose only sentences are `options` until one of them is left."""
    emitted, prefill, decode = "", 0.0, 0.0
    tokens = _FIRST_DECODED_TOKENS
    while len(options) > 1:
        rests = {i: option[len(emitted) :] for i, option in options.items()}
        finished = [i for i, rest in rests.items() if not rest]
        if finished:
            return finished[0], (prefill, decode)
        reply = complete(_request(prompt + emitted, _grammar(rests.values()), tokens))
        # A character may be cut in the middle of its bytes; it comes again with the next call.
        emitted += reply["choices"][0]["text"].rstrip("\ufffd")
        timings = reply["timings"]
        prefill, decode = prefill + timings["prompt_ms"], decode + timings["predicted_ms"]
        options = {i: text for i, text in options.items() if text.startswith(emitted)}
        tokens += _FURTHER_DECODED_TOKENS
        if not options:
            raise ModelError(
                "The language model left the grammar of the evidence.",
                remedy="Report this with the trace; no answer was given.",
            )
    return next(iter(options)), (prefill, decode)


def _request(prompt: str, grammar: str, max_tokens: int) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "grammar": grammar,
        "max_tokens": max_tokens,
        "temperature": 0,
        "cache_prompt": True,
    }


def _grammar(texts: Iterable[str]) -> str:
    """A GBNF grammar whose only sentences are `texts`."""
    literals = (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r") + '"'
        for text in dict.fromkeys(texts)
    )
    return "root ::= " + " | ".join(literals)
