"""Is what is served the same as what was trained? Asked of every export, before anybody hears it.

The engine computes in fewer bits than the trainer, so the two are never equal. How far apart they may
be is measured, not guessed: the bare base is compared on the same prompts first, and the export may be
worse than that noise only by a stated factor. (Measured on the bundled base with a trained adapter of
rank 16: base 0.0026 nats, GGUF adapter 0.0025, merged Q8_0 0.0014, merged F16 0.0002.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.errors import ModelError
from teaegg.distill.export.agreement import Agreement, agreement, divergence
from teaegg.distill.export.engine_voice import Said, first_of_chat, say, stops_at
from teaegg.distill.export.trainer_voice import TrainerVoice
from teaegg.models.base import Message
from teaegg.models.llama.engine import Engine
from teaegg.models.templates import ChatTemplate

NOISE_FACTOR = 4.0
LEAST_LIMIT = 0.01
"""Nats. Below it the noise of the bare base is too small to be a fair measure."""
MOST_BASE_NOISE = 0.05
"""Nats. A bare base that is further from the trainer's is another base, not a rounding."""
LEAST_SAME_TOKENS = 0.85
"""Of positions, near ties aside; fewer is another model."""
NEAR_TIE = 0.2
"""Nats. Two tokens that the trainer holds this close are the same choice: rounding may tip it."""
_POSITIONS = 6

Prompt = Sequence[Message]


@dataclass(frozen=True, slots=True)
class Parity:
    """What was measured: the bare base against the trainer's, and the export against the trainer's."""

    base: Agreement
    export: Agreement

    @property
    def limit(self) -> float:
        return max(LEAST_LIMIT, NOISE_FACTOR * self.base.divergence)


@dataclass(frozen=True, slots=True)
class Exported:
    """An engine to examine. `adapter` is its index there, None where it is merged into the weights."""

    engine: Engine
    adapter: int | None


def prove_parity(
    voice: TrainerVoice,
    bare: Engine,
    exported: Exported,
    prompts: Sequence[Prompt],
    template: ChatTemplate,
) -> Parity:
    """Raises ModelError, with the prompt, the token and the numbers, for an export that is not the same."""
    first = voice.prompt(template.prompt(prompts[0]))
    _check_beginning(exported, prompts[0], first, template)
    _check_ends(voice, exported, template, template.prompt(prompts[0]))
    texts = [template.prompt(prompt) for prompt in prompts]
    base, _ = _compare(voice, Exported(bare, None), texts, adapted=False)
    if base.divergence > MOST_BASE_NOISE:
        raise ModelError(
            f"The bare base {bare.path.name} is not the one of the training: {base}, at most "
            f"{MOST_BASE_NOISE} nats are rounding.",
            remedy="Export with the GGUF file that the adapter was trained on.",
        )
    export, worst = _compare(voice, exported, texts, adapted=True)
    parity = Parity(base, export)
    if export.divergence > parity.limit or export.same_tokens < LEAST_SAME_TOKENS:
        raise ModelError(
            f"The export speaks differently from the trained model: {export}; at most "
            f"{parity.limit:.4f} nats and at least {LEAST_SAME_TOKENS:.0%} (bare base: {base}). {worst}",
            remedy="Nothing was exported. Check that adapter, base and their files belong together.",
        )
    return parity


def _check_beginning(
    exported: Exported, prompt: Prompt, expected: Sequence[int], template: ChatTemplate
) -> None:
    """Text and, where the file has its own template, turns must become the trainer's tokens."""
    heard = say(exported.engine, template.prompt(prompt), 1, adapter=exported.adapter)
    _check_count("text of a prompt", heard, expected)
    by_tokens = say(exported.engine, list(expected), 1, adapter=exported.adapter)
    if by_tokens.likeliest != heard.likeliest:
        raise ModelError(
            "The engine reads the text of a prompt as other tokens than the trainer did.",
            remedy="Export with the base, and so the vocabulary, of the training.",
        )
    if exported.adapter is None:
        turns = first_of_chat(exported.engine, prompt)
        _check_count("turns of a prompt, by the file's own chat template,", turns, expected)
        if turns.likeliest != heard.likeliest:
            raise ModelError(
                "The file's own chat template renders another prompt than training did.",
                remedy=f"Export with the chat template of the training ({template.name}).",
            )


def _check_count(what: str, heard: Said, expected: Sequence[int]) -> None:
    if heard.prompt_tokens != len(expected):
        raise ModelError(
            f"The {what} are {heard.prompt_tokens} tokens for the engine and {len(expected)} for the "
            "trainer; is the beginning of text there once?",
            remedy="Export with the base and the chat template of the training.",
        )


def _check_ends(
    voice: TrainerVoice, exported: Exported, template: ChatTemplate, prompt: str
) -> None:
    for end in template.ends:
        tokens = voice.plain(end)
        if len(tokens) != 1 or not stops_at(
            exported.engine, prompt, tokens[0], adapter=exported.adapter
        ):
            raise ModelError(
                f"An answer of {exported.engine.path.name} does not stop at {end!r} "
                f"(tokens {list(tokens)}), where training ended it.",
                remedy="Export with the chat template of the training.",
            )


def _compare(
    voice: TrainerVoice, exported: Exported, texts: Sequence[str], *, adapted: bool
) -> tuple[Agreement, str]:
    distances: list[float] = []
    same: list[bool] = []
    worst = ""
    for text in texts:
        said = say(exported.engine, text, _POSITIONS, adapter=exported.adapter)
        reference = voice.following(voice.prompt(text), said.tokens, adapted=adapted)
        places = zip(reference, said.tokens, said.likeliest, strict=True)
        for place, (row, heard, likeliest) in enumerate(places):
            wanted = int(row.argmax())
            distances.append(divergence(row, likeliest))
            same.append(bool(row[wanted] - row[heard] <= NEAR_TIE))
            if distances[-1] == max(distances):
                worst = (
                    f"Furthest apart after {text[-30:]!r}, token {place + 1}: "
                    f"{voice.text(heard)!r} for {voice.text(wanted)!r}, {distances[-1]:.3f} nats."
                )
    return agreement(distances, same), worst
