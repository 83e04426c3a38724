"""Any endpoint that speaks the OpenAI protocol: vLLM, llama-server, Ollama, DeepSeek, Qwen and others."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from openai import AsyncOpenAI

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings
from teaegg.models.base import Choice, Message, Vectors
from teaegg.models.endpoint import Endpoint, connect

_TOKENS_AROUND_PICKS = 160
_TOKENS_PER_PICK = 32


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the endpoint counted them."""

    prompt_tokens: int = 0
    answer_tokens: int = 0


class OpenAIChat:
    """A language model behind an endpoint; `settings.engine` is `openai`."""

    def __init__(self, settings: ChatModelSettings) -> None:
        self._model = settings.model
        self._endpoint = Endpoint(
            "chat", settings.base_url, settings.model, settings.timeout_seconds
        )
        self._client: AsyncOpenAI = connect(self._endpoint, settings.api_key)

    @property
    def name(self) -> str:
        return self._model

    @property
    def fingerprint(self) -> str:
        """Endpoint and model name: which weights stand behind them only the endpoint knows."""
        return f"{self._endpoint.base_url}#{self._model}"

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        return self.stream_counted(messages, max_tokens=max_tokens, temperature=temperature)

    async def stream_counted(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        on_usage: Callable[[Usage], None] | None = None,
    ) -> AsyncIterator[str]:
        """As `stream`; `on_usage` hears what the endpoint counted, if it counts."""
        counting: dict[str, Any] = {"stream_options": {"include_usage": True}} if on_usage else {}
        with self._endpoint.errors_translated():
            chunks = await self._client.chat.completions.create(
                model=self._model,
                messages=_prompt(messages),
                max_tokens=max_tokens,
                temperature=temperature,
                stream=True,
                **counting,
            )
            finished = False
            async for chunk in chunks:
                if on_usage and (usage := _usage(chunk)):
                    on_usage(usage)
                for choice in getattr(chunk, "choices", None) or ():
                    finished = finished or choice.finish_reason is not None
                    if choice.delta is not None and choice.delta.content:
                        yield choice.delta.content
        if not finished:
            raise self._endpoint.broken_stream()

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        """One request whose answer can only be a list of option numbers, checked when it returns.

        An endpoint that ignores the schema and says anything else raises ModelError: a guess at what
        it meant could put words into the answer that nobody picked. A number said twice is one pick.
        """
        if not options or any(not option or "\n" in option for option in options):
            raise InvalidRequestError(
                "A choice needs at least one option, and no option may be empty or hold a line break.",
                remedy="Offer the spans of the evidence one by one.",
            )
        most = min(picks, len(options))
        started = time.perf_counter()
        with self._endpoint.errors_translated():
            reply = await self._client.chat.completions.create(
                model=self._model,
                messages=_prompt([Message("user", _question(prompt, options, most))]),
                max_tokens=_TOKENS_AROUND_PICKS + _TOKENS_PER_PICK * most,
                temperature=0,
                response_format=_schema(len(options), most),
            )
            content = self._content(reply)
        picked = self._picked(content, len(options), most)
        return Choice(picked, *_timings(reply, (time.perf_counter() - started) * 1000))

    async def close(self) -> None:
        await self._client.close()

    def _content(self, reply: Any) -> str:
        choices = getattr(reply, "choices", None)
        if not choices or choices[0].message is None:
            raise self._endpoint.unusable("an answer without choices", str(reply))
        return choices[0].message.content or ""

    def _picked(self, content: str, options: int, most: int) -> tuple[int, ...]:
        try:
            numbers = json.loads(content)["picked"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._endpoint.ignores_schema(content) from error
        if not isinstance(numbers, list) or not 1 <= len(numbers) <= most:
            raise self._endpoint.ignores_schema(content)
        if not all(type(number) is int and 1 <= number <= options for number in numbers):
            raise self._endpoint.ignores_schema(content)
        return tuple(dict.fromkeys(number - 1 for number in numbers))


class OpenAIEmbedder:
    """An embedding model behind an endpoint, with the prefixes that the settings name."""

    def __init__(self, settings: EmbeddingModelSettings) -> None:
        self._model = settings.model
        self._dimensions = settings.dimensions
        self._batch = settings.batch_passages
        self._question_prefix = settings.question_prefix
        self._passage_prefix = settings.passage_prefix
        self._endpoint = Endpoint(
            "embedding", settings.base_url, settings.model, settings.timeout_seconds
        )
        self._client: AsyncOpenAI = connect(self._endpoint, settings.api_key)

    @property
    def name(self) -> str:
        return self._model

    @property
    def dimensions(self) -> int:
        return self._dimensions

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """In batches of `batch_passages`, one after the other: the order of `texts` is kept."""
        batches = [
            await self._embed(
                [self._passage_prefix + text for text in texts[start : start + self._batch]]
            )
            for start in range(0, len(texts), self._batch)
        ]
        return np.concatenate([np.empty((0, self._dimensions), dtype=np.float32), *batches])

    async def embed_question(self, text: str) -> Vectors:
        vectors = await self._embed([self._question_prefix + text])
        return np.ascontiguousarray(vectors[0])

    async def close(self) -> None:
        await self._client.close()

    async def _embed(self, texts: list[str]) -> Vectors:
        with self._endpoint.errors_translated():
            # Named, so that the SDK leaves the reply as it came: its own decoder fails on odd ones.
            reply = await self._client.embeddings.create(
                model=self._model, input=texts, encoding_format="base64"
            )
            rows = self._rows(reply, len(texts))
        return await asyncio.to_thread(self._unit_vectors, rows)

    def _rows(self, reply: Any, expected: int) -> list[Any]:
        data = getattr(reply, "data", None)
        if not data or len(data) != expected:
            count = len(data) if data else 0
            raise self._endpoint.unusable(f"{count} vectors for {expected} texts", "")
        in_order = sorted(data, key=lambda item: item.index)
        if [item.index for item in in_order] != list(range(expected)):
            raise self._endpoint.unusable("vectors whose indices do not fit the texts", "")
        return [self._floats(item.embedding) for item in in_order]

    def _floats(self, embedding: Any) -> Any:
        """Base64 of little-endian float32, or the plain list of endpoints that ignore the wish for it."""
        if not isinstance(embedding, str):
            return embedding or []
        try:
            return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
        except ValueError as error:
            raise self._endpoint.unusable("a vector that is no base64", embedding) from error

    def _unit_vectors(self, rows: list[Any]) -> Vectors:
        for row in rows:
            if len(row) != self._dimensions:
                raise ModelError(
                    f"The embedding model {self._model} at {self._endpoint.base_url} makes vectors of length "
                    f"{len(row)}, but embedding.dimensions is {self._dimensions}.",
                    remedy=f"Set embedding.dimensions = {len(row)} and learn the documents again.",
                )
        vectors = np.asarray(rows, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(vectors)) or not np.all(lengths > 0):
            raise self._endpoint.unusable("a vector that is zero or not finite", "")
        return np.asarray(vectors / lengths, dtype=np.float32)


def _prompt(messages: Sequence[Message]) -> list[Any]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _question(prompt: str, options: Sequence[str], most: int) -> str:
    numbered = "\n".join(f"{number}. {option}" for number, option in enumerate(options, start=1))
    return (
        f"{prompt}\n\n{numbered}\n\n"
        f'Reply with the numbers of the 1 to {most} best lines, best first, as JSON: {{"picked":[1]}}'
    )


def _schema(options: int, most: int) -> Any:
    """`uniqueItems` is left out: strict schemas of several vendors refuse it."""
    number = {"type": "integer", "enum": list(range(1, options + 1))}
    picked = {"type": "array", "items": number, "minItems": 1, "maxItems": most}
    schema = {
        "type": "object",
        "properties": {"picked": picked},
        "required": ["picked"],
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "json_schema": {"name": "picked_lines", "strict": True, "schema": schema},
    }


def _usage(chunk: Any) -> Usage | None:
    """Some endpoints count in every chunk, some in a last one, some never."""
    usage = getattr(chunk, "usage", None)
    prompt, answer = (getattr(usage, f"{part}_tokens", None) for part in ("prompt", "completion"))
    if not isinstance(prompt, int) or not isinstance(answer, int):
        return None
    return Usage(prompt, answer)


def _timings(reply: Any, waited_ms: float) -> tuple[float, float]:
    """llama-server adds its own measure of prefill and decode to the reply."""
    timings = (getattr(reply, "model_extra", None) or {}).get("timings")
    if not isinstance(timings, dict):
        return 0.0, waited_ms
    return float(timings.get("prompt_ms", 0)), float(timings.get("predicted_ms", waited_ms))
