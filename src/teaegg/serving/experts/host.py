"""The contract of a place where experts run. Every back end passes `tests/contract/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from teaegg.models.base import ChatModel
from teaegg.models.templates import ChatTemplate


class ExpertHost(Protocol):
    """One base, many experts by name. Raises ModelError, which names what does not fit."""

    async def load(self, adapters: Mapping[str, Path]) -> None:
        """Take in adapters by name: GGUF files on this machine, PEFT folders behind vLLM."""
        ...

    async def unload(self, name: str) -> None:
        """Forget an expert. One that is not there is no error."""
        ...

    @property
    def loaded(self) -> tuple[str, ...]: ...

    def chat(self, name: str | None, template: ChatTemplate) -> ChatModel:
        """The expert `name`, or the bare base. Asking one that is not loaded raises ModelError."""
        ...

    async def close(self) -> None: ...
