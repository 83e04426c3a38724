"""An index made under older rules is derived again from its own passages."""

from __future__ import annotations

from pathlib import Path

import lancedb
import numpy as np
import pyarrow as pa

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Location, Passage
from teaegg.store.lance.index import open_lance_index
from teaegg.store.lance.tables import PASSAGE_SCHEMA

EVERYTHING = VisibleSet(everything=True)
ROW = Passage("p1", "d1", "v1", "c", "Screws", 0, "规格: M8×30", 0, 8, Location(row=2))


async def as_it_was_before(folder: str) -> None:
    """No facts, other terms, and nothing that says which rules were followed."""
    connection = await lancedb.connect_async(folder)
    table = await connection.open_table("passages")
    old = (await table.query().to_arrow()).drop_columns(["facts", "terms"])
    old = old.append_column("terms", pa.array(["old"] * old.num_rows))
    await connection.create_table(
        "passages", data=old.replace_schema_metadata(None), mode="overwrite"
    )


async def test_an_older_index_finds_by_todays_rules_and_keeps_its_vectors(tmp_path: Path) -> None:
    folder = str(tmp_path / "index")
    index = await open_lance_index(folder, dimensions=4)
    await index.replace({"d1": ("collection:c", [ROW])})
    vector = np.eye(1, 4, dtype=np.float32)
    await index.add_vectors([ROW], vector, visible=EVERYTHING)
    await as_it_was_before(folder)
    for _ in range(2):
        index = await open_lance_index(folder, dimensions=4)
        hits = await index.text_search(["m8x30"], visible=EVERYTHING, limit=5)
        assert [hit.passage for hit in hits] == [ROW]
        code = frozenset({"M8X30"})
        assert await index.exact_search(identifiers=code, visible=EVERYTHING, limit=5) == [ROW]
        near = await index.vector_search(vector[0], visible=EVERYTHING, limit=5)
        assert [hit.passage for hit in near] == [ROW.id]
        other = VisibleSet(scopes=frozenset({"collection:other"}))
        assert await index.count(visible=other) == 0


async def test_an_index_of_today_is_left_as_it_is(tmp_path: Path) -> None:
    folder = str(tmp_path / "index")
    await open_lance_index(folder, dimensions=4)
    connection = await lancedb.connect_async(folder)
    before = await (await connection.open_table("passages")).version()
    await open_lance_index(folder, dimensions=4)
    table = await connection.open_table("passages")
    assert await table.version() == before
    assert (await table.schema()).metadata == PASSAGE_SCHEMA.metadata
