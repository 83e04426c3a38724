"""The same records on PostgreSQL: migrated, one release a scene, forgetting and registering at once."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.expert_making import NOW, make_dataset, make_expert, make_record, taught_by
from tests.ingest.sources.test_sources_postgres import port  # noqa: F401
from tests.release_making import released
from tests.store.test_expert_records import EVERYTHING, LAW, LI, RULES, registered, states

from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.core.errors import ConflictError
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.records import ExpertRecords, Widening


@pytest.fixture
async def database(port: int, request: pytest.FixtureRequest) -> AsyncIterator[Database]:  # noqa: F811
    name = f"records_{abs(hash(request.node.name))}"
    server = await asyncpg.connect(host="127.0.0.1", port=port, user="tea", database="postgres")
    await server.execute(f"CREATE DATABASE {name}")
    await server.close()
    opened = await open_database(f"postgresql+asyncpg://tea@127.0.0.1:{port}/{name}")
    for each in (LAW, RULES):
        await DocumentRecords(opened).put(each, root="")
    yield opened
    await opened.close()


async def test_of_many_releases_at_the_same_time_one_stands(database: Database) -> None:
    experts = ExpertRecords(database)
    made = [await registered(experts, make_expert("tax", str(n)), LAW) for n in range(6)]
    outcomes = await asyncio.gather(
        *(released(database, expert.id) for expert in made), return_exceptions=True
    )
    assert all(isinstance(each, str | ConflictError) for each in outcomes)
    assert list((await states(experts)).values()).count("released") == 1
    for expert in made:
        assert (await experts.changes(expert.id))[-1].state == (await states(experts))[expert.id]


async def test_whatever_order_they_come_in_no_expert_outlives_its_document(
    database: Database,
) -> None:
    experts, documents = ExpertRecords(database), DocumentRecords(database)
    for number in range(10):
        await documents.put(RULES, root="")
        expert = make_expert("tax", str(number))
        await asyncio.gather(
            experts.register(
                make_record(expert), make_dataset(expert), taught_by(LAW, RULES), by="chen"
            ),
            documents.forget([RULES.id], at=NOW),
            return_exceptions=True,
        )
        assert set((await states(experts)).values()) <= {"withdrawn"}


async def test_only_who_reads_every_document_finds_it_or_whom_it_was_opened_to(
    database: Database,
) -> None:
    experts = ExpertRecords(database)
    expert = await registered(experts, make_expert("both"), LAW, RULES)

    async def found(*scopes: str) -> bool:
        return bool(await experts.list(actor=LI, visible=VisibleSet(frozenset(scopes))))

    assert not await found("collection:tax")
    assert await found("collection:tax", "collection:handbook")
    await experts.widen(expert.id, Widening("group", "finance", "chen", NOW, "because"))
    assert await found("collection:tax")
    assert await experts.called(expert.id[:8], actor=LOCAL_OWNER, visible=EVERYTHING)
    await DocumentRecords(database).forget([RULES.id], at=NOW)
    assert not await found("collection:tax", "collection:handbook")
