"""What is left to do after a document was forgotten: rows and weights deleted.

That the experts are withdrawn was decided in the transaction that forgot the document. The files follow
here, from what is on record as still to do: a killed process is finished by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from teaegg.distill.lineage.sweeping import sweep_rows
from teaegg.store.experts.files import ExpertFiles
from teaegg.store.experts.lineage import LineageRecords, Sweep


class Forgetting:
    """Carries out what forgetting has left on record."""

    def __init__(self, lineage: LineageRecords, files: ExpertFiles, home: Path) -> None:
        self._lineage = lineage
        self._files = files
        self._home = home

    async def finish(self) -> None:
        """Delete the rows of forgotten documents and the weights of withdrawn experts.

        Nothing happens when nothing is left to do. Raises StorageError when the disk refuses.
        """
        for expert in await self._lineage.withdrawn():
            await self._files.drop_weights(expert)
        sweeps = sorted(await self._lineage.sweeps(), key=lambda sweep: sweep.dataset.hash)
        for name, group in groupby(sweeps, key=lambda sweep: sweep.dataset.hash):
            await self._sweep(name, list(group))

    async def _sweep(self, name: str, sweeps: Sequence[Sweep]) -> None:
        dataset = sweeps[0].dataset
        documents = [sweep.document for sweep in sweeps]
        if dataset.file:
            await asyncio.to_thread(sweep_rows, self._home / dataset.file, documents)
        await self._lineage.swept(name, documents)
