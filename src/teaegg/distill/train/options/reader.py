"""The back end in torch: each core reads batches of its own; see `models.options`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import torch

from teaegg.core.errors import ModelError
from teaegg.distill.train.base_weights import base_folder, weights_hash
from teaegg.distill.train.options.adapter import put_on
from teaegg.distill.train.options.encoding import Together, together
from teaegg.distill.train.options.scoring import readings
from teaegg.distill.train.sheets import Sheet
from teaegg.distill.train.student import Beginning, SheetModel
from teaegg.distill.train.tokens import Tokenizer
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.options import OptionQuestion, OptionReading, check_questions

_BATCH_TOKENS = 768
"""With padding. In larger batches each takes longer: what layers hand on leaves the processor's caches."""
_AHEAD = 2
"""Batches handed out per thread: none waits for work, and few beginnings are in memory."""


class TrainerOptions:
    """`base` as for `make_trainer`, with the adapter of a PEFT folder or (None) as it is.

    Computed in the precision of `fast_precision`, or `exact`ly in 32 bits. `threads` 0: every core.
    """

    def __init__(
        self,
        base: Path | None,
        adapter: Path | None = None,
        *,
        threads: int = 0,
        exact: bool = False,
    ) -> None:
        self._base = base
        self._adapter = adapter
        self._precision = torch.float32 if exact else None
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._threads = 1 if self._device.type == "cuda" else threads or os.cpu_count() or 1
        # More threads to one operation make a model this small wait for the slowest of them.
        self._pool = ThreadPoolExecutor(
            self._threads, initializer=torch.set_num_threads, initargs=(1,)
        )
        self._one_at_a_time = threading.Lock()
        self._model: SheetModel | None = None
        self._fingerprint = ""

    @property
    def name(self) -> str:
        return (self._adapter or self._base or bundled_model()).stem

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    async def read(self, questions: Sequence[OptionQuestion]) -> AsyncIterator[OptionReading]:
        check_questions(questions)
        loop = asyncio.get_running_loop()
        model, groups = await loop.run_in_executor(self._pool, self._prepared, questions)
        handed_out = self._handed_out(model, groups)
        under_way = deque(islice(handed_out, _AHEAD * self._threads))
        try:
            while under_way:
                read = await asyncio.wrap_future(under_way.popleft())
                under_way.extend(islice(handed_out, 1))
                for reading in read:
                    yield reading
        finally:
            for batch in under_way:
                batch.cancel()

    async def close(self) -> None:
        """The memory goes with the last batch under way."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        self._model = None

    def _prepared(self, questions: Sequence[OptionQuestion]) -> tuple[SheetModel, list[Together]]:
        with self._one_at_a_time:
            folder = base_folder(self._base)
            model = self._model = self._model or self._load(folder)
        groups = together(
            questions,
            Tokenizer(folder),
            context_tokens=model.context_tokens,
            batch_tokens=_BATCH_TOKENS,
        )
        return model, groups

    def _load(self, folder: Path) -> SheetModel:
        model = SheetModel(folder, device=self._device, precision=self._precision)
        printed = weights_hash(self._base)
        if self._adapter:
            put_on(model.model, self._adapter)
            own = fingerprint(self._adapter / "adapter_model.safetensors")
            printed = hashlib.sha256(f"{printed}{own}".encode()).hexdigest()
        model.model.eval()
        self._fingerprint = printed
        return model

    def _handed_out(
        self, model: SheetModel, groups: Iterable[Together]
    ) -> Iterator[Future[list[OptionReading]]]:
        """Each batch as it is asked for. Its beginning was handed out before it, so no thread waits
        for one that nobody computes."""
        for group in groups:
            begun = self._pool.submit(_begun, model, group.beginning)
            for batch in group.batches:
                yield self._pool.submit(_read, model, batch, begun)


def _begun(model: SheetModel, tokens: Sequence[int]) -> Beginning | None:
    with torch.inference_mode():
        return model.beginning(tokens)


def _read(
    model: SheetModel, batch: Sequence[Sheet], begun: Future[Beginning | None]
) -> list[OptionReading]:
    try:
        with torch.inference_mode():
            return readings(model, batch, begun.result())
    except RuntimeError as error:
        raise ModelError(
            f"The options cannot be read: {str(error)[:300]}",
            remedy="Free some memory, or ask shorter questions.",
        ) from error
