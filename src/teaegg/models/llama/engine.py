"""A llama.cpp server inside this process: one base in memory, adapters beside it, several slots."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from teaegg.core.errors import ModelError
from teaegg.models.threads import let_waiting_threads_sleep

Body = dict[str, Any]
Forward = Callable[[dict[str, Any]], bool]
"""Gets one chunk of a stream; says whether to stop."""


class Engine:
    """Loaded when made; calls may come from several threads, `slots` of them run at once.

    `context_tokens` is what one request may hold, prompt and answer. Raises ModelError when a file is
    missing or cannot be loaded.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        threads: int,
        slots: int = 1,
        adapters: Sequence[Path] = (),
    ) -> None:
        self.path = path
        self.slots = slots
        self.context_tokens = context_tokens
        self._adapters = len(adapters)
        self._key = secrets.token_hex(16)
        self._server = _start(path, context_tokens * slots, threads, slots, adapters, self._key)

    def complete(self, body: Body, *, adapter: int | None = None) -> dict[str, Any]:
        """One finished completion. `adapter` is an index into `adapters`, None the bare base."""
        return self._whole(self._server.handle_completions, self._with_adapters(body, adapter))

    def tokens(self, text: str, *, beginning: bool = False) -> tuple[int, ...]:
        """Special tokens are read from `text`; with `beginning` the one that begins a text is put
        before it, where the model has such a one."""
        # The one question that xllamacpp does not pass on: it goes to llama.cpp's own loopback port.
        place = urlsplit(self._server.listening_address)
        connection = HTTPConnection(place.hostname or "", place.port)
        try:
            connection.request(
                "POST",
                "/tokenize",
                json.dumps({"content": text, "add_special": beginning, "parse_special": True}),
                {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
            )
            reply = connection.getresponse().read()
            return tuple(json.loads(reply)["tokens"])
        except (OSError, HTTPException, ValueError, KeyError) as error:
            raise ModelError(
                f"The language model {self.path.stem} did not say its tokens: {error!r:.300}.",
                remedy="Report this with the version of xllamacpp.",
            ) from error
        finally:
            connection.close()

    def complete_chat(self, body: Body) -> dict[str, Any]:
        """One finished answer of the bare base to turns, behind the file's own chat template."""
        return self._whole(self._server.handle_chat_completions, self._with_adapters(body, None))

    def _whole(self, handle: Callable[[Body], Any], body: Body) -> dict[str, Any]:
        reply = handle(body)
        if not isinstance(reply, dict) or "choices" not in reply:
            raise ModelError(
                f"The language model {self.path.stem} refused a prompt: {reply!r:.300}.",
                remedy="Raise chat.context_tokens or ask a shorter question.",
            )
        return reply

    def stream(self, body: Body, forward: Forward, *, adapter: int | None = None) -> None:
        """A completion of plain text, chunk by chunk."""
        self._run(self._server.handle_completions, self._with_adapters(body, adapter), forward)

    def stream_chat(self, body: Body, forward: Forward) -> None:
        """Turns behind the engine's own template, chunk by chunk; the bare base answers."""
        self._run(self._server.handle_chat_completions, self._with_adapters(body, None), forward)

    def close(self) -> None:
        """Give the memory back; waits for the engine's threads. No request may run or follow."""
        self._server = None

    def _with_adapters(self, body: Body, adapter: int | None) -> Body:
        # Always the whole list: what is left out would keep the adapter of the request before.
        scales = [
            {"id": index, "scale": 1.0 if index == adapter else 0.0}
            for index in range(self._adapters)
        ]
        return {**body, "lora": scales}

    def _run(self, handle: Callable[[Body, Forward], Any], body: Body, forward: Forward) -> None:
        failures: list[str] = []

        def checked(chunk: Any) -> bool:
            if not isinstance(chunk, dict):
                return False
            if "error" in chunk:
                failures.append(str(chunk["error"]))
                return True
            return forward(chunk)

        try:
            handle({**body, "stream": True}, checked)
        except RuntimeError as error:
            failures.append(str(error))
        if failures:
            raise ModelError(f"The language model {self.path.stem} failed: {failures[0]}.")


def _start(
    path: Path, context_tokens: int, threads: int, slots: int, adapters: Sequence[Path], key: str
) -> Any:
    if not path.is_file():
        raise ModelError(
            f"The model file {path} is not there.",
            remedy="Set chat.model to a GGUF file, or leave it empty for the bundled model.",
        )
    let_waiting_threads_sleep()
    try:
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = context_tokens
        parameters.n_parallel = slots
        parameters.warmup = False
        # The engine keeps up to 8 GiB of earlier prompts otherwise; ours hardly ever come again.
        # (Its checkpoints within one prompt stay on: without them a second pick costs twice.)
        parameters.cache_ram_mib = 0
        parameters.verbosity = -1
        parameters.lora_adapters = [
            xllamacpp.CommonAdapterLoraInfo(str(adapter), 0.0) for adapter in adapters
        ]
        parameters.lora_init_without_apply = True
        for cpu in (parameters.cpuparams, parameters.cpuparams_batch):
            cpu.n_threads = threads
            cpu.poll = 0
        # llama.cpp also listens on a loopback port; nobody but this process may use it.
        parameters.api_keys = [key]
        with _quiet_stderr():
            return xllamacpp.Server(parameters)
    except (ImportError, RuntimeError, ValueError) as error:
        beside = f" with {len(adapters)} adapters" if adapters else ""
        raise ModelError(
            f"The language model {path}{beside} cannot be loaded: {error}.",
            remedy="Check that it is a whole GGUF file that fits into memory; see `teaegg doctor`.",
        ) from error


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """llama.cpp writes its loading log straight to the process's error stream."""
    saved = os.dup(2)
    silent = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(silent)
        os.close(saved)
