"""Which documents taught what: read forwards (an expert's documents) and backwards (a document's experts)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select, update

from teaegg.core.experts import ExpertState
from teaegg.store.database import Database
from teaegg.store.experts.records import Dataset, TrainingDocument
from teaegg.store.schema.experts import (
    DatasetDocumentRow,
    DatasetRow,
    ExpertChangeRow,
    ExpertDocumentRow,
    ExpertRow,
)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows of `document` that are still to be deleted from the files of `dataset`."""

    dataset: Dataset
    document: str


class LineageRecords:
    """For owners, and for whoever forgets: what it shows is not cut to anybody's visible set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def documents_of(self, expert: str) -> tuple[TrainingDocument, ...]:
        """What taught it, by title, as it was then."""
        row = ExpertDocumentRow
        statement = (
            select(row.document, row.version, row.collection, row.scope, row.title)
            .where(row.expert == expert)
            .order_by(row.title, row.document)
        )
        async with self._database.reading() as connection:
            return tuple(TrainingDocument(*found) for found in await connection.execute(statement))

    async def dataset(self, name: str) -> Dataset | None:
        statement = select(*_DATASET).where(DatasetRow.hash == name)
        async with self._database.reading() as connection:
            found = (await connection.execute(statement)).first()
        return None if found is None else Dataset(*found)

    async def dataset_of(self, expert: str) -> Dataset | None:
        """What the expert learned from; None where nothing is on record."""
        statement = (
            select(*_DATASET)
            .join(ExpertRow, ExpertRow.dataset == DatasetRow.hash)
            .where(ExpertRow.id == expert)
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(statement)).first()
        return None if found is None else Dataset(*found)

    async def datasets_from(self, documents: Collection[str]) -> tuple[Dataset, ...]:
        """Datasets that speak of one of `documents`, the newest first."""
        naming = select(DatasetDocumentRow.dataset).where(
            DatasetDocumentRow.document.in_(documents)
        )
        statement = (
            select(*_DATASET)
            .where(DatasetRow.hash.in_(naming))
            .order_by(DatasetRow.recorded_at.desc(), DatasetRow.hash)
        )
        async with self._database.reading() as connection:
            return tuple(Dataset(*row) for row in await connection.execute(statement))

    async def experts_from(self, documents: Collection[str]) -> frozenset[str]:
        """Ids of the experts, of any state, that learned from one of `documents`."""
        statement = select(ExpertDocumentRow.expert).where(
            ExpertDocumentRow.document.in_(documents)
        )
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    async def sweeps(self) -> tuple[Sweep, ...]:
        """What forgetting has left to do, oldest first; nothing of it is lost when a process dies."""
        statement = (
            select(*_DATASET, DatasetDocumentRow.document)
            .join(DatasetDocumentRow, DatasetDocumentRow.dataset == DatasetRow.hash)
            .where(DatasetDocumentRow.forgotten_at.is_not(None), ~DatasetDocumentRow.swept)
            .order_by(DatasetDocumentRow.forgotten_at, DatasetRow.hash)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return tuple(Sweep(Dataset(*row[:-1]), row[-1]) for row in rows)

    async def swept(self, dataset: str, documents: Sequence[str]) -> None:
        """The rows of `documents` are gone from the files of `dataset`."""
        statement = (
            update(DatasetDocumentRow)
            .where(
                DatasetDocumentRow.dataset == dataset, DatasetDocumentRow.document.in_(documents)
            )
            .values(swept=True)
        )
        async with self._database.session() as session:
            await session.execute(statement)

    async def withdrawn(self) -> tuple[str, ...]:
        """Ids of withdrawn experts, whose weights are not kept."""
        statement = select(ExpertRow.id).where(ExpertRow.state == "withdrawn")
        async with self._database.reading() as connection:
            return tuple((await connection.execute(statement)).scalars())

    async def states_before_withdrawal(self) -> Mapping[str, ExpertState]:
        """Id of each withdrawn expert → the state that it was withdrawn from."""
        change = ExpertChangeRow
        statement = (
            select(change.expert, change.state)
            .join(ExpertRow, ExpertRow.id == change.expert)
            .where(ExpertRow.state == "withdrawn", change.state != "withdrawn")
            .order_by(change.expert, change.ordinal)
        )
        async with self._database.reading() as connection:
            # The last of each expert is the one that counts.
            return {
                expert: cast(ExpertState, state)
                for expert, state in await connection.execute(statement)
            }

    async def withdrawn_recipes(self, dataset: str) -> frozenset[str]:
        """Hashes of the recipes by which experts that are withdrawn now learned from these rows."""
        statement = select(ExpertRow.recipe).where(
            ExpertRow.dataset == dataset, ExpertRow.state == "withdrawn"
        )
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(statement)).scalars())


_DATASET = (
    DatasetRow.hash,
    DatasetRow.scene,
    DatasetRow.rows,
    DatasetRow.recorded_at,
    DatasetRow.teacher,
    DatasetRow.recipe,
    DatasetRow.file,
)
