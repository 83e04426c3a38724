"""Docs cannot drift: what is not documented, or documented and gone, fails here."""

import ast
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
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


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    rendered = runpy.run_path(str(DOCS / "build_settings.py"))["render"]()
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert page == rendered, "Run `make docs`"


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command a person can type, with its words."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(commands(get_command(application), "teaegg"))


def sections(page: str) -> dict[str, str]:
    """Heading → the text below it, up to the next heading."""
    parts = re.split(r"^#+ +(.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_and_each_of_its_options_is_documented(words: str) -> None:
    found = [
        text
        for heading, text in sections((DOCS / "commands.md").read_text(encoding="utf-8")).items()
        if re.match(rf"`?{re.escape(words)}(?![\w-]| [a-z])", heading)
    ]
    assert found, f"docs/commands.md needs a heading `{words}`"
    for parameter in COMMANDS[words].params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert option in found[0], f"{words} {option} is not documented"


def test_every_command_in_the_docs_exists() -> None:
    groups = {words.rsplit(" ", 1)[0] for words in COMMANDS}
    unknown = []
    for page in PAGES:
        for block in re.findall(r"`(teaegg [a-z][a-z -]*)", page.read_text(encoding="utf-8")):
            known = (block + " ").startswith(tuple(f"{words} " for words in COMMANDS))
            if not known and block.strip() not in groups:
                unknown.append(f"{page.name}: {block}")
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


def test_sections_are_cut_at_headings() -> None:
    assert sections("intro\n# a\none\n## b\ntwo\n") == {"a": "\none\n", "b": "\ntwo\n"}
