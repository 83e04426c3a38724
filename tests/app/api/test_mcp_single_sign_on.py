"""Access tokens of the company's provider at /mcp: how they are found, and each wrong one refused."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.app.api.hostile_provider import SECRET
from tests.app.api.served import Served, serving
from tests.app.api.single_sign_on import free_port, provider_process
from tests.app.api.test_mcp_http import agent_of, found_by

from teaegg.access.sso.provider import OpenIdProvider
from teaegg.core.clock import SystemClock
from teaegg.core.errors import SingleSignOnError
from teaegg.core.settings import OidcSettings

NOW = int(time.time())
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with provider_process(str(Path(__file__).with_name("hostile_provider.py"))) as found:
        yield found


@pytest.fixture(scope="module")
def trusting(
    founded: Path, provider: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A server that trusts the provider, to whom li is known."""
    folder = tmp_path_factory.mktemp("trusting")
    with serving(founded, folder, port=free_port(), issuer=provider) as server:
        yield server


def minted(provider: str, resource: str, **wrong: Any) -> str:
    """An access token for `resource`, as wrong as asked for."""
    claims = {"aud": resource, **wrong.pop("claims", {})}
    return httpx.post(f"{provider}/mint", json={"claims": claims, **wrong}).text


def got(url: str) -> Any:
    return httpx.get(url).json()


def asked(address: str, token: str, path: str = "/mcp") -> httpx.Response:
    return httpx.post(
        f"{address}{path}",
        json=LISTING,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=30,
    )


async def test_an_agent_finds_the_provider_by_the_refusal_and_acts_as_its_person(
    trusting: Served, provider: str
) -> None:
    refused = asked(trusting.address, "")
    assert refused.status_code == 401
    scheme, _, where = refused.headers["www-authenticate"].partition(' resource_metadata="')
    assert scheme == "Bearer"
    told = got(where.rstrip('"'))
    assert told["authorization_servers"] == [provider]
    assert told["resource"] == f"{trusting.address}/mcp"
    assert told["bearer_methods_supported"] == ["header"]
    assert got(f"{trusting.address}/.well-known/oauth-protected-resource") == told
    token = minted(provider, told["resource"], typ="at+jwt")
    async with agent_of(trusting.address, token) as client:
        assert "15200" in await found_by(client)


async def test_api_keys_go_on_working_beside_tokens(trusting: Served) -> None:
    async with agent_of(trusting.address, trusting.keys["wang"]) as client:
        assert "15200" not in await found_by(client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"aud": "https://another.example/mcp"}},
        {"claims": {"aud": "teaegg"}},
        {"claims": {"aud": None}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"iss": None}},
        {"claims": {"exp": NOW - 600}},
        {"claims": {"exp": None}},
        {"claims": {"exp": "tomorrow"}},
        {"claims": {"nbf": NOW + 6000}},
        {"claims": {"iat": NOW + 6000}},
        {"claims": {"sub": "stranger"}},
        {"claims": {"sub": None}},
        {"claims": {"sub": "s-closed"}},
        {"claims": {"sub": "li"}},
        {"claims": {"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}},
        {"typ": "logout+jwt"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"kid": "unknown"},
    ],
    # Processes that run tests side by side must name them alike, whenever they were started.
    ids=lambda wrong: re.sub(r"\d{10}", "time", str(wrong)),
)
def test_a_token_that_proves_nothing_to_us_is_refused(
    trusting: Served, provider: str, wrong: dict[str, Any]
) -> None:
    reply = asked(trusting.address, minted(provider, f"{trusting.address}/mcp", **wrong))
    assert reply.status_code == 401
    assert 'error="invalid_token"' in reply.headers["www-authenticate"]
    assert reply.json()["error"]["message"] == "The access token is not valid here."


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0..", "x" * 20_000, "雀"])
def test_what_is_no_token_is_refused(trusting: Served, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    reply = httpx.post(f"{trusting.address}/mcp", json=LISTING, headers=headers)
    assert reply.status_code == 401


def test_a_token_a_little_late_is_taken_within_the_skew(trusting: Served, provider: str) -> None:
    late = minted(provider, f"{trusting.address}/mcp", claims={"exp": int(time.time()) - 20})
    assert asked(trusting.address, late).status_code != 401


def test_a_token_for_agents_opens_no_other_door(trusting: Served, provider: str) -> None:
    token = minted(provider, f"{trusting.address}/mcp")
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/api/me", "/api/documents", "/v1/models"):
        reply = httpx.get(f"{trusting.address}{path}", headers=bearer)
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_without_a_provider_nothing_is_told_of_one(served: Served) -> None:
    told = httpx.get(f"{served.address}/.well-known/oauth-protected-resource/mcp")
    assert told.status_code == 404


class Turned(SystemClock):
    """A clock whose monotonic time is turned on by hand."""

    ahead = 0.0

    def monotonic_seconds(self) -> float:
        return super().monotonic_seconds() + self.ahead


async def test_unknown_keys_do_not_make_us_ask_the_provider_each_time(provider: str) -> None:
    """New keys are found all the same, only not at once."""
    clock = Turned()
    settings = OidcSettings(
        issuer=provider, client_id="teaegg", client_secret=SECRET, public_url="http://127.0.0.1:1"
    )
    known = OpenIdProvider(settings, clock)
    await known.token_claims(minted(provider, settings.mcp_url))
    before = got(f"{provider}/reads")
    for _ in range(5):
        with pytest.raises(SingleSignOnError):
            await known.token_claims(minted(provider, settings.mcp_url, kid="unknown"))
    assert got(f"{provider}/reads") == before
    rotated = minted(provider, settings.mcp_url, rotate=True)
    clock.ahead = 11
    assert (await known.token_claims(rotated))["aud"] == settings.mcp_url


def test_while_the_provider_is_away_tokens_wait_and_keys_work(
    founded: Path, tmp_path: Path, provider: str
) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with serving(founded, tmp_path, port=free_port(), issuer=away) as server:
        reply = asked(server.address, minted(provider, f"{server.address}/mcp"))
        assert (reply.status_code, reply.json()["error"]["type"]) == (503, "source_unavailable")
        assert asked(server.address, server.keys["li"]).status_code != 401


def test_the_settings_refuse_an_audience_that_sign_ins_are_made_for() -> None:
    values = {"issuer": "https://id.example", "public_url": "https://tea.example"}
    with pytest.raises(ValueError, match="differ from client_id"):
        OidcSettings(**values, client_id="teaegg", token_audience="teaegg")
