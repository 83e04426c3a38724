"""Signing in and out, cookies, keys, and pages of other sites."""

import httpx
import pytest

from teaegg.app.api.protection import foreign_origin
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

PASSWORD = "tea and eggs"


async def test_health_tells_nothing_but_that_it_answers(visitor: httpx.AsyncClient) -> None:
    reply = await visitor.get("/api/health")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_foreign_forms(
    visitor: httpx.AsyncClient,
) -> None:
    reply = await visitor.post("/api/sign-in", json={"name": "li", "password": PASSWORD})
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie


async def test_me_names_the_collections_one_reads_and_no_others(signed_in) -> None:
    me = (await (await signed_in("li")).get("/api/me")).json()
    assert me["collections"] == ["handbook", "prices"]
    assert me["upload_collections"] == []


async def test_an_editor_may_upload_where_they_read(signed_in) -> None:
    me = (await (await signed_in("wang")).get("/api/me")).json()
    assert me["upload_collections"] == ["handbook"]


@pytest.mark.parametrize("name", ["li", "nobody-of-that-name"])
async def test_a_wrong_password_and_an_unknown_name_look_the_same(
    visitor: httpx.AsyncClient, name: str
) -> None:
    reply = await visitor.post("/api/sign-in", json={"name": name, "password": "wrong guess"})
    assert reply.status_code == 401
    assert reply.json()["error"]["message"] == "Name and password do not belong together."


async def test_after_signing_out_the_old_cookie_opens_nothing(signed_in) -> None:
    client = await signed_in("li")
    token = client.cookies["teaegg_session"]
    await client.post("/api/sign-out", json={})
    client.cookies.set("teaegg_session", token)
    assert (await client.get("/api/me")).status_code == 401


async def test_an_api_key_acts_as_its_user(
    visitor: httpx.AsyncClient, workspace: Workspace
) -> None:
    key = await workspace.access.create_key(LOCAL_OWNER, "li")
    reply = await visitor.get("/api/me", headers={"Authorization": f"Bearer {key.secret}"})
    assert reply.json()["name"] == "li"


async def test_a_revoked_key_opens_nothing(
    visitor: httpx.AsyncClient, workspace: Workspace
) -> None:
    key = await workspace.access.create_key(LOCAL_OWNER, "li")
    await workspace.access.revoke_key(LOCAL_OWNER, key.prefix)
    reply = await visitor.get("/api/me", headers={"Authorization": f"Bearer {key.secret}"})
    assert reply.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/me",
        "/api/search?q=年假",
        "/api/documents",
        "/api/documents/d1",
        "/api/documents/d1/passages",
        "/api/documents/d1/text?start=0&end=1",
        "/api/documents/d1/pages/1.png",
        "/api/documents/d1/original",
        "/api/documents/d1/why",
        "/api/jobs",
        "/api/jobs/j1",
        "/api/progress",
        "/api/traces/t1",
        "/api/conversations",
        "/api/conversations/c1",
        "/v1/models",
    ],
)
async def test_without_an_identity_nothing_can_be_read(
    visitor: httpx.AsyncClient, path: str
) -> None:
    reply = await visitor.get(path)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_every_route_but_health_and_sign_in_wants_an_identity(
    application, visitor: httpx.AsyncClient
) -> None:
    open_to_all = {"/api/health", "/api/sign-in", "/api/sign-out"}
    open_to_all |= {"/api/single-sign-on", "/api/single-sign-on/return"}
    for path, methods in application.openapi()["paths"].items():
        for method in methods:
            if path in open_to_all:
                continue
            reply = await visitor.request(method, path.replace("{", "").replace("}", ""))
            # A broken body or parameter may be told before the missing identity; contents never.
            assert reply.status_code in (400, 401), (method, path, reply.text)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_foreign_page_cannot_use_the_session(signed_in, headers: dict[str, str]) -> None:
    client = await signed_in("li")
    reply = await client.post("/api/ask", json={"question": "年假有几天？"}, headers=headers)
    assert reply.status_code == 403
    assert (await client.get("/api/conversations")).json()["conversations"] == []


@pytest.mark.parametrize(
    ("method", "headers", "is_foreign"),
    [
        ("GET", {"sec-fetch-site": "cross-site"}, False),
        ("POST", {"sec-fetch-site": "same-origin"}, False),
        ("POST", {"sec-fetch-site": "none"}, False),
        ("POST", {"origin": "http://tea.example:8080", "host": "tea.example:8080"}, False),
        ("POST", {"origin": "http://tea.example:8081", "host": "tea.example:8080"}, True),
        ("POST", {}, False),
        ("DELETE", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "authorization": "Bearer te-x"}, False),
    ],
)
def test_which_requests_count_as_foreign(
    method: str, headers: dict[str, str], is_foreign: bool
) -> None:
    assert bool(foreign_origin(method, headers)) is is_foreign


async def test_every_reply_forbids_inline_scripts_and_framing(visitor: httpx.AsyncClient) -> None:
    for path in ("/sign-in", "/api/health", "/static/base.css", "/nowhere"):
        headers = (await visitor.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
