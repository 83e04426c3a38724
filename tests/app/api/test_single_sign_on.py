"""Signing in through a real provider process: accounts, groups, and that nobody becomes another."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.app.api.conftest import PASSWORD
from tests.app.api.single_sign_on import provider_process, visiting

from teaegg.core.actors import LOCAL_OWNER

GROUPS = {"groups_claim": "groups", "groups": {"Finanzen": "finance", "Vertrieb": "sales"}}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with provider_process("-m", "oidc_provider_mock", "--require-nonce", "true", "--port") as found:
        yield found


def known(provider: str, subject: str, **claims: object) -> str:
    httpx.put(f"{provider}/users/{subject}", json=claims).raise_for_status()
    return subject


async def test_a_linked_person_signs_in_as_their_account_and_out_again(
    home: Path, provider: str
) -> None:
    known(provider, "s-li", preferred_username="someone else")
    async with visiting(home, provider) as visitor:
        await visitor.workspace.access.link(LOCAL_OWNER, "li", provider, "s-li")
        assert await visitor.sign_on("s-li") == "/"
        assert (await visitor.me())["name"] == "li"
        left = (await visitor.here.post("/api/sign-out", json={})).json()
        assert left["next"].startswith(f"{provider}/oauth2/end_session?client_id=teaegg")
        assert await visitor.me() == {}


async def test_a_stranger_is_refused_until_an_owner_links_them(home: Path, provider: str) -> None:
    known(provider, "s-new", preferred_username="new", email="li@example.com", email_verified=True)
    async with visiting(home, provider) as visitor:
        assert await visitor.sign_on("s-new") == "/sign-in?refused=unknown"
        assert await visitor.me() == {}
        page = await visitor.here.get("/sign-in?refused=unknown&lang=zh")
        assert "您在这里还没有账号" in page.text and 'href="/api/single-sign-on"' in page.text


async def test_nobody_gets_an_account_by_being_called_like_its_bearer(
    home: Path, provider: str
) -> None:
    """chen is an owner here; whoever chooses that name at the provider must not become one."""
    for subject, name in (
        ("s-evil", "chen"),
        ("s-evil-2", "local-owner"),
        ("s-evil-3", "ｃｈｅｎ"),
    ):
        known(provider, subject, preferred_username=name, email="chen@example.com")
        async with visiting(home, provider, new_accounts="create") as visitor:
            assert await visitor.sign_on(subject) == "/sign-in?refused=taken"
            assert await visitor.me() == {}


async def test_new_people_get_an_account_that_reads_what_everyone_reads(
    home: Path, provider: str
) -> None:
    known(provider, "s-zhao", preferred_username="zhao", name="赵敏")
    async with visiting(home, provider, new_accounts="create") as visitor:
        assert await visitor.sign_on("s-zhao") == "/"
        me = await visitor.me()
        assert (me["name"], me["display_name"], me["role"]) == ("zhao", "赵敏", "member")
        assert me["collections"] == ["handbook"]
        known(provider, "s-zhao", preferred_username="renamed")
        assert await visitor.sign_on("s-zhao") == "/"
        assert (await visitor.me())["name"] == "zhao"


async def test_a_pending_account_waits_for_an_owner(home: Path, provider: str) -> None:
    known(provider, "s-qian", preferred_username="qian")
    async with visiting(home, provider, new_accounts="pending") as visitor:
        for _ in range(2):
            assert await visitor.sign_on("s-qian") == "/sign-in?refused=closed"
        await visitor.workspace.access.activate(LOCAL_OWNER, "qian")
        assert await visitor.sign_on("s-qian") == "/"
        await visitor.workspace.access.deactivate(LOCAL_OWNER, "qian")
        assert await visitor.me() == {}
        assert await visitor.sign_on("s-qian") == "/sign-in?refused=closed"


@pytest.mark.parametrize("name", ["", "a/b", "two\nlines", "x" * 65])
async def test_a_name_that_no_account_can_have_is_refused(
    home: Path, provider: str, name: str
) -> None:
    known(provider, "s-odd", preferred_username=name)
    async with visiting(home, provider, new_accounts="create") as visitor:
        assert await visitor.sign_on("s-odd") == "/sign-in?refused=name"


async def test_groups_follow_the_provider_as_far_as_they_are_mapped(
    home: Path, provider: str
) -> None:
    async with visiting(home, provider, new_accounts="create", **GROUPS) as visitor:
        access = visitor.workspace.access
        known(provider, "s-sun", preferred_username="sun", groups=["Finanzen", "Root", "finance"])
        await visitor.sign_on("s-sun")
        assert set((await visitor.me())["groups"]) == {"everyone", "finance"}
        assert (await visitor.me())["collections"] == ["handbook", "prices"]
        await access.add_group(LOCAL_OWNER, "by-hand")
        await access.add_member(LOCAL_OWNER, "by-hand", "sun")
        known(provider, "s-sun", preferred_username="sun", groups="Vertrieb")
        await visitor.sign_on("s-sun")
        assert set((await visitor.me())["groups"]) == {"everyone", "sales", "by-hand"}
        known(provider, "s-sun", preferred_username="sun")
        await visitor.sign_on("s-sun")
        assert set((await visitor.me())["groups"]) == {"everyone", "by-hand"}


@pytest.mark.parametrize(
    ("claims", "where"),
    [
        ({"email": "zhou@Company.CN", "email_verified": True}, "/"),
        ({"email": "zhou@company.cn"}, "/sign-in?refused=domain"),
        ({"email": "zhou@company.cn", "email_verified": "true"}, "/sign-in?refused=domain"),
        ({"email": "zhou@company.cn.evil.com", "email_verified": True}, "/sign-in?refused=domain"),
        ({"email": "company.cn@evil.com", "email_verified": True}, "/sign-in?refused=domain"),
    ],
)
async def test_only_verified_addresses_of_allowed_domains(
    home: Path, provider: str, claims: dict[str, object], where: str
) -> None:
    known(provider, "s-zhou", preferred_username="zhou", **claims)
    allowed = {"allowed_domains": ["company.cn"], "new_accounts": "create"}
    async with visiting(home, provider, **allowed) as visitor:
        assert await visitor.sign_on("s-zhou") == where


async def test_local_accounts_sign_in_as_before(home: Path, provider: str) -> None:
    async with visiting(home, provider) as visitor:
        reply = await visitor.here.post("/api/sign-in", json={"name": "li", "password": PASSWORD})
        assert reply.json()["name"] == "li"
        assert (await visitor.here.post("/api/sign-out", json={})).json()["next"] == "/sign-in"


async def test_unlinking_and_removing_close_the_way_in(home: Path, provider: str) -> None:
    async with visiting(home, provider) as visitor:
        access = visitor.workspace.access
        await access.link(LOCAL_OWNER, "li", provider, known(provider, "s-li"))
        await visitor.sign_on("s-li")
        await access.unlink(LOCAL_OWNER, "li")
        assert await visitor.me() == {}
        assert await visitor.sign_on("s-li") == "/sign-in?refused=unknown"
        await access.link(LOCAL_OWNER, "li", provider, "s-li")
        await access.remove_user(LOCAL_OWNER, "li")
        await access.add_user(LOCAL_OWNER, "li")
        assert await visitor.sign_on("s-li") == "/sign-in?refused=unknown"
