"""Accounts, groups, collections, grants and keys: who may change them, and what a change does."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from teaegg.access.service import Access
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Actor, VisibleSet
from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    NotAllowedError,
    NotFoundError,
    SignInError,
)
from teaegg.store.database import Database
from teaegg.store.traces import ConversationRecords, TraceRecords

Change = Callable[[Access, Actor], Awaitable[Any]]

MANAGING: dict[str, Change] = {
    "add_user": lambda a, by: a.add_user(by, "new"),
    "list_users": lambda a, by: a.list_users(by),
    "set_password": lambda a, by: a.set_password(by, "li", "another password"),
    "deactivate": lambda a, by: a.deactivate(by, "li"),
    "activate": lambda a, by: a.activate(by, "li"),
    "remove_user": lambda a, by: a.remove_user(by, "li"),
    "add_group": lambda a, by: a.add_group(by, "new"),
    "list_groups": lambda a, by: a.list_groups(by),
    "remove_group": lambda a, by: a.remove_group(by, "finance"),
    "add_member": lambda a, by: a.add_member(by, "finance", "王芳"),
    "remove_member": lambda a, by: a.remove_member(by, "finance", "li"),
    "create_collection": lambda a, by: a.create_collection(by, "new"),
    "grant": lambda a, by: a.grant(by, "user", "li", "collection", "plans"),
    "revoke": lambda a, by: a.revoke(by, "group", "finance", "collection", "prices"),
    "list_grants": lambda a, by: a.list_grants(by),
    "create_key": lambda a, by: a.create_key(by, "li"),
    "list_keys": lambda a, by: a.list_keys(by),
    "revoke_key": lambda a, by: a.revoke_key(by, "te-unknown0"),
}


@pytest.mark.parametrize("change", MANAGING.values(), ids=MANAGING)
@pytest.mark.parametrize("name", ["li", "王芳"])
async def test_whoever_is_not_an_owner_manages_nothing(
    company: Access, name: str, change: Change
) -> None:
    before = await _everything(company)
    with pytest.raises(NotAllowedError, match=f"{name} is not an owner"):
        await change(company, await company.actor(name))
    assert await _everything(company) == before


async def test_the_refusal_looks_at_nothing_so_it_gives_nothing_away(company: Access) -> None:
    li = await company.actor("li")
    messages = set()
    for target in ("plans", "no-such-collection"):
        with pytest.raises(NotAllowedError) as refused:
            await company.grant(li, "user", "li", "collection", target)
        messages.add(str(refused.value))
    assert len(messages) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.set_password(LOCAL_OWNER, "nobody", "long enough"),
        lambda a: a.deactivate(LOCAL_OWNER, "nobody"),
        lambda a: a.activate(LOCAL_OWNER, "no\ud800body"),
        lambda a: a.remove_user(LOCAL_OWNER, "nobody"),
        lambda a: a.remove_group(LOCAL_OWNER, "nothing"),
        lambda a: a.add_member(LOCAL_OWNER, "finance", "nobody"),
        lambda a: a.add_member(LOCAL_OWNER, "nothing", "li"),
        lambda a: a.remove_member(LOCAL_OWNER, "finance", "nobody"),
        lambda a: a.add_user(LOCAL_OWNER, "new", groups=["nothing"]),
        lambda a: a.grant(LOCAL_OWNER, "user", "nobody", "collection", "plans"),
        lambda a: a.grant(LOCAL_OWNER, "user", "finance", "collection", "plans"),
        lambda a: a.grant(LOCAL_OWNER, "group", "li", "collection", "plans"),
        lambda a: a.grant(LOCAL_OWNER, "user", "li", "collection", "nothing"),
        lambda a: a.grant(LOCAL_OWNER, "user", "li", "document", "nothing"),
        lambda a: a.grant(LOCAL_OWNER, "user", "li", "document", "plans"),
        lambda a: a.revoke(LOCAL_OWNER, "user", "li", "collection", "prices"),
        lambda a: a.create_key(LOCAL_OWNER, "nobody"),
        lambda a: a.revoke_key(LOCAL_OWNER, ""),
        lambda a: a.actor("nobody"),
    ],
)
async def test_what_is_not_there_is_named(
    company: Access, change: Callable[[Access], Awaitable[Any]]
) -> None:
    before = await _everything(company)
    with pytest.raises(NotFoundError):
        await change(company)
    assert await _everything(company) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.add_user(LOCAL_OWNER, "li"),
        lambda a: a.add_user(LOCAL_OWNER, LOCAL_OWNER.name),
        lambda a: a.add_group(LOCAL_OWNER, "finance"),
        lambda a: a.add_group(LOCAL_OWNER, EVERYONE),
        lambda a: a.create_collection(LOCAL_OWNER, "prices"),
    ],
)
async def test_taken_names_are_refused(
    company: Access, change: Callable[[Access], Awaitable[Any]]
) -> None:
    with pytest.raises(ConflictError):
        await change(company)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " li",
        "li ",
        "-li",
        "a\nb",
        "a\x00b",
        "a'b",
        'a"b',
        "a:b",
        "a/b",
        "a\\b",
        "a%b",
        "x" * 65,
        "\u200bli",
        "ｌｉ",
        "li\ud800",
        "财务\u3000部",
    ],
)
async def test_names_that_could_mislead_are_refused(company: Access, name: str) -> None:
    for change in (company.add_user, company.add_group, company.create_collection):
        with pytest.raises(InvalidRequestError):
            await change(LOCAL_OWNER, name)


@pytest.mark.parametrize(
    "name", ["Li", "王小明", "财务部(旧)", "li.na@example.com", "R&D 2", "x" * 64]
)
async def test_ordinary_names_in_any_script_are_welcome(company: Access, name: str) -> None:
    await company.add_user(LOCAL_OWNER, name)
    await company.add_group(LOCAL_OWNER, name)
    await company.create_collection(LOCAL_OWNER, name)
    await company.grant(LOCAL_OWNER, "group", name, "collection", name)
    assert (await company.actor(name)).name == name


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.add_user(LOCAL_OWNER, "new", role="root"),
        lambda a: a.add_user(LOCAL_OWNER, "new", display_name="a\nb"),
        lambda a: a.grant(LOCAL_OWNER, "team", "finance", "collection", "plans"),
        lambda a: a.grant(LOCAL_OWNER, "group", "finance", "folder", "plans"),
        lambda a: a.grant(LOCAL_OWNER, "user", "li", "collection", "plans", note="x" * 501),
        lambda a: a.create_key(LOCAL_OWNER, "li", label="x\x1b[31m"),
        lambda a: a.remove_group(LOCAL_OWNER, EVERYONE),
        lambda a: a.add_member(LOCAL_OWNER, EVERYONE, "li"),
        lambda a: a.remove_member(LOCAL_OWNER, EVERYONE, "li"),
    ],
)
async def test_requests_outside_their_bounds_change_nothing(
    company: Access, change: Callable[[Access], Awaitable[Any]]
) -> None:
    before = await _everything(company)
    with pytest.raises(InvalidRequestError):
        await change(company)
    assert await _everything(company) == before


async def test_a_member_joins_and_leaves_what_the_group_reads(company: Access) -> None:
    await company.add_member(LOCAL_OWNER, "finance", "王芳")
    await company.add_member(LOCAL_OWNER, "finance", "王芳")
    assert await company.list_groups(LOCAL_OWNER) == {"finance": ("li", "王芳")}
    assert await _reads(company, "王芳") == {"rules", "list"}
    await company.remove_member(LOCAL_OWNER, "finance", "王芳")
    assert await _reads(company, "王芳") == {"rules"}


async def test_a_revoked_grant_closes_at_once(company: Access) -> None:
    assert await _reads(company, "li") == {"rules", "list"}
    await company.revoke(LOCAL_OWNER, "group", "finance", "collection", "prices")
    assert await _reads(company, "li") == {"rules"}


async def test_granting_again_keeps_the_first_reason(company: Access) -> None:
    first = await company.list_grants(LOCAL_OWNER)
    await company.grant(LOCAL_OWNER, "group", "finance", "collection", "prices", note="again")
    assert await company.list_grants(LOCAL_OWNER) == first


async def test_a_later_bearer_of_a_name_inherits_nothing(
    company: Access, database: Database, clock: Any
) -> None:
    await company.grant(LOCAL_OWNER, "user", "li", "collection", "plans")
    key = await company.create_key(LOCAL_OWNER, "li")
    now = clock.now()
    conversations, traces = ConversationRecords(database), TraceRecords(database)
    await conversations.add("c1", user="li", title="secret plans", created_at=now)
    await traces.put("t1", user="li", asked_at=now, record={"question": "secret plans?"})

    assert await conversations.exists("c1", user="li")
    await company.remove_user(LOCAL_OWNER, "li")
    await company.remove_group(LOCAL_OWNER, "finance")
    await company.add_group(LOCAL_OWNER, "finance")
    await company.add_user(LOCAL_OWNER, "li", groups=["finance"])

    assert await _reads(company, "li") == {"rules"}
    assert await company.list_keys(LOCAL_OWNER, "li") == ()
    assert not await conversations.exists("c1", user="li")
    assert await traces.get("t1", user="li") is None
    assert await traces.get("t1", user=None) == {"question": "secret plans?"}
    with pytest.raises(SignInError, match="not valid"):
        await company.actor_of_key(key.secret)


async def test_collections_are_listed_to_those_who_read_them(company: Access) -> None:
    await company.grant(LOCAL_OWNER, "user", "li", "document", "merger")
    assert await company.list_collections(LOCAL_OWNER) == ("handbook", "plans", "prices")
    assert await company.list_collections(await company.actor("li")) == ("handbook", "prices")
    assert await company.list_collections(await company.actor("王芳")) == ("handbook",)
    assert await company.list_collections(Actor("stranger")) == ("handbook",)


async def test_uploading_takes_an_editor_and_a_collection_they_read(company: Access) -> None:
    editor, member = await company.actor("王芳"), await company.actor("li")
    assert await company.may_upload(LOCAL_OWNER, "plans")
    assert await company.may_upload(editor, "handbook")
    assert not await company.may_upload(editor, "prices")
    assert not await company.may_upload(member, "prices")


async def test_a_refused_upload_does_not_tell_hidden_from_missing(company: Access) -> None:
    editor, member = await company.actor("王芳"), await company.actor("li")
    messages = []
    for collection in ("prices", "absent"):
        with pytest.raises(NotFoundError) as hidden:
            await company.require_upload(editor, collection)
        messages.append(str(hidden.value).replace(collection, "…"))
    assert messages[0] == messages[1]
    with pytest.raises(NotAllowedError, match="only editors and owners"):
        await company.require_upload(member, "prices")
    await company.require_upload(editor, "handbook")


@pytest.mark.parametrize("collection", ["../outside", "a/b", "", "C:\\temp"])
async def test_nobody_uploads_to_a_name_that_is_a_path(company: Access, collection: str) -> None:
    with pytest.raises(InvalidRequestError):
        await company.require_upload(LOCAL_OWNER, collection)


async def test_owners_see_everything_and_strangers_what_everyone_may(company: Access) -> None:
    assert await company.visible(await company.actor("chen")) == VisibleSet(everything=True)
    assert await company.visible(Actor("stranger")) == VisibleSet(
        scopes=frozenset({"collection:handbook"})
    )


async def _reads(access: Access, name: str) -> set[str]:
    visible = await access.visible(await access.actor(name))
    places = {"rules": "collection:handbook", "list": "collection:prices"}
    places |= {"salaries": "document:salaries", "merger": "collection:plans"}
    return {document for document, scope in places.items() if (document, scope) in visible}


async def _everything(access: Access) -> tuple[object, ...]:
    return (
        await access.list_users(LOCAL_OWNER),
        await access.list_groups(LOCAL_OWNER),
        await access.list_collections(LOCAL_OWNER),
        await access.list_grants(LOCAL_OWNER),
        await access.list_keys(LOCAL_OWNER),
    )
