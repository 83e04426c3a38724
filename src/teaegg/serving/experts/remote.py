"""Experts behind vLLM or another OpenAI-compatible server: an adapter is asked by its model name.

vLLM takes adapters in and out while it runs (/v1/load_lora_adapter, /v1/unload_lora_adapter) when it was
started with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True; it batches them itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import httpx
import openai

from teaegg.core.errors import ModelError
from teaegg.core.settings import ChatModelSettings
from teaegg.models.base import ChatModel, Choice, Message
from teaegg.models.endpoint import Endpoint, connect
from teaegg.models.remote import OpenAIChat
from teaegg.models.templates import ChatTemplate


class RemoteExperts:
    """An `ExpertHost` at `settings.base_url`; `settings.model` is the server's name of the base.

    Adapters are PEFT folders at paths that the server can read.
    """

    def __init__(self, settings: ChatModelSettings) -> None:
        self._settings = settings
        self._endpoint = Endpoint(
            "chat", settings.base_url, settings.model, settings.timeout_seconds
        )
        self._client = connect(self._endpoint, settings.api_key)
        self._names: dict[str, Path] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        return tuple(self._names)

    async def load(self, adapters: Mapping[str, Path]) -> None:
        """One after the other; those before a failing one stay loaded."""
        for name, path in adapters.items():
            await self._tell("load_lora_adapter", name, path, lora_name=name, lora_path=str(path))
            self._names[name] = path

    async def unload(self, name: str) -> None:
        if path := self._names.pop(name, None):
            await self._tell("unload_lora_adapter", name, path, lora_name=name)

    def chat(self, name: str | None, template: ChatTemplate) -> ChatModel:
        return _RemoteExpert(self, name, template)

    async def close(self) -> None:
        await self._client.close()

    def model_of(self, name: str | None) -> str:
        """What the server calls it. Raises ModelError for an expert that is not loaded."""
        if name is not None and name not in self._names:
            raise ModelError(f"The adapter {name} is not loaded.", remedy="Load it first.")
        return name or self._settings.model

    async def complete(
        self, model: str, prompt: str, ends: Sequence[str], max_tokens: int, temperature: float
    ) -> AsyncIterator[str]:
        """The text after `prompt`, piece by piece, as plain text: no template of the server's own."""
        finished = False
        with self._endpoint.errors_translated():
            chunks = await self._client.completions.create(
                model=model,
                prompt=prompt,
                max_tokens=max_tokens,
                temperature=temperature,
                stop=list(ends),
                stream=True,
            )
            async with chunks:
                async for chunk in chunks:
                    for choice in getattr(chunk, "choices", None) or ():
                        finished = finished or choice.finish_reason is not None
                        if choice.text:
                            yield choice.text
        if not finished:
            raise self._endpoint.broken_stream()

    def chat_settings(self, model: str) -> ChatModelSettings:
        return self._settings.model_copy(update={"model": model})

    async def _tell(self, action: str, name: str, path: Path, **body: str) -> None:
        try:
            await self._client.post(f"/{action}", cast_to=httpx.Response, body=body)
        except openai.NotFoundError as error:
            raise ModelError(
                f"The model endpoint {self._settings.base_url} cannot take adapters in or out "
                f"({action} is not there, or {path} is not).",
                remedy="Start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, "
                "and name a folder that it can read.",
            ) from error
        except openai.BadRequestError as error:
            raise ModelError(
                f"The model endpoint {self._settings.base_url} refused the adapter {name} at {path}: "
                f"{error.message[:300]}",
                remedy="Check that it is a PEFT folder of the server's base and within its rank limit.",
            ) from error
        except openai.OpenAIError:
            with self._endpoint.errors_translated():
                raise


class _RemoteExpert:
    """One expert by its model name; the prompt is rendered here."""

    def __init__(self, host: RemoteExperts, expert: str | None, template: ChatTemplate) -> None:
        self._host = host
        self._expert = expert
        self._template = template

    @property
    def name(self) -> str:
        return self._expert or self._host.model_of(None)

    @property
    def fingerprint(self) -> str:
        """Endpoint and model name: which weights stand behind them only the endpoint knows."""
        settings = self._host.chat_settings(self.name)
        return f"{settings.base_url}#{settings.model}"

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        model, prompt = self._host.model_of(self._expert), self._template.prompt(messages)
        arriving = self._host.complete(model, prompt, self._template.ends, max_tokens, temperature)
        async for piece in arriving:
            yield piece

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        chat = OpenAIChat(self._host.chat_settings(self._host.model_of(self._expert)))
        try:
            return await chat.choose(prompt, options, picks=picks)
        finally:
            await chat.close()

    async def close(self) -> None:
        """The host belongs to others as well and stays."""
