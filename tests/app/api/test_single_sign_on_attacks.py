"""Everything that a provider's reply may be and must not be, each refused, with nobody signed in."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.api.hostile_provider import SECRET
from tests.app.api.single_sign_on import free_port, provider_process, visiting

from teaegg.app.doctor import check_single_sign_on
from teaegg.core.errors import SettingsError, SingleSignOnError

NOW = int(time.time())
TRUSTED = {"client_secret": SECRET, "new_accounts": "create"}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with provider_process(str(Path(__file__).with_name("hostile_provider.py"))) as found:
        yield found


async def test_the_provider_that_keeps_the_rules_is_believed(home: Path, provider: str) -> None:
    """With PKCE and the client's secret, which this provider checks."""
    async with visiting(home, provider, **TRUSTED) as visitor:
        await visitor.misbehave()
        assert await visitor.sign_on() == "/"
        assert (await visitor.me())["display_name"] == "赵敏"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"claims": {"nonce": "another"}}, "token"),
        ({"claims": {"nonce": None}}, "token"),
        ({"claims": {"aud": "another-client"}}, "token"),
        ({"claims": {"aud": ["teaegg", "another"], "azp": "another"}}, "token"),
        ({"claims": {"iss": "https://evil.example"}}, "token"),
        ({"claims": {"exp": NOW - 600}}, "expired"),
        ({"claims": {"iat": NOW + 6000}}, "token"),
        ({"claims": {"nbf": NOW + 6000}}, "token"),
        ({"claims": {"exp": None}}, "token"),
        ({"claims": {"sub": None}}, "token"),
        ({"claims": {"sub": ""}}, "token"),
        ({"claims": {"sub": 7}}, "token"),
        ({"claims": {"sub": "x" * 256}}, "token"),
        ({"claims": {"at_hash": "bm90IGl0"}}, "token"),
        ({"alg": "none"}, "token"),
        ({"alg": "HS256"}, "token"),
        ({"kid": "unknown"}, "token"),
        ({"rotate": True, "unpublished": True}, "token"),
        ({"token": {"id_token": "garbage"}}, "token"),
        ({"token": {"id_token": None}}, "token"),
        ({"reply": {"state": "another"}}, "state"),
        ({"reply": {"state": "雀"}}, "state"),
        ({"reply": {"code": "guessed"}}, "provider"),
        ({"reply": {"iss": "https://evil.example"}}, "provider"),
        ({"reply": {"error": "server_error"}}, "provider"),
        ({"reply": {"error": "access_denied"}}, "denied"),
        ({"userinfo": {"sub": "another"}, "claims": {"preferred_username": None}}, "provider"),
    ],
)
async def test_a_reply_that_proves_nothing_is_refused(
    home: Path, provider: str, wrong: dict[str, Any], refusal: str
) -> None:
    async with visiting(home, provider, **TRUSTED) as visitor:
        await visitor.misbehave(**wrong)
        assert await visitor.sign_on() == f"/sign-in?refused={refusal}"
        assert await visitor.me() == {}
        await visitor.misbehave(rotate=True)


async def test_keys_may_change_at_any_time(home: Path, provider: str) -> None:
    async with visiting(home, provider, **TRUSTED) as visitor:
        for _ in range(2):
            await visitor.misbehave(rotate=True)
            assert await visitor.sign_on() == "/"


async def test_a_small_difference_of_clocks_is_allowed(home: Path, provider: str) -> None:
    async with visiting(home, provider, **TRUSTED) as visitor:
        now = int(time.time())
        await visitor.misbehave(claims={"iat": now + 30, "exp": now - 30})
        assert await visitor.sign_on() == "/"


async def test_a_way_back_serves_once_and_only_the_browser_that_began(
    home: Path, provider: str
) -> None:
    async with visiting(home, provider, **TRUSTED) as victim:
        await victim.misbehave()
        way_back = await victim.come_back(await victim.go())
        async with visiting(home, provider, **TRUSTED) as other:
            assert await other.arrive(way_back) == "/sign-in?refused=state"
            await other.go()
            assert await other.arrive(way_back) == "/sign-in?refused=state"
        cookie = victim.here.cookies["teaegg_attempt"]
        assert await victim.arrive(way_back) == "/"
        assert await victim.arrive(way_back) == "/sign-in?refused=state"
        victim.here.cookies.clear()
        victim.here.cookies.set("teaegg_attempt", cookie)
        assert await victim.arrive(way_back) == "/sign-in?refused=provider"
        assert await victim.me() == {}


async def test_a_wrong_client_secret_is_told_in_the_log(
    home: Path, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with visiting(home, provider, client_secret="wrong") as visitor:
        await visitor.misbehave()
        assert await visitor.sign_on() == "/sign-in?refused=provider"
    assert "invalid_client" in caplog.text and "wrong" not in caplog.text


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
async def test_a_description_that_leads_elsewhere_is_not_followed(
    home: Path, provider: str, metadata: dict[str, object]
) -> None:
    async with visiting(home, provider, **TRUSTED) as visitor:
        await visitor.misbehave(metadata=metadata)
        reply = await visitor.here.get("/api/single-sign-on")
        assert reply.headers["location"] == "/sign-in?refused=provider"
        await visitor.misbehave()


async def test_a_provider_that_is_away_is_named_by_page_and_doctor(home: Path) -> None:
    async with visiting(home, f"http://127.0.0.1:{free_port()}") as visitor:
        reply = await visitor.here.get("/api/single-sign-on")
        assert reply.headers["location"] == "/sign-in?refused=unreachable"
        single_sign_on = visitor.workspace.access.single_sign_on
        assert single_sign_on is not None
        with pytest.raises(SingleSignOnError, match="cannot be reached") as told:
            await check_single_sign_on(single_sign_on)
        assert "oidc.issuer" in told.value.remedy


async def test_the_doctor_finds_a_provider_well(home: Path, provider: str) -> None:
    async with visiting(home, provider, **TRUSTED) as visitor:
        await visitor.misbehave()
        single_sign_on = visitor.workspace.access.single_sign_on
        assert single_sign_on is not None
        finding = await check_single_sign_on(single_sign_on)
        assert finding.level == "ok"
        assert "/api/single-sign-on/return" in finding.what


async def test_a_group_that_cannot_be_managed_is_a_wrong_setting(home: Path) -> None:
    with pytest.raises(SettingsError, match="everyone"):
        async with visiting(home, "https://id.example.com", groups={"all": "everyone"}):
            pass
