"""Web pages by a real server that misbehaves: each time a reason, and nothing is asked that nobody named."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.sources.loopback import WebSite, answer, web_site

from teaegg.core.clock import SystemClock
from teaegg.core.errors import (
    InvalidRequestError,
    SourceUnavailableError,
    TeaEggError,
    UnreadableDocumentError,
)
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.base import Content, Reading, SourceFile, SourceProblem
from teaegg.ingest.sources.factory import open_source
from teaegg.ingest.sources.web.hosts import NamedHosts
from teaegg.ingest.sources.web.sitemaps import MAX_BYTES

PDF = b"%PDF-1.7 pretended"


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as made:
        yield made


@pytest.fixture
def other() -> Iterator[WebSite]:
    with web_site() as made:
        made.put("/secret", "<html>inner console</html>")
        yield made


async def read(address: str, mark: str = "", limit: int = 100_000, **settings: Any) -> Reading:
    """The first file of the source at `address`."""
    settings = {"request_timeout_seconds": 2.0, "max_wait_seconds": 1.5, **settings}
    source = await open_source(address, SourceSettings(**settings), SystemClock(), str.lower)
    try:
        file, *_ = await source.look({})
        assert isinstance(file, SourceFile), file
        return await source.read(file, mark, limit_bytes=limit)
    finally:
        await source.close()


async def refused(address: str, **settings: Any) -> TeaEggError:
    with pytest.raises((UnreadableDocumentError, SourceUnavailableError)) as raised:
        await read(address, **settings)
    assert raised.value.remedy
    return raised.value


def redirect(place: str, status: int = 302) -> Any:
    return lambda request: answer(request, status, Location=place)


async def test_a_page_is_fetched_once_and_then_asked_for_conditionally(site: WebSite) -> None:
    address = site.put("/a", "<html>年假十五天</html>")
    first = await read(address)
    assert isinstance(first, Content) and "年假".encode() in first.data
    source = await open_source(address, SourceSettings(), SystemClock(), str)
    known = {f"127.0.0.1:{site.port}/a": first.mark}
    (file,) = await source.look(known)
    assert isinstance(file, SourceFile)
    assert await source.read(file, first.mark, limit_bytes=1000) == "unchanged"
    await source.close()
    assert site.statuses("/a") == [200, 304]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_within_the_host_are_followed(site: WebSite, status: int) -> None:
    site.put("/new", "<html>hello</html>")
    site.odd["/old"] = redirect("/new", status)
    assert isinstance(await read(site.url + "/old"), Content)


async def test_redirects_to_a_host_that_nobody_named_are_refused(
    site: WebSite, other: WebSite
) -> None:
    site.odd["/a"] = redirect(other.url + "/secret")
    error = await refused(site.url + "/a")
    assert "nobody named" in str(error) and "sources.allowed_hosts" in error.remedy
    assert other.asked == []
    allowed = await read(site.url + "/a", allowed_hosts=(f"127.0.0.1:{other.port}",))
    assert isinstance(allowed, Content)


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/", "//0/"]
)
async def test_redirects_to_other_kinds_of_addresses_are_refused(site: WebSite, place: str) -> None:
    site.odd["/a"] = redirect(place)
    assert "nobody named" in str(await refused(site.url + "/a"))


async def test_user_and_token_do_not_go_to_an_allowed_host(site: WebSite, other: WebSite) -> None:
    site.odd["/a"] = redirect(other.url + "/secret")
    address = f"{site.url}/a#bearer=${{TOKEN}}"
    await read(address, allowed_hosts=(f"127.0.0.1:{other.port}",))
    assert "Bearer token" in [each.get("Authorization") for each in site.headers]
    assert {each.get("Authorization") for each in other.headers} == {None}


async def test_redirect_loops_end(site: WebSite) -> None:
    site.odd["/a"], site.odd["/b"] = redirect("/b"), redirect("/a")
    assert "circle" in str(await refused(site.url + "/a"))
    for number in range(9):
        site.odd[f"/{number}"] = redirect(f"/{number + 1}")
    assert "more than 5" in str(await refused(site.url + "/0"))


@pytest.mark.parametrize("status", [429, 503])
async def test_a_pause_that_a_busy_server_asks_for_is_kept(site: WebSite, status: int) -> None:
    moments: list[float] = []

    def busy_once(request: BaseHTTPRequestHandler) -> None:
        moments.append(time.monotonic())
        if len(moments) == 1:
            answer(request, status, Retry_After="1")
        else:
            answer(request, 200, b"<html>here</html>", Content_Type="text/html")

    site.odd["/a"] = busy_once
    assert isinstance(await read(site.url + "/a"), Content)
    assert moments[1] - moments[0] >= 1


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_a_long_pause_defers_and_nobody_else_asks_meanwhile(site: WebSite, form: str) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    pause = "3600" if form == "seconds" else format_datetime(until, usegmt=True)
    for path in ("/a", "/b"):
        site.odd[path] = lambda request: answer(request, 429, Retry_After=pause)
    address = site.put_sitemap("/a", "/b")
    source = await open_source(address, SourceSettings(), SystemClock(), str)
    for file in await source.look({}):
        assert isinstance(file, SourceFile)
        with pytest.raises(SourceUnavailableError, match="come back in 3"):
            await source.read(file, "", limit_bytes=1000)
    await source.close()
    assert site.statuses("/a") + site.statuses("/b") == [429]


async def test_a_web_page_where_a_pdf_was_expected_is_noticed(site: WebSite) -> None:
    site.put("/form.pdf", "<!DOCTYPE html><html>Please sign in</html>")
    error = await refused(site.url + "/form.pdf")
    assert isinstance(error, SourceUnavailableError) and "web page" in str(error)
    site.pages["/form.pdf"] = (PDF, "application/pdf")
    assert isinstance(await read(site.url + "/form.pdf"), Content)


async def test_what_robots_txt_shuts_out_is_left_alone(site: WebSite) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\nDisallow: /*.pdf$\n", "text/plain")
    site.put("/private/a", "<html>x</html>")
    site.put("/open", "<html>x</html>")
    assert "robots.txt" in str(await refused(site.url + "/private/a"))
    assert "robots.txt" in str(await refused(site.url + "/a.pdf"))
    assert site.statuses("/private/a") == site.statuses("/a.pdf") == []
    assert isinstance(await read(site.url + "/open"), Content)
    assert isinstance(await read(site.url + "/private/a", respect_robots=False), Content)


async def test_a_server_whose_robots_txt_fails_is_left_alone(site: WebSite) -> None:
    site.odd["/robots.txt"] = lambda request: answer(request, 500)
    site.put("/a", "<html>x</html>")
    assert isinstance(await refused(site.url + "/a"), SourceUnavailableError)
    assert site.statuses("/a") == []


async def test_bodies_are_bounded_packed_ones_too(site: WebSite) -> None:
    packed = gzip.compress(b"0" * 5_000_000)
    site.odd["/bomb"] = lambda request: answer(request, 200, packed, Content_Encoding="gzip")
    with pytest.raises(UnreadableDocumentError, match="bytes that are allowed"):
        await read(site.put_sitemap("/bomb"))


async def test_a_server_that_says_nothing_or_is_gone_is_unavailable(site: WebSite) -> None:
    def silent(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.8)

    site.odd["/a"] = silent
    error = await refused(site.url + "/a", request_timeout_seconds=0.3)
    assert isinstance(error, SourceUnavailableError)
    assert isinstance(await refused("http://127.0.0.1:1/"), SourceUnavailableError)


@pytest.mark.parametrize("status", [401, 403, 418])
async def test_other_answers_are_refused_with_their_number(site: WebSite, status: int) -> None:
    site.odd["/a"] = lambda request: answer(request, status)
    assert str(status) in str(await refused(site.url + "/a"))


async def test_a_sitemap_of_sitemaps_is_followed_once_and_never_abroad(
    site: WebSite, other: WebSite
) -> None:
    index = "".join(
        f"<sitemap><loc>{place}</loc></sitemap>"
        for place in (site.url + "/index.xml", site.url + "/sitemap.xml", other.url + "/s.xml")
    )
    site.put("/index.xml", f"<sitemapindex>{index}</sitemapindex>", "application/xml")
    site.put("/a", "<html>x</html>")
    site.put_sitemap("/a", "/b")
    source = await open_source(site.url + "/index.xml", SourceSettings(), SystemClock(), str)
    items = await source.look({})
    await source.close()
    files = [item.address for item in items if isinstance(item, SourceFile)]
    assert files == [site.url + "/a", site.url + "/b"]
    (problem,) = (item for item in items if isinstance(item, SourceProblem))
    assert "nobody named" in problem.reason and other.asked == []
    assert len(site.statuses("/index.xml")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<urlset><url><loc>cut",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>',
    ],
)
async def test_a_broken_sitemap_says_nothing_about_which_pages_there_are(
    site: WebSite, body: str
) -> None:
    address = site.put("/sitemap.xml", body, "application/xml")
    assert isinstance(await refused(address), SourceUnavailableError)


async def test_a_packed_sitemap_is_read_and_other_packed_files_stay_files(site: WebSite) -> None:
    site.put_sitemap("/a", "/b")
    packed = gzip.compress(site.pages["/sitemap.xml"][0])
    site.pages["/sitemap.xml.gz"] = (packed, "application/gzip")
    site.put(
        "/index.xml",
        f"<sitemapindex><sitemap><loc>{site.url}/sitemap.xml.gz</loc></sitemap></sitemapindex>",
        "application/xml",
    )
    site.pages["/prices.csv.gz"] = (gzip.compress(b"part,price\n"), "application/gzip")
    listed = {}
    for path in ("/sitemap.xml.gz", "/index.xml", "/prices.csv.gz"):
        source = await open_source(site.url + path, SourceSettings(), SystemClock(), str)
        items = await source.look({})
        await source.close()
        listed[path] = [item.address for item in items if isinstance(item, SourceFile)]
    pages = [site.url + "/a", site.url + "/b"]
    assert listed["/sitemap.xml.gz"] == listed["/index.xml"] == pages
    assert listed["/prices.csv.gz"] == [site.url + "/prices.csv.gz"]


@pytest.mark.parametrize("kind", ["bomb", "cut"])
async def test_a_packed_sitemap_is_bounded_by_what_it_unpacks_to(site: WebSite, kind: str) -> None:
    body = b"<urlset>" + b" " * (MAX_BYTES if kind == "bomb" else 1000) + b"</urlset>"
    packed = gzip.compress(body)
    site.pages["/s.xml.gz"] = (packed if kind == "bomb" else packed[:-12], "application/gzip")
    error = await refused(site.url + "/s.xml.gz")
    assert isinstance(error, SourceUnavailableError)
    assert ("unpacks to more than" in str(error)) == (kind == "bomb")


async def test_a_list_of_addresses_is_a_source(site: WebSite, tmp_path: Path) -> None:
    site.put("/a", "<html>x</html>")
    listed = tmp_path / "pages.txt"
    listed.write_text(f"# ours\n{site.url}/a\n\n{site.url}/b#part\n{site.url}/a\n", "utf-8")
    source = await open_source(f"list:{listed}", SourceSettings(), SystemClock(), str)
    files = [item for item in await source.look({}) if isinstance(item, SourceFile)]
    assert [file.address for file in files] == [site.url + "/a", site.url + "/b"]
    assert await source.read(files[1], "", limit_bytes=100) == "gone"
    await source.close()
    listed.write_text("/etc/passwd\n", "utf-8")
    with pytest.raises(UnreadableDocumentError, match="no web address"):
        await open_source(f"list:{listed}", SourceSettings(), SystemClock(), str)


async def test_a_password_in_clear_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidRequestError) as raised:
        await open_source("https://li:hunter2@host/", SourceSettings(), SystemClock(), str)
    assert "hunter2" not in str(raised.value) and "${NAME}" in raised.value.remedy
    for address in ("https://host/#bearer=hunter2", "s3://b/p#key=AKIA&secret=hunter2"):
        with pytest.raises(InvalidRequestError, match="secret in clear") as raised:
            await open_source(address, SourceSettings(), SystemClock(), str)
        assert "hunter2" not in str(raised.value)


hosts = st.sampled_from(["a.example", "A.example", "b.example", "127.0.0.1", "[::1]", "localhost"])
ports = st.sampled_from(["", ":80", ":443", ":8080"])
schemes = st.sampled_from(["http", "https"])
urls = st.builds(lambda scheme, host, port: f"{scheme}://{host}{port}/x", schemes, hosts, ports)


@given(urls, urls)
def test_only_named_hosts_are_allowed_on_named_or_usual_ports(named: str, asked: str) -> None:

    one, two = urlsplit(named), urlsplit(asked)
    usual = {"http": 80, "https": 443}
    own, wanted = one.port or usual[one.scheme], two.port or usual[two.scheme]
    same_host = one.hostname == two.hostname
    expected = same_host and (own == wanted or ({own} <= {80, 443} and wanted == usual[two.scheme]))
    assert NamedHosts.of((named,), ()).allow(asked) is expected
    assert NamedHosts.of((named,), ()).allow(asked.replace("http", "file", 1)) is False
