"""Who may use an expert: random companies against a naive reading, and the reasons a person is given."""

import asyncio
import tempfile
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.conftest import HandClock
from tests.access.test_access_properties import (
    DAY,
    NAMES,
    Company,
    _record,
    companies,
    grants,
    may_read,
    names,
    standing,
)
from tests.expert_making import make_dataset, make_expert, make_record, taught_by
from tests.release_making import released

from teaegg.access.expert_policy import Teaching, explain_expert
from teaegg.access.expert_service import ExpertAccess
from teaegg.access.service import Access
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, VisibleSet
from teaegg.core.clock import SystemClock
from teaegg.core.errors import InvalidRequestError, NotAllowedError, NotFoundError
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ExpertRecords, Widening
from teaegg.store.grants import Grant
from teaegg.store.schema.documents import DocumentRow

_EVERYTHING = VisibleSet(everything=True)


@dataclass(frozen=True)
class Taught:
    """A company with an expert that learned from `names`, of which `gone` have been forgotten."""

    company: Company
    names: frozenset[str]
    gone: frozenset[str]
    widenings: tuple[Widening, ...]


widenings = st.one_of(
    st.builds(Widening, st.just("user"), names, st.just("chen"), st.just(DAY), st.just("why")),
    st.builds(
        Widening,
        st.just("group"),
        st.sampled_from([*NAMES, EVERYONE]),
        st.just("chen"),
        st.just(DAY),
        st.just("why"),
    ),
)
experts = st.builds(
    Taught,
    companies,
    st.frozensets(names, max_size=3),
    st.frozensets(names, max_size=1),
    st.lists(widenings, max_size=2, unique_by=lambda w: (w.grantee_kind, w.grantee)).map(tuple),
)


def may_use(taught: Taught, user: str) -> bool:
    """The rules as the documentation tells them."""
    company = taught.company
    if user in company.inactive:
        return False
    if company.roles[user] == "owner":
        return True
    if taught.names & taught.gone:
        return False
    for widening in taught.widenings:
        if widening.grantee_kind == "user" and widening.grantee == user:
            return True
        if widening.grantee_kind == "group":
            member = (user, widening.grantee) in company.members
            if member or widening.grantee == "everyone":
                return True
    if not taught.names:
        return False
    return all(may_read(company, user, d) for d in company.documents if d.id in taught.names)


def teaching(taught: Taught) -> Teaching:
    there = taught.names - taught.gone
    return Teaching(
        expert="e",
        scene="tax",
        state="released",
        documents=tuple(d for d in taught.company.documents if d.id in there),
        gone=tuple(sorted(taught.names & taught.gone)),
        widenings=taught.widenings,
    )


@settings(max_examples=2500)
@given(taught=experts)
def test_the_explanation_agrees_with_the_naive_reading(taught: Taught) -> None:
    for user in NAMES:
        told = explain_expert(standing(taught.company, user), teaching(taught))
        assert (told.verdict == "allowed") == may_use(taught, user)
        assert told.reasons
        assert len(told.lines("zh")) == len(told.lines("en")) == len(told.reasons)


@settings(max_examples=500)
@given(taught=experts, user=names, extra=grants)
def test_a_grant_more_never_takes_an_expert_away_and_one_document_more_never_gives_it(
    taught: Taught, user: str, extra: Grant
) -> None:
    def allowed(each: Taught) -> bool:
        told = explain_expert(standing(each.company, user), teaching(each))
        return told.verdict == "allowed"

    company = replace(taught.company, grants=(*taught.company.grants, extra))
    assert not allowed(taught) or allowed(replace(taught, company=company))
    for name in NAMES:
        more = replace(taught, names=taught.names | {name})
        assert not taught.names or not allowed(more) or allowed(taught)


@settings(max_examples=60)
@given(taught=experts)
def test_the_query_answers_like_the_naive_reading(taught: Taught) -> None:
    asyncio.run(_check_recorded(taught))


async def _check_recorded(taught: Taught) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite+aiosqlite:///{folder}/records.db")
        try:
            await _check(taught, database)
        finally:
            await database.close()


async def _check(taught: Taught, database: Database) -> None:
    access, documents = Access(database, SystemClock()), DocumentRecords(database)
    await _record(taught.company, access, documents)
    records = ExpertRecords(database)
    expert = make_expert("tax")
    learned = [d for d in taught.company.documents if d.id in taught.names]
    await records.register(
        make_record(expert), make_dataset(expert), taught_by(*learned), by="chen"
    )
    await released(database, expert.id)
    for widening in taught.widenings:
        await records.widen(expert.id, widening)
    async with database.session() as session:
        # Gone without the withdrawal that forgetting brings with it: the query denies by itself.
        for name in taught.gone:
            document = await session.get(DocumentRow, name)
            await session.delete(document)
    service = ExpertAccess(access, records, LineageRecords(database), documents, HandClock())
    for user in set(NAMES) - taught.company.inactive:
        actor = await access.actor(user)
        expected = may_use(taught, user)
        assert bool(await service.released(actor)) == expected
        told = await service.why(user, "tax", asked_by=LOCAL_OWNER)
        assert (told.verdict == "allowed") == expected
        if not expected:
            with pytest.raises(NotFoundError):
                await service.find(actor, "tax")


