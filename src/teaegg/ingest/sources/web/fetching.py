"""Fetching one address politely and within bounds: redirects, robots, pauses, sizes and times.

Conditional requests as RFC 9110 (13.1) has them; robots.txt as RFC 9309 has it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from teaegg.core.clock import Clock
from teaegg.core.errors import SourceUnavailableError, UnreadableDocumentError
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.base import too_large
from teaegg.ingest.sources.web.hosts import NamedHosts

AGENT = "TeaEgg"
Sleep = Callable[[float], Awaitable[None]]

_ROBOTS_BYTES = 512 * 1024
_BUSY_ATTEMPTS = 3
_DEFAULT_PAUSE_SECONDS = 1.0
_FAILURES_UNTIL_DOWN = 3
_LONGEST_FACTOR = 10
_MOVED = frozenset((301, 302, 303, 307, 308))
_BUSY = frozenset((429, 503))
_GONE = frozenset((404, 410))


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered. `mark` is its state by its own word, as JSON; "" where it says none."""

    status: int
    url: str
    data: bytes
    media_type: str
    mark: str

    @property
    def is_gone(self) -> bool:
        return self.status in _GONE

    @property
    def is_unchanged(self) -> bool:
        return self.status == httpx.codes.NOT_MODIFIED


class Fetcher:
    """Asks the named hosts only. One per source: it remembers who asked for a pause, and who is down."""

    def __init__(
        self,
        hosts: NamedHosts,
        settings: SourceSettings,
        clock: Clock,
        *,
        authorization: str = "",
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._hosts = hosts
        self._settings = settings
        self._clock = clock
        self._authorization = authorization
        self._sleep = sleep
        self._robots: dict[str, Protego | None] = {}
        self._failures: dict[str, int] = {}
        self._down: dict[str, str] = {}
        self._client = httpx.AsyncClient(
            headers={"User-Agent": AGENT},
            timeout=settings.request_timeout_seconds,
            follow_redirects=False,
            # No proxies, no .netrc: nothing that nobody named.
            trust_env=False,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, url: str, *, limit_bytes: int, mark: str = "") -> Page:
        """The page at `url`, after redirects; `mark` makes it a conditional request.

        Raises UnreadableDocumentError for what must not be had (another host, robots.txt, a loop,
        too large, refused), SourceUnavailableError for what cannot be had now.
        """
        seen: set[str] = set()
        at = url
        while at not in seen:
            seen.add(at)
            self._hosts.require(at, url)
            await self._require_robots(at)
            page, onward = await self._patiently(at, limit_bytes, mark)
            if not onward:
                return page
            if len(seen) > self._settings.max_redirects:
                break
            at = _onward(at, onward)
        raise UnreadableDocumentError(
            f"{url!r} redirects in a circle or more than {self._settings.max_redirects} times.",
            remedy="Learn the address where it should end.",
        )

    async def _patiently(self, url: str, limit_bytes: int, mark: str) -> tuple[Page, str]:
        """One address, asked again after a pause when the server is busy."""
        host = urlsplit(url).netloc
        for attempt in range(1, _BUSY_ATTEMPTS + 1):
            if reason := self._down.get(host):
                raise _unavailable(reason)
            page, onward, pause = await self._once(url, limit_bytes, mark)
            if page.status not in _BUSY:
                _require_answer(page, url)
                return page, onward
            seconds = _DEFAULT_PAUSE_SECONDS * attempt if pause is None else pause
            if seconds > self._settings.max_wait_seconds:
                self._down[host] = f"{host} asks to come back in {seconds:.0f} seconds."
                raise _unavailable(self._down[host])
            await self._sleep(seconds)
        raise _unavailable(f"{host} stays busy (HTTP {page.status}).")

    async def _once(self, url: str, limit_bytes: int, mark: str) -> tuple[Page, str, float | None]:
        """One request: the page, where it leads to, and the pause that was asked for, in seconds."""
        host = urlsplit(url).netloc
        # A server that sends a byte now and then keeps every single wait short.
        longest = self._settings.request_timeout_seconds * _LONGEST_FACTOR
        try:
            async with (
                asyncio.timeout(longest),
                self._client.stream("GET", url, headers=self._headers(url, mark)) as response,
            ):
                data = await _bounded(response, limit_bytes, url)
                self._failures[host] = 0
                page = Page(
                    status=response.status_code,
                    url=url,
                    data=data,
                    media_type=response.headers.get("Content-Type", "").partition(";")[0].strip(),
                    mark=_mark(response),
                )
                onward = response.headers.get("Location", "") if page.status in _MOVED else ""
                return page, onward, self._pause(response.headers.get("Retry-After", ""))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            reason = f"{host} did not answer: {str(error) or type(error).__name__}."
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= _FAILURES_UNTIL_DOWN:
                self._down[host] = reason
            raise _unavailable(reason) from error

    def _headers(self, url: str, mark: str) -> dict[str, str]:
        """A redirect to an allowed host must not take the password along."""
        headers = _conditions(mark)
        if self._authorization and self._hosts.names(url):
            headers["Authorization"] = self._authorization
        return headers

    def _pause(self, text: str) -> float | None:
        """Retry-After: seconds, or a date."""
        if not text:
            return None
        if text.strip().isdigit():
            return float(text)
        try:
            until = parsedate_to_datetime(text)
            return max(0.0, (until - self._clock.now()).total_seconds())
        except (TypeError, ValueError):
            return None

    async def _require_robots(self, url: str) -> None:
        if not self._settings.respect_robots:
            return
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = await self._rules(origin)
        rules = self._robots[origin]
        if rules is not None and not rules.can_fetch(url, AGENT):
            raise UnreadableDocumentError(
                f"The robots.txt of {parts.netloc} asks not to fetch {url!r}.",
                remedy="Ask whoever runs it, or set sources.respect_robots to false.",
            )

    async def _rules(self, origin: str) -> Protego | None:
        """None: everything may be fetched. A server in trouble may have had rules: nothing may."""
        page, onward, _ = await self._once(f"{origin}/robots.txt", _ROBOTS_BYTES, "")
        if page.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise _unavailable(f"{origin}/robots.txt answers with HTTP {page.status}.")
        if onward or page.status != httpx.codes.OK:
            return None
        return Protego.parse(page.data.decode("utf-8", "replace"))


async def _bounded(response: httpx.Response, limit_bytes: int, url: str) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > limit_bytes:
            raise too_large(url, limit_bytes)
        parts.append(part)
    return b"".join(parts)


def _require_answer(page: Page, url: str) -> None:
    if page.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise _unavailable(f"{url} answers with HTTP {page.status}.")
    if page.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise UnreadableDocumentError(
            f"{url!r} may not be read without signing in (HTTP {page.status}).",
            remedy="Write user:${NAME}@ into the address, or #bearer=${NAME} behind it.",
        )
    expected = page.is_gone or page.is_unchanged or page.status in _MOVED
    if not (expected or page.status == httpx.codes.OK):
        raise UnreadableDocumentError(
            f"{url!r} answers with HTTP {page.status}.", remedy="Open it in a browser to see why."
        )


def _onward(at: str, location: str) -> str:
    onward = urljoin(at, location).partition("#")[0]
    if at.startswith("https:") and onward.startswith("http:"):
        raise UnreadableDocumentError(
            f"{at!r} redirects to an address without encryption.", remedy="Have that corrected."
        )
    return onward


def _conditions(mark: str) -> dict[str, str]:
    names = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
    known = json.loads(mark) if mark else {}
    return {names[key]: value for key, value in known.items() if key in names}


def _mark(response: httpx.Response) -> str:
    said = {"etag": response.headers.get("ETag"), "modified": response.headers.get("Last-Modified")}
    return json.dumps({key: value for key, value in said.items() if value}, sort_keys=True)


def _unavailable(reason: str) -> SourceUnavailableError:
    return SourceUnavailableError(reason, remedy="What was learned from it stays; try again later.")
