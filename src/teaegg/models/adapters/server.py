"""One base in memory, many adapters beside it, each request with its own."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from teaegg.core.errors import ModelError
from teaegg.models.adapters.chat import AdapterChat
from teaegg.models.adapters.checking import check_adapter
from teaegg.models.adapters.isolation import prove_isolation
from teaegg.models.gguf import GgufHeader, read_header
from teaegg.models.llama.engine import Engine
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.memory import give_memory_back
from teaegg.models.templates import ChatTemplate

MOST_LOADED = 64
"""Adapters in memory at a time; rank 16 on every projection of the bundled base is 7.6 MB each."""


@dataclass(eq=False)
class _Loaded:
    """An engine with the adapters it was started with; `quiet` is set while nobody speaks."""

    engine: Engine
    indices: dict[str, int]
    speaking: int = 0
    quiet: asyncio.Event = field(default_factory=asyncio.Event)


class AdapterServer:
    """`base` None is the bundled model. `context_tokens` is per request, `slots` run at once.

    llama.cpp cannot take in an adapter while it runs. So another engine is started beside (the base's
    file is mapped, not read again), proved, and put in place; running requests end on the old one.
    At most `most` adapters are in memory: the least recently used make room and come back when asked.
    """

    def __init__(
        self,
        base: Path | None,
        *,
        context_tokens: int,
        threads: int,
        slots: int,
        most: int = MOST_LOADED,
    ) -> None:
        self._base = base
        self._context_tokens = context_tokens
        self._threads = threads or os.cpu_count() or 1
        self._slots = slots
        self._most = most
        self._known: dict[str, Path] = {}
        self._used: OrderedDict[str, None] = OrderedDict()
        self._loaded: _Loaded | None = None
        self._header: GgufHeader | None = None
        self._fingerprints: dict[str | None, str] = {}
        self._changing = asyncio.Lock()
        self.executor = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="experts")

    @property
    def slots(self) -> int:
        return self._slots

    @property
    def base_name(self) -> str:
        return self._base.stem if self._base else "gemma-3-270m-q4_k_m"

    @property
    def known(self) -> tuple[str, ...]:
        """The adapters that may be asked for."""
        return tuple(self._known)

    @property
    def in_memory(self) -> tuple[str, ...]:
        return tuple(self._loaded.indices) if self._loaded else ()

    def chat(
        self, name: str | None, template: ChatTemplate, *, remember: bool = False
    ) -> AdapterChat:
        """The adapter `name` (None: the bare base) behind `template`; loaded at the first question.

        With `remember` a beginning that the prompt before had as well is not read again: for exams,
        whose items share passages and examples. Log-probabilities then differ in their last digits
        with what was asked before, so that close decisions can tip.
        """
        return AdapterChat(self, name, template, remember=remember)

    def fingerprint(self, name: str | None) -> str:
        """Of base and adapter together, once loaded; "" before."""
        return self._fingerprints.get(name, "")

    def know(self, adapters: Mapping[str, Path]) -> None:
        """Take note of `adapters` by name; each is loaded, and checked, at its first question."""
        self._known |= adapters

    async def load(self, adapters: Mapping[str, Path]) -> None:
        """Take in `adapters` by name; a known name with another path is replaced.

        Raises ModelError, which names the file, for one that is missing, damaged or of another base,
        or that fails the isolation check; then nothing has changed.
        """
        if len(adapters) > self._most:
            raise ModelError(
                f"{len(adapters)} adapters at once are more than the {self._most} that may be loaded.",
                remedy="Load them in smaller groups or allow more.",
            )
        async with self._changing:
            await self._take_in(dict(adapters))

    async def unload(self, name: str) -> None:
        """Forget `name`; its memory is given back at the next load. Unknown names are no error."""
        self._known.pop(name, None)
        self._used.pop(name, None)
        self._fingerprints.pop(name, None)

    @asynccontextmanager
    async def speaking(self, name: str | None) -> AsyncIterator[tuple[Engine, int | None]]:
        """The engine and the adapter's index in it, kept alive for the length of a request."""
        loaded = await self._with(name)
        loaded.speaking += 1
        loaded.quiet.clear()
        try:
            yield loaded.engine, None if name is None else loaded.indices[name]
        finally:
            loaded.speaking -= 1
            if not loaded.speaking:
                loaded.quiet.set()

    async def close(self) -> None:
        async with self._changing:
            await self._replace(None)
        await asyncio.to_thread(self.executor.shutdown)

    async def _with(self, name: str | None) -> _Loaded:
        while (loaded := self._holding(name)) is None:
            async with self._changing:
                if self._holding(name) is None:
                    await self._take_in({} if name is None else {name: self._path_of(name)})
        if name is not None:
            self._used[name] = None
            self._used.move_to_end(name)
        return loaded

    def _holding(self, name: str | None) -> _Loaded | None:
        if name is not None:
            self._path_of(name)
        loaded = self._loaded
        return loaded if loaded and (name is None or name in loaded.indices) else None

    def _path_of(self, name: str) -> Path:
        if name not in self._known:
            raise ModelError(f"The adapter {name} is not loaded.", remedy="Load it first.")
        return self._known[name]

    async def _take_in(self, wanted: dict[str, Path]) -> None:
        staying = [name for name in self._used if name not in wanted and name in self.in_memory]
        room = max(0, self._most - len(wanted))
        staying = staying[-room:] if room else []
        paths = {name: self._known[name] for name in staying} | wanted
        loaded, prints = await asyncio.to_thread(self._start, paths, list(wanted))
        self._known |= wanted
        for name in wanted:
            self._used[name] = None
            self._used.move_to_end(name)
        self._fingerprints |= prints
        await self._replace(loaded)

    def _start(
        self, paths: dict[str, Path], newcomers: list[str]
    ) -> tuple[_Loaded, dict[str | None, str]]:
        base = self._base or bundled_model()
        if self._header is None:
            self._header = read_header(base)
        for name in newcomers:
            check_adapter(paths[name], self._header)
        engine = Engine(
            base,
            context_tokens=self._context_tokens,
            threads=self._threads,
            slots=self._slots,
            adapters=list(paths.values()),
        )
        indices = {name: index for index, name in enumerate(paths)}
        others = [index for name, index in indices.items() if name not in newcomers]
        partner = others[-1] if others else None
        prove_isolation(engine, {name: indices[name] for name in newcomers}, partner)
        give_memory_back()
        return _Loaded(engine, indices), self._prints(base, {n: paths[n] for n in newcomers})

    def _prints(self, base: Path, paths: dict[str, Path]) -> dict[str | None, str]:
        own = self._fingerprints.get(None) or fingerprint(base)
        prints: dict[str | None, str] = {None: own}
        for name, path in paths.items():
            prints[name] = hashlib.sha256(f"{own}{fingerprint(path)}".encode()).hexdigest()
        return prints

    async def _replace(self, loaded: _Loaded | None) -> None:
        """Put `loaded` in place; return when the old engine has ended its requests and is gone."""
        old, self._loaded = self._loaded, loaded
        if old is None:
            return
        if old.speaking:
            await old.quiet.wait()
        await asyncio.to_thread(old.engine.close)
