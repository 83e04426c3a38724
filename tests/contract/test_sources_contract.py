"""What every kind of source must do, on real servers: list, read, notice changes, never write."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

import fsspec
import pytest
from tests.ingest.sources.loopback import MailServer, WebSite, mail_server, s3_server, web_site

from teaegg.core.clock import SystemClock
from teaegg.core.errors import (
    NotFoundError,
    SourceUnavailableError,
    UnreadableDocumentError,
)
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.base import Content, Source, SourceFile
from teaegg.ingest.sources.factory import open_source

LIMIT = 1_000_000
SECRETS = {"MAIL": "demopass", "S3_KEY": "testing", "S3_SECRET": "testing"}


class Place(Protocol):
    """A source as whoever owns it sees it."""

    address: str
    missing: str
    """An address of the same kind behind which there is nothing."""
    settings: SourceSettings

    def put(self, name: str, text: str) -> None: ...

    def remove(self, name: str) -> None: ...

    def state(self) -> object:
        """All that a reader could have changed."""
        ...


class Folder:
    settings = SourceSettings()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.address, self.missing = str(folder), str(folder / "nowhere")

    def put(self, name: str, text: str) -> None:
        (self.folder / f"{name}.txt").write_text(text, "utf-8")

    def remove(self, name: str) -> None:
        (self.folder / f"{name}.txt").unlink()

    def state(self) -> object:
        return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in self.folder.iterdir()}


class Store:
    """Any fsspec file system: in memory, on the disk, in S3."""

    def __init__(self, address: str, settings: SourceSettings, **options: Any) -> None:
        self.settings = settings
        plain = address.partition("#")[0]
        self.address, self.missing = address, address.replace("here", "nowhere")
        self.files, self.path = fsspec.core.url_to_fs(plain, **options)
        self.files.makedirs(self.path, exist_ok=True)

    def put(self, name: str, text: str) -> None:
        self.files.pipe_file(f"{self.path}/{name}.txt", text.encode())

    def remove(self, name: str) -> None:
        self.files.rm_file(f"{self.path}/{name}.txt")

    def state(self) -> object:
        self.files.invalidate_cache()
        return {path: self.files.cat_file(path) for path in self.files.find(self.path)}


class Pages:
    settings = SourceSettings(request_timeout_seconds=5)

    def __init__(self, site: WebSite) -> None:
        self.site, self.names = site, set[str]()
        self.address = site.put_sitemap()
        self.missing = "http://127.0.0.1:1/"

    def put(self, name: str, text: str) -> None:
        self.site.put(f"/{name}.txt", text, "text/plain; charset=utf-8")
        self.names.add(name)
        self._list()

    def remove(self, name: str) -> None:
        del self.site.pages[f"/{name}.txt"]
        self.names.discard(name)
        self._list()

    def state(self) -> object:
        return dict(self.site.pages)

    def _list(self) -> None:
        self.site.put_sitemap(*(f"/{name}.txt" for name in sorted(self.names)))


class Mailbox:
    settings = SourceSettings(request_timeout_seconds=20)

    def __init__(self, server: MailServer) -> None:
        self.server, self.folder = server, f"f{uuid.uuid4().hex[:8]}"
        server.owner.create(self.folder)
        self.address = f"imap://demouser:${{MAIL}}@127.0.0.1:{server.port}/{self.folder}"
        self.missing = f"{self.address}-nowhere"

    def put(self, name: str, text: str) -> None:
        if any(f"Subject: {name}".encode() in body for body, _ in self._messages().values()):
            self.remove(name)
        message = EmailMessage()
        message["Subject"], message["From"] = name, "li@example.com"
        message.set_content(text)
        self.server.append(self.folder, message.as_bytes())

    def remove(self, name: str) -> None:
        wanted = [
            number
            for number, (body, _) in self._messages().items()
            if f"Subject: {name}".encode() in body
        ]
        self.server.owner.select(self.folder)
        for number in wanted:
            self.server.owner.store(number, "+FLAGS", r"(\Deleted)")
        self.server.owner.expunge()

    def state(self) -> object:
        return self._messages()

    def _messages(self) -> dict[str, tuple[bytes, bytes]]:
        """Number → body, and flags without \\Recent, which the server alone sets."""
        found = {}
        self.server.owner.select(self.folder, readonly=True)
        for number in self.server.owner.search(None, "ALL")[1][0].split():
            (head, body), *_ = self.server.owner.fetch(number, "(FLAGS BODY.PEEK[])")[1]
            found[number.decode()] = (body, head.split(b"BODY")[0].replace(b"\\Recent", b""))
        return found


class Table:
    settings = SourceSettings()

    def __init__(self, file: Path, ending: str) -> None:
        self.file = file
        with sqlite3.connect(file) as made:
            made.execute("CREATE TABLE parts (name TEXT PRIMARY KEY, said TEXT, changed INTEGER)")
        self.address = f"sqlite:///{file}#table=parts&key=name{ending}"
        self.missing = f"sqlite:///{file}.nowhere#table=parts&key=name"
        self.count = 0

    def put(self, name: str, text: str) -> None:
        self.count += 1
        with sqlite3.connect(self.file) as open_:
            open_.execute("REPLACE INTO parts VALUES (?, ?, ?)", (name, text, self.count))

    def remove(self, name: str) -> None:
        with sqlite3.connect(self.file) as open_:
            open_.execute("DELETE FROM parts WHERE name = ?", (name,))

    def state(self) -> object:
        return self.file.read_bytes()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


KINDS = ("folder", "memory", "file", "s3", "web", "mail", "rows", "rows with a cursor")


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    kind = request.param
    if kind == "folder":
        yield Folder(tmp_path / "docs")
    elif kind == "memory":
        yield Store(f"memory://here-{uuid.uuid4().hex}", SourceSettings())
    elif kind == "file":
        yield Store(f"file://{tmp_path}/here", SourceSettings())
    elif kind == "s3":
        endpoint = request.getfixturevalue("s3")
        yield Store(
            f"s3://here-{uuid.uuid4().hex[:12]}#key=${{S3_KEY}}&secret=${{S3_SECRET}}",
            SourceSettings(s3_endpoint_url=endpoint),
            endpoint_url=endpoint,
            key="testing",
            secret="testing",
        )
    elif kind == "web":
        with web_site() as site:
            yield Pages(site)
    elif kind == "mail":
        yield Mailbox(request.getfixturevalue("mail"))
    else:
        yield Table(tmp_path / "shop.db", "&cursor=changed" if "cursor" in kind else "")


async def opened(place: Place, address: str = "") -> Source:
    return await open_source(
        address or place.address, place.settings, SystemClock(), SECRETS.__getitem__
    )


async def contents(place: Place, known: dict[str, str]) -> dict[str, str]:
    """Name → text of what is new or changed; `known` is brought up to date."""
    source = await opened(place)
    items = await source.look(known)
    found: dict[str, str] = {}
    present = set()
    for item in items:
        assert isinstance(item, SourceFile)
        present.add(item.source)
        mark = known.get(item.source, "")
        if item.mark and item.mark == mark:
            continue
        reading = await source.read(item, mark, limit_bytes=LIMIT)
        if isinstance(reading, Content):
            found[item.source] = reading.data.decode()
            known[item.source] = reading.mark
        elif reading == "gone":
            present.discard(item.source)
    for name in set(known) - present:
        del known[name]
    await source.close()
    return found


async def test_everything_is_listed_once_in_a_stable_order_under_the_root(place: Place) -> None:
    for name in ("b", "a", "制度"):
        place.put(name, f"{name}：年假十五天。")
    source = await opened(place)
    first, second = await source.look({}), await source.look({})
    await source.close()
    assert [item.source for item in first] == [item.source for item in second]
    assert len({item.source for item in first}) == 3
    assert {item.root for item in first} == {source.root}


async def test_the_root_names_no_secret_and_stays_the_same(place: Place) -> None:
    first, second = await opened(place), await opened(place)
    assert first.root == second.root
    assert not [secret for secret in (*SECRETS, *SECRETS.values()) if secret in first.root]
    await first.close()
    await second.close()


async def test_what_is_read_is_what_is_there_and_only_changes_are_read_again(place: Place) -> None:
    place.put("a", "stay fifteen days")
    place.put("b", "leave ninety days")
    known: dict[str, str] = {}
    first = await contents(place, known)
    assert sorted("fifteen" in text for text in first.values()) == [False, True]
    assert await contents(place, known) == {}
    place.put("b", "leave twenty days")
    (changed,) = (await contents(place, known)).values()
    assert "twenty" in changed and "ninety" not in changed


async def test_what_is_removed_is_noticed(place: Place) -> None:
    place.put("a", "stay")
    place.put("b", "go")
    known: dict[str, str] = {}
    await contents(place, known)
    place.remove("b")
    assert await contents(place, known) == {}
    assert len(known) == 1


async def test_a_file_that_goes_between_listing_and_reading_is_gone(place: Place) -> None:
    place.put("a", "stay")
    place.put("b", "go")
    source = await opened(place)
    items = await source.look({})
    place.remove("a")
    place.remove("b")
    for item in items:
        assert isinstance(item, SourceFile)
        assert await source.read(item, "", limit_bytes=LIMIT) == "gone"
    await source.close()


async def test_what_is_too_large_is_refused_by_name(place: Place) -> None:
    place.put("a", "x" * 5000)
    source = await opened(place)
    (item,) = await source.look({})
    assert isinstance(item, SourceFile)
    with pytest.raises(UnreadableDocumentError, match="bytes that are allowed"):
        await source.read(item, "", limit_bytes=1000)
    await source.close()


async def test_reading_changes_nothing_at_the_source(place: Place) -> None:
    place.put("a", "stay")
    place.put("b", "as it is")
    before = place.state()
    await contents(place, {})
    assert place.state() == before


async def test_a_place_that_is_not_there_says_so(place: Place) -> None:
    source = await opened(place, place.missing)
    with pytest.raises((NotFoundError, SourceUnavailableError)) as raised:
        items = await source.look({})
        for item in items:
            assert isinstance(item, SourceFile)
            await source.read(item, "", limit_bytes=LIMIT)
    assert raised.value.remedy
    assert not [secret for secret in SECRETS.values() if secret in str(raised.value)]
    await source.close()
