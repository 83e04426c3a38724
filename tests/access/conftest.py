"""A clock that stands still, quick passwords, and a small company to decide about."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from teaegg.access.passwords import Passwords
from teaegg.access.service import Access
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.documents import Document
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


class HandClock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self.seconds)

    def monotonic_seconds(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    yield opened
    await opened.close()


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(passes=1, memory_kib=64)


@pytest.fixture
def access(database: Database, clock: HandClock, passwords: Passwords) -> Access:
    return Access(database, clock, passwords=passwords, session_hours=12)


@pytest.fixture
def learn(database: Database) -> Callable[..., Awaitable[Document]]:
    """Records a document as the ingest would, without a file."""

    async def record(name: str, collection: str, *, restricted: bool = False) -> Document:
        document = Document(
            id=name,
            collection=collection,
            source=f"{name}.md",
            title=f"Title of {name}",
            media_type="text/markdown",
            version="0" * 64,
            state="complete",
            restricted=restricted,
            size_bytes=1,
            passages=1,
            learned_at=MORNING,
        )
        await DocumentRecords(database).put(document, root="")
        return document

    return record


@pytest.fixture
async def company(access: Access, learn: Callable[..., Awaitable[Document]]) -> Access:
    """Finance reads prices, everybody reads the handbook, nobody reads plans; salaries is restricted."""
    for collection in ("handbook", "prices", "plans"):
        await access.create_collection(LOCAL_OWNER, collection)
    await access.add_group(LOCAL_OWNER, "finance")
    await access.add_user(
        LOCAL_OWNER, "chen", role="owner", password="owner of it all", display_name="陈"
    )
    await access.add_user(LOCAL_OWNER, "li", password="finance and tea", groups=["finance"])
    await access.add_user(LOCAL_OWNER, "王芳", role="editor", password="workshop and tea")
    await learn("rules", "handbook")
    await learn("list", "prices")
    await learn("salaries", "prices", restricted=True)
    await learn("merger", "plans")
    chen = await access.actor("chen")
    await access.grant(chen, "group", "finance", "collection", "prices", note="price list 2026")
    await access.grant(chen, "group", "everyone", "collection", "handbook")
    return access
