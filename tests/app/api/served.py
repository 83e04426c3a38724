"""A server process over a copy of the company, and who may talk to it; see the fixture `served`."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder

SUBJECT = "248289761001"
"""Whom the provider of the tests calls so; with single sign-on it is li."""


@dataclass(frozen=True)
class Served:
    """`keys`: name → API key; that of `closed` belongs to a closed account."""

    address: str
    keys: Mapping[str, str]


@contextmanager
def serving(company: Path, folder: Path, *, port: int = 0, issuer: str = "") -> Iterator[Served]:
    """Over a copy below `folder`, since the server's worker writes; stopped at the end."""
    home = Path(shutil.copytree(company, folder / "home"))
    keys = asyncio.run(_prepared(home, issuer))
    program = str(Path(__file__).with_name("server_process.py"))
    rest = [str(port), issuer] if issuer else []
    process = subprocess.Popen(
        [sys.executable, program, str(home), *rest], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield Served(process.stdout.readline().strip(), keys)
    process.terminate()
    assert process.wait(timeout=20) in (0, -15)


async def _prepared(home: Path, issuer: str) -> dict[str, str]:
    settings = Settings(home=home, embedding=EmbeddingModelSettings(dimensions=64))
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        access = workspace.access
        await access.add_user(LOCAL_OWNER, "closed")
        if issuer:
            await access.link(LOCAL_OWNER, "li", issuer, SUBJECT)
            await access.link(LOCAL_OWNER, "closed", issuer, "s-closed")
        keys = {
            name: (await access.create_key(LOCAL_OWNER, name)).secret
            for name in ("li", "wang", "closed")
        }
        await access.deactivate(LOCAL_OWNER, "closed")
        return keys
