"""Docs cannot drift: what is not documented, or documented and gone, fails here."""

import ast
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from teaegg.app.api.application import create_application
from teaegg.app.cli import application
from teaegg.app.wiring import open_workspace
from teaegg.core.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROOMS = sorted(path.parent.name for path in (ROOT / "src/teaegg").glob("*/__init__.py"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page(room: str) -> None:
    page = DOCS / f"{room}.md"
    assert page.is_file(), f"Write docs/{room}.md"
    assert len(page.read_text(encoding="utf-8").splitlines()) >= 40


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_at_its_door_what_it_answers_and_may_import(room: str) -> None:
    source = (ROOT / "src/teaegg" / room / "__init__.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""
    assert "Answers:" in docstring
    assert "May import:" in docstring
    assert len(docstring.splitlines()) <= 6


@pytest.mark.parametrize("name", ["settings", "commands"])
def test_pages_that_the_code_writes_are_as_the_code_says(name: str) -> None:
    rendered = runpy.run_path(str(DOCS / f"build_{name}.py"))["render"]()
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert page == rendered, "Run `make docs`"


def test_the_page_of_settings_names_every_setting() -> None:
    """Counted here once more, so that the page's writer cannot leave one out."""
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    for section, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            _, _, table = page.partition(f"\n## [{section}]\n")
            table = table.partition("\n## ")[0]
            for key in field.annotation.model_fields:
                assert f"\n| `{key}` |" in table, f"{section}.{key}"


def commands(command: Any, words: str, *, hidden: bool) -> Iterator[tuple[str, Any]]:
    """Every command with its words. (Typer's Click has no public type.)"""
    for name, below in command.commands.items():
        if below.hidden and not hidden:
            continue
        if hasattr(below, "commands"):
            yield from commands(below, f"{words} {name}", hidden=hidden)
        else:
            yield f"{words} {name}", below


ROOT_COMMAND = get_command(application)
SHOWN = dict(commands(ROOT_COMMAND, "teaegg", hidden=False))
UNDERSTOOD = dict(commands(ROOT_COMMAND, "teaegg", hidden=True))


def test_the_page_of_commands_names_every_command_and_option() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert SHOWN
    for words, command in SHOWN.items():
        _, found, section = page.partition(f"\n## `{words}`\n")
        assert found, words
        section = section.partition("\n## ")[0]
        for parameter in command.params:
            assert all(option in section for option in parameter.opts if option[0] == "-"), words


def test_every_command_in_the_docs_exists() -> None:
    groups = {words.rsplit(" ", 1)[0] for words in UNDERSTOOD}
    unknown = []
    for page in PAGES:
        for said in re.findall(r"`(teaegg [a-z][a-z -]*)", page.read_text(encoding="utf-8")):
            said = re.split(r" -", said)[0].strip()
            is_known = f"{said} ".startswith(tuple(f"{words} " for words in UNDERSTOOD))
            if not is_known and said not in groups:
                unknown.append(f"{page.name}: {said}")
    assert not unknown


async def test_the_page_of_routes_names_every_route_and_no_other(tmp_path: Path) -> None:
    async with open_workspace(Settings(home=tmp_path)) as workspace:
        paths = create_application(workspace).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /(?:api|v1)[^\s`?]*)", page))
    assert named == routes


def test_every_link_in_the_docs_leads_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            is_local = "://" not in target and not target.startswith("mailto:")
            if is_local and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_the_page_of_make_targets_is_complete(root: Path) -> None:
    """`make help` lists every target a person is meant to use."""
    help_text = subprocess.run(
        ["make", "help"], cwd=root, capture_output=True, text=True, timeout=30
    ).stdout
    for target in ("venv", "demo", "test", "check", "docs", "bench", "clean"):
        assert f"make {target}" in help_text
