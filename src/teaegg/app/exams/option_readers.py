"""Who reads how likely the options of a choice are: what trains, where it is installed, else the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from teaegg.core.errors import ModelError
from teaegg.core.settings import ChatModelSettings
from teaegg.distill.train.factory import make_option_reader
from teaegg.models.adapters.options import AdapterOptions
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.options import OptionQuestion, OptionReader, OptionReading
from teaegg.store.experts.files import ADAPTER, PEFT

_EXPERT = "expert"


def make_reader_of_options(settings: ChatModelSettings, expert: Path | None) -> OptionReader | None:
    """With the settings' model, bare or with the expert of that folder; None behind an endpoint, which
    says nothing of options that it did not choose. Loaded at the first question."""
    if settings.engine == "openai":
        return None
    base, threads = settings.local_file, settings.threads
    try:
        return make_option_reader(base, expert / PEFT if expert else None, threads=threads)
    except ModelError:
        return EngineOptions(settings, expert / ADAPTER if expert else None)


class EngineOptions:
    """A llama.cpp of its own for one exam, since what serves users shall not wait for it."""

    def __init__(self, settings: ChatModelSettings, adapter: Path | None) -> None:
        self._server = AdapterServer(
            settings.local_file,
            context_tokens=settings.context_tokens,
            threads=settings.threads,
            slots=1,
        )
        if adapter:
            self._server.know({_EXPERT: adapter})
        self._options = AdapterOptions(self._server, _EXPERT if adapter else None)

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def fingerprint(self) -> str:
        return self._options.fingerprint

    def read(self, questions: Sequence[OptionQuestion]) -> AsyncIterator[OptionReading]:
        """As every reader of options."""
        return self._options.read(questions)

    async def close(self) -> None:
        """The engine goes with it."""
        await self._server.close()
