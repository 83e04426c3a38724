"""When a source is due: by its schedule, and sooner after an error or a process that was killed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import ConflictError, SourceUnavailableError
from teaegg.core.settings import Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.store.database import open_database
from teaegg.store.sources import SourceRecords


@dataclass
class Hand:
    """A clock that is set by hand."""

    moment: datetime = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic_seconds(self) -> float:
        return self.moment.timestamp()


async def test_a_source_is_due_by_its_schedule_and_sooner_after_trouble(tmp_path: Path) -> None:
    clock = Hand()
    (tmp_path / "a.txt").write_text("年假十五天。", "utf-8")
    settings = Settings(home=tmp_path / "home")
    async with open_workspace(
        settings, clock=clock, chat=ScriptedChat(), embedder=TermEmbedder(384)
    ) as workspace:
        sources = workspace.sources

        async def due(**later: int) -> list[str]:
            clock.moment += timedelta(**later)
            return [record.name for record in await sources.due(LOCAL_OWNER)]

        await sources.add(LOCAL_OWNER, "daily", str(tmp_path / "a.txt"), "c", schedule="every 1d")
        await sources.add(LOCAL_OWNER, "down", "http://127.0.0.1:1/", "c", schedule="every 1d")
        await sources.add(LOCAL_OWNER, "manual", str(tmp_path), "c")
        assert await due() == ["daily", "down"]
        await sources.sync(LOCAL_OWNER, "daily")
        with pytest.raises(SourceUnavailableError):
            await sources.sync(LOCAL_OWNER, "down")
        assert await due(minutes=14) == []
        assert await due(minutes=1) == ["down"]
        database = await open_database(f"sqlite+aiosqlite:///{settings.home / 'records.db'}")
        (daily, *_) = await sources.list(LOCAL_OWNER)
        killed = SourceRecords(database)
        assert await killed.begin("daily", daily.tried_at, clock.now())
        await database.close()
        assert "daily" not in await due(minutes=59)
        assert "daily" in await due(minutes=1)
        assert sorted(await due(days=1)) == ["daily", "down"]


async def test_a_turn_that_another_process_took_is_left_to_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    (tmp_path / "a.txt").write_text("年假十五天。", "utf-8")
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(384)
    ) as workspace:
        await workspace.sources.add(LOCAL_OWNER, "one", str(tmp_path / "a.txt"), "c")
        first = await workspace.sources.sync(LOCAL_OWNER, "one")
        assert [item.outcome for item in first] == ["learned"]
        with pytest.raises(ConflictError):
            await workspace.sources.add(LOCAL_OWNER, "one", str(tmp_path), "c")
