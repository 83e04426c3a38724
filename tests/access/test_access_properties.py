"""Random companies against an independent, naive reading of the rules."""

import asyncio
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.access.explain import explain
from teaegg.access.policy import Standing, visible_to
from teaegg.access.service import Access
from teaegg.core.actors import EVERYONE, LOCAL_OWNER
from teaegg.core.clock import SystemClock
from teaegg.core.documents import Document
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.grants import Grant

DAY = datetime(2026, 3, 2, tzinfo=UTC)
# Users, groups, collections and documents share names on purpose: a mix-up of kinds must show.
NAMES = ["a", "b", "c", "d"]
names = st.sampled_from(NAMES)


@dataclass(frozen=True)
class Company:
    roles: dict[str, str]
    inactive: frozenset[str]
    members: frozenset[tuple[str, str]]
    documents: tuple[Document, ...]
    grants: tuple[Grant, ...]


def document(name: str, collection: str, restricted: bool) -> Document:
    return Document(
        id=name,
        collection=collection,
        source=name,
        title=name,
        media_type="text/plain",
        version="0" * 64,
        state="complete",
        restricted=restricted,
        size_bytes=1,
        passages=1,
        learned_at=DAY,
    )


grants = st.one_of(
    st.builds(
        Grant,
        grantee_kind=st.just("user"),
        grantee=names,
        target_kind=st.sampled_from(["collection", "document"]),
        target=names,
        granted_by=st.just("chen"),
        granted_at=st.just(DAY),
    ),
    st.builds(
        Grant,
        grantee_kind=st.just("group"),
        grantee=st.sampled_from([*NAMES, EVERYONE]),
        target_kind=st.sampled_from(["collection", "document"]),
        target=names,
        granted_by=st.just("chen"),
        granted_at=st.just(DAY),
    ),
)
companies = st.builds(
    Company,
    roles=st.fixed_dictionaries(
        {name: st.sampled_from(["member", "member", "editor", "owner"]) for name in NAMES}
    ),
    inactive=st.frozensets(names, max_size=1),
    members=st.frozensets(st.tuples(names, names), max_size=6),
    documents=st.tuples(*(st.builds(document, st.just(n), names, st.booleans()) for n in NAMES)),
    grants=st.lists(grants, max_size=5).map(tuple),
)


def may_read(company: Company, user: str, wanted: Document) -> bool:
    """The rules as the documentation tells them, one grant after the other."""
    if user in company.inactive:
        return False
    if company.roles[user] == "owner":
        return True
    for grant in company.grants:
        if grant.grantee_kind == "user":
            reaches = grant.grantee == user
        else:
            reaches = grant.grantee == "everyone" or (user, grant.grantee) in company.members
        if grant.target_kind == "document":
            opens = grant.target == wanted.id
        else:
            opens = grant.target == wanted.collection and not wanted.restricted
        if reaches and opens:
            return True
    return False


def standing(company: Company, user: str) -> Standing:
    return Standing(
        name=user,
        role=company.roles[user],
        groups=frozenset(group for member, group in company.members if member == user),
        grants=company.grants,
        active=user not in company.inactive,
    )


@settings(max_examples=2500)
@given(company=companies)
def test_visible_set_and_explanation_agree_with_the_naive_reading(company: Company) -> None:
    for user in NAMES:
        account = standing(company, user)
        visible = visible_to(account)
        for wanted in company.documents:
            expected = may_read(company, user, wanted)
            explanation = explain(account, wanted)
            assert ((wanted.id, wanted.scope) in visible) == expected
            assert (explanation.verdict == "allowed") == expected
            assert explanation.reasons


@settings(max_examples=500)
@given(company=companies, user=names, extra=grants)
def test_a_grant_more_never_takes_anything_away(company: Company, user: str, extra: Grant) -> None:
    before = visible_to(standing(company, user))
    after = visible_to(standing(replace(company, grants=(*company.grants, extra)), user))
    for wanted in company.documents:
        place = (wanted.id, wanted.scope)
        assert place not in before or place in after


@settings(max_examples=50)
@given(company=companies)
def test_the_recorded_company_answers_like_the_naive_reading(company: Company) -> None:
    asyncio.run(_check_recorded(company))


async def _check_recorded(company: Company) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite+aiosqlite:///{folder}/records.db")
        try:
            access, records = Access(database, SystemClock()), DocumentRecords(database)
            await _record(company, access, records)
            for user in NAMES:
                await _check_user(company, user, access, records)
        finally:
            await database.close()


async def _record(company: Company, access: Access, records: DocumentRecords) -> None:
    for name in NAMES:
        await access.add_group(LOCAL_OWNER, name)
        await access.create_collection(LOCAL_OWNER, name)
        await access.add_user(LOCAL_OWNER, name, role=company.roles[name])
    for wanted in company.documents:
        await records.put(wanted, root="")
    for user, group in company.members:
        await access.add_member(LOCAL_OWNER, group, user)
    for grant in company.grants:
        await access.grant(
            LOCAL_OWNER, grant.grantee_kind, grant.grantee, grant.target_kind, grant.target
        )
    for user in company.inactive:
        await access.deactivate(LOCAL_OWNER, user)


async def _check_user(
    company: Company, user: str, access: Access, records: DocumentRecords
) -> None:
    expected = {wanted.id for wanted in company.documents if may_read(company, user, wanted)}
    for wanted in company.documents:
        explanation = await access.why(user, wanted.id, asked_by=LOCAL_OWNER)
        assert (explanation.verdict == "allowed") == (wanted.id in expected)
    if user in company.inactive:
        return
    visible = await access.visible(await access.actor(user))
    assert {w.id for w in company.documents if (w.id, w.scope) in visible} == expected
    assert {found.id for found in await records.list(visible=visible)} == expected
