"""The models of experts: each taken into the place where experts run when it is first asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from teaegg.core.errors import ModelError
from teaegg.core.experts import Expert
from teaegg.core.settings import ChatModelSettings
from teaegg.models.base import ChatModel
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.templates import ChatTemplate, template_named
from teaegg.serving.experts.factory import make_expert_host
from teaegg.serving.experts.host import ExpertHost
from teaegg.store.experts.files import ADAPTER, PEFT

BaseHash = Callable[[], Awaitable[str]]
"""SHA-256 of the base's file, "" where it is not known (behind an endpoint)."""


class HostedExperts:
    """Lends the models of experts from `host`; `weights` names the file or folder that it loads."""

    def __init__(self, host: ExpertHost, base_hash: BaseHash, *, weights: str) -> None:
        self._host = host
        self.base_hash = base_hash
        self._weights = weights
        self._loading = asyncio.Lock()

    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        """Raises ModelError for an expert of another base, or one that does not load."""
        template = template_named(expert.template)
        async with self._loading:
            if expert.id not in self._host.loaded:
                await require_base(expert, self.base_hash)
                await self._host.load({expert.id: folder / self._weights})
        return self._host.chat(expert.id, template)

    def base(self, template: ChatTemplate) -> ChatModel:
        """The bare base behind `template`; loaded when first asked."""
        return self._host.chat(None, template)

    async def close(self) -> None:
        await self._host.close()


async def require_base(expert: Expert, base_hash: BaseHash) -> None:
    """Raises ModelError for an expert of another base than that of `base_hash`, where it is known."""
    base = await base_hash()
    if base and base != expert.base:
        raise ModelError(
            f"The expert {expert.id[:12]} ({expert.scene}) was made for the base "
            f"{expert.base[:12]}; {base[:12]} runs here.",
            remedy="Set chat.model to the file of its own base, or re-make it on this one: "
            "`teaegg rebase --base BASE`.",
        )


def make_expert_models(settings: ChatModelSettings) -> HostedExperts:
    """Where the settings' model runs. Nothing is loaded before the first question to an expert."""
    weights = PEFT if settings.engine == "openai" else ADAPTER
    return HostedExperts(make_expert_host(settings), base_hash_of(settings), weights=weights)


def base_hash_of(settings: ChatModelSettings) -> BaseHash:
    """How to learn which base the settings name."""
    if settings.engine == "openai":
        return unknown_base
    base = settings.local_file

    async def base_hash() -> str:
        return await asyncio.to_thread(lambda: fingerprint(base or bundled_model()))

    return base_hash


async def unknown_base() -> str:
    """Of a base that only its endpoint knows."""
    return ""
