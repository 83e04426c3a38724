"""What holds for every database server that rows are learned from; each server's tests call it."""

from __future__ import annotations

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.errors import SourceUnavailableError
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.base import SourceFile
from teaegg.ingest.sources.factory import open_source


async def assert_stopped_after_a_second(address: str) -> None:
    """`address` selects what takes far longer than that."""
    settings = SourceSettings(statement_timeout_seconds=1)
    source = await open_source(address, settings, SystemClock(), str)
    (item,) = await source.look({})
    assert isinstance(item, SourceFile)
    with pytest.raises(SourceUnavailableError, match="more than 1 seconds"):
        await source.read(item, "", limit_bytes=10_000)
    await source.close()


async def refusal_of_a_wrong_table(address: str, password: str) -> str:
    """What is said where `address`, whose secret is `password`, names a table that is not there."""
    source = await open_source(address, SourceSettings(), SystemClock(), lambda _: password)
    (item,) = await source.look({})
    assert isinstance(item, SourceFile)
    with pytest.raises(SourceUnavailableError) as raised:
        await source.read(item, "", limit_bytes=10_000)
    await source.close()
    return str(raised.value)
