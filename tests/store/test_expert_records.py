"""Experts on record: one release a scene, every change with its reason, nobody's but theirs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.expert_making import NOW, make_dataset, make_expert, make_record, taught_by
from tests.release_making import released
from tests.store.test_source_records import migrate

from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Actor, VisibleSet
from teaegg.core.documents import Document
from teaegg.core.errors import ConflictError
from teaegg.core.experts import Expert, ExpertState
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ExpertRecords, Widening

EVERYTHING = VisibleSet(everything=True)
LI = Actor("li", groups=frozenset({EVERYONE, "finance"}))


def document(name: str, collection: str = "tax", *, restricted: bool = False) -> Document:
    return Document(
        id=name,
        collection=collection,
        source=f"{name}.md",
        title=f"Title of {name}",
        media_type="text/markdown",
        version="0" * 64,
        state="complete",
        restricted=restricted,
        size_bytes=1,
        passages=1,
        learned_at=NOW,
    )


LAW, RULES = document("law"), document("rules", "handbook")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    for each in (LAW, RULES):
        await DocumentRecords(opened).put(each, root="")
    yield opened
    await opened.close()


@pytest.fixture
def experts(database: Database) -> ExpertRecords:
    return ExpertRecords(database)


async def registered(experts: ExpertRecords, expert: Expert, *taught: Document) -> Expert:
    await experts.register(make_record(expert), make_dataset(expert), taught_by(*taught), by="chen")
    return expert


async def states(experts: ExpertRecords) -> dict[str, ExpertState]:
    found = await experts.list(actor=LOCAL_OWNER, visible=EVERYTHING)
    return {record.id: record.state for record in found}


async def test_an_expert_comes_back_as_it_was_registered(
    experts: ExpertRecords, database: Database
) -> None:
    expert = await registered(experts, make_expert("tax"), LAW, RULES)
    (found,) = await experts.called("tax", actor=LOCAL_OWNER, visible=EVERYTHING)
    assert found == make_record(expert)
    (change,) = await experts.changes(expert.id)
    assert (change.state, change.by, change.at) == ("candidate", "chen", NOW)
    lineage = LineageRecords(database)
    assert await lineage.documents_of(expert.id) == taught_by(LAW, RULES)
    assert await lineage.dataset(expert.dataset) == make_dataset(expert)


async def test_registering_the_same_again_changes_nothing(
    experts: ExpertRecords, database: Database
) -> None:
    expert = await registered(experts, make_expert("tax"), LAW)
    await released(database, expert.id)
    await registered(experts, expert, LAW)
    assert await states(experts) == {expert.id: "released"}
    assert len(await experts.changes(expert.id)) == 2


async def test_a_release_retires_the_one_before_it_and_nothing_of_other_scenes(
    experts: ExpertRecords, database: Database
) -> None:
    first, second, other = [
        await registered(experts, make_expert(scene, seed), LAW)
        for scene, seed in (("tax", "1"), ("tax", "2"), ("travel", "3"))
    ]
    assert await released(database, other.id) == ""
    assert await released(database, first.id) == ""
    assert await released(database, second.id, why="better") == first.id
    assert await states(experts) == {
        first.id: "retired",
        second.id: "released",
        other.id: "released",
    }
    history = [(change.state, change.by) for change in await experts.changes(first.id)]
    assert history == [("candidate", "chen"), ("released", "chen"), ("retired", "chen")]
    assert (await experts.changes(second.id))[-1].why == "better"


async def test_a_release_that_is_refused_leaves_the_current_one(
    experts: ExpertRecords, database: Database
) -> None:
    first = await registered(experts, make_expert("tax", "1"), LAW)
    second = await registered(experts, make_expert("tax", "2"), RULES)
    await released(database, first.id)
    await DocumentRecords(database).forget([RULES.id], at=NOW)
    with pytest.raises(ConflictError, match="not a candidate"):
        await released(database, second.id)
    assert (await states(experts))[first.id] == "released"


async def test_of_many_releases_at_the_same_time_one_stands(
    experts: ExpertRecords, database: Database
) -> None:
    made = [await registered(experts, make_expert("tax", str(n)), LAW) for n in range(8)]
    outcomes = await asyncio.gather(
        *(released(database, expert.id) for expert in made), return_exceptions=True
    )
    assert all(isinstance(each, str | ConflictError) for each in outcomes)
    assert list((await states(experts)).values()).count("released") == 1


async def test_forgetting_a_document_withdraws_what_learned_from_it_and_only_that(
    experts: ExpertRecords, database: Database
) -> None:
    both = await registered(experts, make_expert("both"), LAW, RULES)
    law = await registered(experts, make_expert("law"), LAW)
    await released(database, both.id)
    await DocumentRecords(database).forget([RULES.id], at=NOW, by="wang")
    assert await states(experts) == {both.id: "withdrawn", law.id: "candidate"}
    last = (await experts.changes(both.id))[-1]
    assert (last.state, last.by) == ("withdrawn", "wang")
    assert "Title of rules" in last.why
    (sweep,) = await LineageRecords(database).sweeps()
    assert (sweep.dataset.hash, sweep.document) == (both.dataset, RULES.id)
    await LineageRecords(database).swept(both.dataset, [RULES.id])
    assert await LineageRecords(database).sweeps() == ()


async def test_nothing_is_registered_from_a_document_that_was_forgotten_meanwhile(
    experts: ExpertRecords, database: Database
) -> None:
    await DocumentRecords(database).forget([RULES.id], at=NOW)
    with pytest.raises(ConflictError, match="no longer here: rules"):
        await registered(experts, make_expert("both"), LAW, RULES)
    assert await states(experts) == {}
    assert await LineageRecords(database).dataset(make_expert("both").dataset) is None


async def test_a_withdrawn_expert_does_not_come_back(
    experts: ExpertRecords, database: Database
) -> None:
    expert = await registered(experts, make_expert("tax"), RULES)
    await DocumentRecords(database).forget([RULES.id], at=NOW)
    await DocumentRecords(database).put(RULES, root="")
    with pytest.raises(ConflictError, match="withdrawn"):
        await registered(experts, expert, RULES)
    with pytest.raises(ConflictError):
        await experts.retire(expert.id, by="chen", at=NOW)
    assert await states(experts) == {expert.id: "withdrawn"}


async def test_an_expert_is_found_by_its_scene_and_by_the_beginning_of_its_id(
    experts: ExpertRecords,
) -> None:
    expert = await registered(experts, make_expert("tax"), LAW)

    async def called(name: str) -> list[str]:
        found = await experts.called(name, actor=LOCAL_OWNER, visible=EVERYTHING)
        return [record.id for record in found]

    assert await called("tax") == await called(expert.id) == await called(expert.id[:8])
    assert await called(expert.id[:7]) == await called("%" * 8) == await called("ta") == []


async def test_only_who_reads_every_document_finds_the_expert(experts: ExpertRecords) -> None:
    await registered(experts, make_expert("both"), LAW, RULES)
    await registered(experts, make_expert("law"), LAW)
    await registered(experts, make_expert("unknown"))

    async def found(visible: VisibleSet, actor: Actor = LI) -> set[str]:
        return {record.expert.scene for record in await experts.list(actor=actor, visible=visible)}

    law, rules = "collection:tax", "collection:handbook"
    assert await found(VisibleSet()) == set()
    assert await found(VisibleSet(frozenset({law}))) == {"law"}
    assert await found(VisibleSet(frozenset({rules}))) == set()
    assert await found(VisibleSet(frozenset({law, rules}))) == {"both", "law"}
    assert await found(VisibleSet(frozenset({law}), frozenset({"rules"}))) == {"both", "law"}
    assert await found(EVERYTHING, LOCAL_OWNER) == {"both", "law", "unknown"}


async def test_a_widening_opens_to_those_it_names_until_it_is_taken_back(
    experts: ExpertRecords,
) -> None:
    expert = await registered(experts, make_expert("both"), LAW, RULES)
    widening = Widening("group", "finance", "chen", NOW, "they prepare the returns")
    await experts.widen(expert.id, widening)
    await experts.widen(expert.id, Widening("group", "finance", "wu", NOW, "another reason"))
    assert await experts.widenings(expert.id) == (widening,)

    async def usable(actor: Actor) -> bool:
        return bool(await experts.list(actor=actor, visible=VisibleSet()))

    assert await usable(LI)
    assert not await usable(Actor("finance"))
    assert not await usable(Actor("wu", groups=frozenset({EVERYONE})))
    assert await experts.narrow(expert.id, "group", "finance")
    assert not await experts.narrow(expert.id, "group", "finance")
    assert not await usable(LI)


async def test_what_it_was_withdrawn_from_and_made_again_for_is_on_record(
    experts: ExpertRecords, database: Database
) -> None:
    spoke = await registered(experts, make_expert("tax", "1"), LAW)
    await released(database, spoke.id)
    replaced = await registered(experts, make_expert("tax", "2"), LAW)
    await experts.retire(replaced.id, by="chen", at=NOW)
    await registered(experts, make_expert("tax", "3"), RULES)
    await DocumentRecords(database).forget(["law"], at=NOW, by="chen")
    lineage = LineageRecords(database)
    states = await lineage.states_before_withdrawal()
    assert states == {spoke.id: "released", replaced.id: "retired"}
    assert await lineage.withdrawn_recipes(spoke.dataset) == {spoke.recipe}
    assert await lineage.withdrawn_recipes("other rows") == frozenset()
    again = replace(make_record(make_expert("tax", "4")), remakes=spoke.id)
    await experts.register(again, make_dataset(again.expert), taught_by(RULES), by="chen")
    (found,) = await experts.called(again.id, actor=LOCAL_OWNER, visible=EVERYTHING)
    assert found == again


async def test_experts_made_before_keep_all_that_refers_to_them(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    opened = await open_database(f"sqlite+aiosqlite:///{file}")
    await DocumentRecords(opened).put(LAW, root="")
    expert = await registered(ExpertRecords(opened), make_expert("tax"), LAW)
    await opened.close()
    migrate(file, "0006", down=True)
    again = await open_database(f"sqlite+aiosqlite:///{file}")
    assert await LineageRecords(again).documents_of(expert.id) == taught_by(LAW)
    assert len(await ExpertRecords(again).changes(expert.id)) == 1
    (found,) = await ExpertRecords(again).list(actor=LOCAL_OWNER, visible=EVERYTHING)
    assert found.remakes == ""
    await again.close()
