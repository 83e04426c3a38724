"""The command line as a person types it, over a home of its own, with stand-ins for both models."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from teaegg.app.cli import application
from teaegg.app.cli.session import Doorway
from teaegg.app.wiring import open_workspace
from teaegg.core.ids import text_hash
from teaegg.core.terms import index_terms
from teaegg.models.base import Vectors
from teaegg.models.standin import ScriptedChat

PASSWORD = "four tea eggs please"


class TermEmbedder:
    """Texts that share index terms lie close together; no model is loaded."""

    def __init__(self, dimensions: int = 384) -> None:
        self.dimensions = dimensions
        self.name = "terms"

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    async def embed_question(self, text: str) -> Vectors:
        return self._vector(text)

    async def close(self) -> None:
        self.name = "closed"

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimensions, 1e-3, dtype=np.float32)
        for term in index_terms(text):
            vector[int(text_hash(term)[:8], 16) % self.dimensions] += 1
        return vector / np.linalg.norm(vector)


@dataclass(frozen=True)
class Typed:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """Types commands into one home. The stand-ins are made anew for every command."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.embedder_dimensions = 384
        self.environment: dict[str, str | None] = {
            "TEAEGG_HOME": str(home),
            "TEAEGG_CONFIG": None,
            "TEAEGG_PASSWORD": PASSWORD,
            "NO_COLOR": "1",
            # The confidence is calibrated for real vectors; of the stand-in's it says nothing.
            "TEAEGG_ANSWERS__ABSTAIN_BELOW": "0",
        }

    def __call__(self, *words: str, typed: str | None = None, **environment: str | None) -> Typed:
        result = CliRunner().invoke(
            application,
            list(words),
            input=typed,
            env={**self.environment, **environment},
            obj=Doorway(self._open),
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Typed(result.exit_code, result.stdout, result.stderr)

    def done(self, *words: str, **environment: str | None) -> Typed:
        """A command that must succeed."""
        typed = self(*words, **environment)
        assert typed.code == 0, typed.err
        return typed

    def _open(self, settings: Any) -> Any:
        return open_workspace(
            settings, chat=ScriptedChat(), embedder=TermEmbedder(self.embedder_dimensions)
        )


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line in an empty folder with an empty home."""
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path / "home")


HANDBOOK = """# 员工手册

## 年假

员工工作满一年不满十年的，每年享受年假5天。

## 差旅

住宿费限额为每晚350元。
"""
PRICES = "# 价格表\n\nQH-200-1.5 的成本价是968元。\n"


def write_folder(path: Path) -> Path:
    """Two documents, one of them not for everybody."""
    path.mkdir()
    (path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (path / "prices.md").write_text(PRICES, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "documents")


@pytest.fixture(scope="session")
def company_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Staff reads the handbook, finance reads the prices; lina is staff, wang is both."""
    place = tmp_path_factory.mktemp("company")
    source = write_folder(place / "documents")
    cli = CommandLine(place / "home")
    cli.done("learn", str(source / "handbook.md"), "-c", "handbook", "--groups", "staff")
    cli.done("learn", str(source / "prices.md"), "-c", "prices", "--groups", "finance")
    cli.done("user", "add", "lina", "--groups", "staff", "--no-password")
    cli.done("user", "add", "wang", "--groups", "staff,finance", "--no-password")
    return cli.home


@pytest.fixture
def company(cli: CommandLine, company_home: Path) -> CommandLine:
    """A company of one's own for every test."""
    shutil.copytree(company_home, cli.home)
    return cli
