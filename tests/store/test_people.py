"""Records of people and grants: what is kept, what is swept, what goes together."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from teaegg.core.errors import ConflictError
from teaegg.store.database import Database, open_database
from teaegg.store.grants import Grant, GrantRecords
from teaegg.store.people import ApiKey, PeopleRecords, User

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LI = User("li", "李娜", "member", True, NOW, frozenset({"finance"}))
GRANT = Grant("group", "finance", "collection", "价格", "chen", NOW, "2026 年价格")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    yield opened
    await opened.close()


@pytest.fixture
async def people(database: Database) -> PeopleRecords:
    records = PeopleRecords(database)
    await records.add_group("finance", NOW)
    await records.add_user(LI, "hash")
    return records


async def test_an_account_comes_back_as_it_was_recorded(people: PeopleRecords) -> None:
    assert await people.find_user("li") == LI
    assert await people.list_users() == (LI,)
    assert await people.find_password_hash("li") == "hash"


async def test_an_absent_or_closed_account_has_no_hash_to_compare_with(
    people: PeopleRecords,
) -> None:
    await people.set_active("li", False)
    assert await people.find_password_hash("li") == ""
    assert await people.find_password_hash("nobody") == ""
    assert await people.find_user("nobody") is None


async def test_an_account_with_an_unknown_group_is_not_half_recorded(
    people: PeopleRecords,
) -> None:
    with pytest.raises(ConflictError):
        await people.add_user(User("wu", "", "member", True, NOW, frozenset({"nothing"})), "")
    assert await people.find_user("wu") is None


async def test_a_taken_name_is_refused_and_loses_nothing(
    people: PeopleRecords, database: Database
) -> None:
    grants = GrantRecords(database)
    await grants.add_grant(GRANT)
    with pytest.raises(ConflictError):
        await people.add_user(LI, "other")
    with pytest.raises(ConflictError):
        await people.add_group("finance", NOW)
    assert await people.find_password_hash("li") == "hash"
    assert await grants.list_grants() == (GRANT,)


async def test_sessions_end_at_their_hour_and_are_swept_by_the_next(
    people: PeopleRecords,
) -> None:
    hour = timedelta(hours=1)
    await people.add_session("t1", "li", now=NOW, expires_at=NOW + hour)
    assert await people.user_of_session("t1", NOW + hour - timedelta(seconds=1)) == "li"
    assert await people.user_of_session("t1", NOW + hour) is None
    await people.add_session("t2", "li", now=NOW + hour, expires_at=NOW + 2 * hour)
    assert await people.user_of_session("t1", NOW) is None
    assert await people.user_of_session("t2", NOW + hour) == "li"


async def test_a_revoked_key_stays_on_record_and_opens_nothing(people: PeopleRecords) -> None:
    await people.add_key(ApiKey("te-12345678", "li", "sheet", NOW), "keyhash")
    assert await people.user_of_key("keyhash") == "li"
    assert await people.revoke_key("te-12345678", NOW)
    assert not await people.revoke_key("te-12345678", NOW + timedelta(days=1))
    assert await people.user_of_key("keyhash") is None
    assert await people.list_keys("li") == (ApiKey("te-12345678", "li", "sheet", NOW, NOW),)
    assert await people.list_keys("nobody") == ()


async def test_removing_an_account_takes_everything_that_hangs_on_it(
    people: PeopleRecords, database: Database
) -> None:
    grants = GrantRecords(database)
    await grants.add_grant(Grant("user", "li", "document", "d1", "chen", NOW))
    await grants.add_grant(GRANT)
    await people.add_session("t1", "li", now=NOW, expires_at=NOW + timedelta(hours=1))
    await people.add_key(ApiKey("te-12345678", "li", "", NOW), "keyhash")
    await people.remove_user("li")
    assert await people.list_groups() == {"finance": ()}
    assert await people.user_of_session("t1", NOW) is None
    assert await people.list_keys() == ()
    assert await grants.list_grants() == (GRANT,)


async def test_a_new_group_does_not_inherit_grants_left_under_its_name(
    people: PeopleRecords, database: Database
) -> None:
    grants = GrantRecords(database)
    await grants.add_grant(Grant("group", "later", "collection", "价格", "chen", NOW))
    await people.add_group("later", NOW)
    assert await grants.grants_naming("li", {"later"}) == ()


async def test_grants_are_found_by_whom_they_name_without_mixing_kinds(
    database: Database,
) -> None:
    grants = GrantRecords(database)
    to_group = Grant("group", "li", "collection", "c", "chen", NOW)
    to_user = Grant("user", "li", "collection", "c", "chen", NOW)
    for grant in (to_group, to_user):
        await grants.add_grant(grant)
    assert await grants.grants_naming("li", ()) == (to_user,)
    assert await grants.grants_naming("wu", {"li"}) == (to_group,)
    assert await grants.remove_grant("user", "li", "collection", "c")
    assert not await grants.remove_grant("user", "li", "collection", "c")
    assert await grants.list_grants() == (to_group,)