@pytest.fixture
async def service(company: Access, database: Database, clock: HandClock) -> ExpertAccess:
    """`prices` learned from the list that finance reads; `merger` from what nobody reads."""
    records, documents = ExpertRecords(database), DocumentRecords(database)
    for scene, names_ in (("prices", ("list", "rules")), ("merger", ("merger",))):
        found = [
            each
            for name in names_
            if (each := await documents.get(name, visible=_EVERYTHING)) is not None
        ]
        expert = make_expert(scene)
        await records.register(
            make_record(expert), make_dataset(expert), taught_by(*found), by="chen"
        )
    return ExpertAccess(company, records, LineageRecords(database), documents, clock)


async def let_answer(service: ExpertAccess, database: Database, scene: str) -> str:
    """Release its newest candidate; the id of that is returned."""
    record = await service.releasable(LOCAL_OWNER, scene)
    await released(database, record.id)
    return record.id


async def test_a_candidate_is_there_for_owners_only(
    service: ExpertAccess, company: Access, database: Database
) -> None:
    chen, li = await company.actor("chen"), await company.actor("li")
    assert {record.state for record in await service.list(chen)} == {"candidate"}
    assert await service.list(li) == ()
    await let_answer(service, database, "prices")
    assert [record.expert.scene for record in await service.list(li)] == ["prices"]


async def test_a_grant_that_is_taken_back_takes_the_expert_at_once(
    service: ExpertAccess, company: Access, database: Database
) -> None:
    chen, li = await company.actor("chen"), await company.actor("li")
    await let_answer(service, database, "prices")
    assert (await service.find(li, "prices")).expert.scene == "prices"
    await company.revoke(chen, "group", "finance", "collection", "prices")
    with pytest.raises(NotFoundError) as hidden:
        await service.find(li, "prices")
    with pytest.raises(NotFoundError) as absent:
        await service.find(li, "nothing")
    assert str(hidden.value).replace("prices", "nothing") == str(absent.value)


async def test_only_owners_decide_and_only_they_ask_about_others(
    service: ExpertAccess, company: Access
) -> None:
    editor = await company.actor("王芳")
    for work in (
        service.releasable(editor, "prices"),
        service.retire(editor, "prices"),
        service.in_use(editor, "prices"),
        service.widen(editor, "prices", "group", "finance", why="because"),
        service.narrow(editor, "prices", "group", "finance"),
        service.why("li", "prices", asked_by=editor),
    ):
        with pytest.raises(NotAllowedError):
            await work


async def test_a_widening_opens_with_its_reason_and_needs_one(
    service: ExpertAccess, company: Access, database: Database
) -> None:
    chen, li = await company.actor("chen"), await company.actor("li")
    await let_answer(service, database, "merger")
    told = await service.why("li", "merger", asked_by=chen)
    assert told.verdict == "denied"
    assert told.lines("en") == (
        "li may not read 1 of the 1 documents that taught it: Title of merger.",
    )
    with pytest.raises(InvalidRequestError, match="needs its reason"):
        await service.widen(chen, "merger", "group", "finance", why=" ")
    with pytest.raises(NotFoundError):
        await service.widen(chen, "merger", "group", "nobody", why="because")
    await service.widen(chen, "merger", "group", "finance", why="due diligence")
    told = await service.why("li", "merger", asked_by=li)
    assert told.lines("zh") == ("chen 于 2026-03-02 对组 finance 开放：due diligence",)
    await service.narrow(chen, "merger", "group", "finance")
    with pytest.raises(NotFoundError):
        await service.find(li, "merger")


async def test_the_reasons_name_what_opens_it(service: ExpertAccess, company: Access) -> None:
    chen = await company.actor("chen")
    told = await service.why("li", "prices", asked_by=chen)
    assert told.verdict == "allowed"
    assert told.lines("en")[0] == "li may read all that taught it (2 documents)."
    assert "li is a member of group finance." in told.lines("en")
    told = await service.why("王芳", "prices", asked_by=chen)
    assert told.lines("zh")[0].endswith("有 1 份 王芳 无权阅读：Title of list。")


async def test_what_was_forgotten_leaves_the_expert_to_nobody(
    service: ExpertAccess, company: Access, database: Database
) -> None:
    chen, li = await company.actor("chen"), await company.actor("li")
    await let_answer(service, database, "prices")
    await service.widen(chen, "prices", "user", "li", why="because")
    await DocumentRecords(database).forget(["rules"], at=DAY, by="chen")
    with pytest.raises(NotFoundError):
        await service.find(li, "prices")
    told = await service.why("chen", "prices", asked_by=chen)
    assert (told.verdict, told.lines("zh")) == ("denied", ("它已被撤回，不再作答。",))
