"""Learning keeps in step with sources that move, vanish, break and hide things."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.sources.loopback import WebSite, answer, web_site

from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.core.clock import SystemClock
from teaegg.core.settings import IngestSettings, SourceSettings
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.learning.outcomes import FileOutcome
from teaegg.ingest.sources.factory import open_source
from teaegg.ingest.sources.permissions import FollowPermissions
from teaegg.store.blobs import BlobStore
from teaegg.store.database import open_database
from teaegg.store.documents import GRANTED_BY_SOURCE, DocumentRecords
from teaegg.store.grants import Grant, GrantRecords
from teaegg.store.lance.index import LanceIndex, open_lance_index

ALL = VisibleSet(everything=True)


class House:
    """Real stores, and learning from addresses."""

    def __init__(self, index: LanceIndex, database: Any, home: Path) -> None:
        self.index, self.documents = index, DocumentRecords(database)
        self.grants = GrantRecords(database)
        self.learner = Learner(
            index, self.documents, BlobStore(home), IngestSettings(), SystemClock()
        )

    async def learn(
        self, *addresses: str, follow: FollowPermissions = "record", **settings: Any
    ) -> dict[str, FileOutcome]:
        quick = SourceSettings(**{"request_timeout_seconds": 2, **settings})
        sources = [
            await open_source(address, quick, SystemClock(), str, permissions=follow)
            for address in addresses
        ]
        outcomes = await self.learner.learn(sources, collection="c")
        for source in sources:
            await source.close()
        return {item.source.rpartition("/")[2]: item for item in outcomes}

    async def ids(self) -> dict[str, str]:
        found = await self.documents.list(visible=ALL)
        return {item.source.rpartition("/")[2]: item.id for item in found}

    async def readers(self, document: str) -> set[str]:
        return {
            f"{grant.grantee_kind}:{grant.grantee}"
            for grant in await self.grants.list_grants()
            if grant.target == document
        }


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    home = tmp_path / "home"
    home.mkdir()
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    index = await open_lance_index(str(home / "index"), dimensions=8)
    made = House(index, database, home / "blobs")
    yield made
    await made.learner.close()
    await database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "制度"
    made.mkdir()
    (made / "a.md").write_text("# 年假\n\n年假十五天。\n", "utf-8")
    (made / "b.txt").write_text("病假十天。\n", "utf-8")
    return made


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as made:
        for name in "abc":
            made.put(f"/{name}.html", f"<html><title>{name}</title><p>{name} 十五天。</p></html>")
        made.put_sitemap("/a.html", "/b.html", "/c.html")
        yield made


async def test_a_moved_file_keeps_its_document_its_vectors_and_its_grants(
    house: House, folder: Path
) -> None:
    await house.learn(str(folder))
    before = (await house.ids())["a.md"]
    await house.documents.set_source_readers(before, ["group:hr"], at=SystemClock().now())
    (folder / "子").mkdir()
    (folder / "a.md").rename(folder / "子" / "新.md")
    told = await house.learn(str(folder))
    assert told["新.md"].outcome == "moved" and "a.md" not in told
    assert (await house.ids())["新.md"] == before
    assert await house.readers(before) == {"group:hr"}
    (folder / "a.md").write_text("# 婚假\n\n婚假三天。\n", "utf-8")
    assert (await house.learn(str(folder)))["a.md"].outcome == "learned"
    ids = await house.ids()
    assert ids["新.md"] == before and ids["a.md"] != before
    assert await house.index.count(visible=ALL) == 3


async def test_a_moved_file_that_is_titled_by_its_name_gets_the_new_title(
    house: House, folder: Path
) -> None:
    await house.learn(str(folder))
    before = (await house.ids())["b.txt"]
    (folder / "b.txt").rename(folder / "病假.txt")
    assert (await house.learn(str(folder)))["病假.txt"].outcome == "updated"
    (document,) = (d for d in await house.documents.list(visible=ALL) if d.id == before)
    assert document.source == "制度/病假.txt" and document.title == "病假"
    (passage,) = await house.index.passages_of(before, visible=ALL)
    assert passage.title == "病假"


async def test_a_moved_folder_keeps_its_documents(house: House, folder: Path) -> None:
    await house.learn(str(folder))
    before = await house.ids()
    elsewhere = folder.with_name("别处")
    elsewhere.mkdir()
    shutil.move(folder, elsewhere / "制度")
    told = await house.learn(str(elsewhere / "制度"))
    assert {item.outcome for item in told.values()} == {"moved"}
    assert await house.ids() == before


def empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


async def test_a_folder_that_is_empty_all_at_once_loses_nothing(house: House, folder: Path) -> None:
    await house.learn(str(folder))
    before = await house.ids()
    empty(folder)
    (told,) = (await house.learn(str(folder))).values()
    assert (told.outcome, told.document) == ("kept", "")
    assert "2 documents are kept" in told.reason
    assert await house.ids() == before


async def test_a_file_that_never_stops_changing_is_left_for_later(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.learn(str(folder))
    (folder / "b.txt").write_text("病假二十天。\n", "utf-8")
    plain = os.fstat
    moments = iter(range(10**6))

    def restless(number: int) -> os.stat_result:
        os.utime(folder / "b.txt", ns=(next(moments), next(moments)))
        return plain(number)

    monkeypatch.setattr("teaegg.ingest.sources.folders.os.fstat", restless)
    told = await house.learn(str(folder))
    assert told["b.txt"].outcome == "kept" and "being written" in told["b.txt"].reason
    monkeypatch.undo()
    assert (await house.learn(str(folder)))["b.txt"].outcome == "updated"


async def test_pages_are_kept_in_step_and_fetched_whole_only_once(
    house: House, site: WebSite
) -> None:
    address = f"{site.url}/sitemap.xml"
    assert {o.outcome for o in (await house.learn(address)).values()} == {"learned"}
    site.put("/b.html", "<html><title>b</title><p>b 二十天。</p></html>")
    del site.pages["/c.html"]
    told = await house.learn(address)
    assert {name: item.outcome for name, item in told.items()} == {
        "a.html": "unchanged",
        "b.html": "updated",
        "c.html": "forgotten",
    }
    assert site.statuses("/a.html") == [200, 304]


@pytest.mark.parametrize("status", [404, 410, 500, 503])
async def test_a_site_that_answers_nothing_but_errors_loses_nothing(
    house: House, site: WebSite, status: int
) -> None:
    address = f"{site.url}/sitemap.xml"
    await house.learn(address)
    before = await house.ids()
    for path in ("/a.html", "/b.html", "/c.html"):
        site.odd[path] = lambda request: answer(request, status, Retry_After="999")
    told = await house.learn(address)
    assert {item.outcome for item in told.values()} == {"kept"}
    assert all(item.reason for item in told.values())
    assert await house.ids() == before
    site.odd.clear()
    assert {o.outcome for o in (await house.learn(address)).values()} == {"unchanged"}


async def test_a_site_that_is_down_loses_nothing_and_other_sources_go_on(
    house: House, folder: Path
) -> None:
    with web_site() as site:
        address = site.put("/a.html", "<html><p>十五天。</p></html>")
        await house.learn(address)
    told = await house.learn(address, str(folder))
    assert told["a.md"].outcome == told["b.txt"].outcome == "learned"
    (silent,) = (item for item in told.values() if item.outcome == "kept")
    assert silent.document == "" and "did not answer" in silent.reason
    assert len(await house.ids()) == 3


async def test_a_sign_in_page_in_place_of_a_file_withdraws_nothing(
    house: House, site: WebSite
) -> None:
    site.put("/rules.txt", "病假十天。", "text/plain")
    address = site.put_sitemap("/rules.txt", "/a.html")
    await house.learn(address)
    site.put("/rules.txt", "<!doctype html><html>Sign in</html>")
    told = await house.learn(address)
    assert told["rules.txt"].outcome == "kept" and "web page" in told["rules.txt"].reason
    (document,) = (d for d in await house.documents.list(visible=ALL) if "rules" in d.source)
    assert document.state == "searchable"


async def test_rows_are_records_with_headers_and_only_changed_ones_are_learned(
    house: House, tmp_path: Path
) -> None:
    shop = tmp_path / "shop.db"
    with sqlite3.connect(shop) as made:
        made.execute("CREATE TABLE 零件 (编号 TEXT PRIMARY KEY, 品名 TEXT, 版本 INTEGER)")
        rows = [(f"QH-{n}", f"螺栓{n}号", 1) for n in range(5)]
        made.executemany("INSERT INTO 零件 VALUES (?, ?, ?)", rows)
    address = f"sqlite:///{shop}#table=零件&key=编号&cursor=版本"
    assert len(await house.learn(address)) == 5
    ids = await house.ids()
    (passage,) = await house.index.passages_of(ids["零件 QH-3.csv"], visible=ALL)
    assert "编号: QH-3" in passage.text.replace("：", ": ") and "螺栓3号" in passage.text
    assert passage.title == "零件 QH-3"
    with sqlite3.connect(shop) as changed:
        changed.execute("UPDATE 零件 SET 品名 = '垫圈', 版本 = 2 WHERE 编号 = 'QH-3'")
        changed.execute("DELETE FROM 零件 WHERE 编号 = 'QH-4'")
    told = {name: item.outcome for name, item in (await house.learn(address)).items()}
    assert told.pop("零件 QH-3.csv") == "updated" and told.pop("零件 QH-4.csv") == "forgotten"
    assert set(told.values()) == {"unchanged"}
    assert (await house.ids())["零件 QH-3.csv"] == ids["零件 QH-3.csv"]


async def test_a_query_that_never_ends_is_stopped_and_loses_nothing(
    house: House, tmp_path: Path
) -> None:
    shop = tmp_path / "shop.db"
    sqlite3.connect(shop).close()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT max(x) FROM n"
    address = f"sqlite:///{shop}#select={endless}"
    (told,) = (await house.learn(address, statement_timeout_seconds=0.5)).values()
    assert "took more than 0.5 seconds" in told.reason


def group_of(path: Path) -> str:
    return path.group()


def set_modes(folder: Path, a: int, b: int) -> None:
    folder.chmod(0o755)
    (folder / "a.md").chmod(a)
    (folder / "b.txt").chmod(b)


async def test_followed_permissions_shut_files_and_open_them_to_named_readers_only(
    house: House, folder: Path
) -> None:
    readers = (f"group:{group_of(folder)}=group:hr",)
    set_modes(folder, 0o640, 0o644)
    await house.learn(str(folder), follow="follow", readers=readers)
    ids = await house.ids()
    restricted = {d.source: d.restricted for d in await house.documents.list(visible=ALL)}
    assert restricted == {"制度/a.md": True, "制度/b.txt": False}
    assert await house.readers(ids["a.md"]) == {"group:hr"}
    assert await house.readers(ids["b.txt"]) == set()
    set_modes(folder, 0o600, 0o640)
    told = await house.learn(str(folder), follow="follow", readers=readers)
    assert {item.outcome for item in told.values()} == {"unchanged"}
    assert await house.readers(ids["a.md"]) == set()
    assert await house.readers(ids["b.txt"]) == {"group:hr"}
    set_modes(folder, 0o600, 0o644)
    await house.learn(str(folder), follow="follow", readers=readers)
    assert {d.restricted for d in await house.documents.list(visible=ALL)} == {True}


async def test_grants_that_people_gave_outlive_the_permissions_of_the_source(
    house: House, folder: Path
) -> None:
    set_modes(folder, 0o600, 0o644)
    await house.learn(str(folder), follow="follow")
    document = (await house.ids())["a.md"]
    given = Grant("group", "boss", "document", document, LOCAL_OWNER.name, SystemClock().now())
    await house.grants.add_grant(given)
    await house.documents.set_source_readers(
        document, ["group:hr", "group:boss"], at=SystemClock().now()
    )
    assert await house.readers(document) == {"group:hr", "group:boss"}
    await house.documents.set_source_readers(document, [], at=SystemClock().now())
    (left,) = await house.grants.list_grants()
    assert (left.grantee, left.granted_by) == ("boss", LOCAL_OWNER.name)
    assert left.granted_by != GRANTED_BY_SOURCE
