"""Nothing grows beyond what a person can hold in mind, and nothing has a name that means nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/teaegg"
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_MODULES = 15
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "stuff"}
SOURCE_FOLDERS = ("src", "tests", "bench", "demo", "docs")
COMMAND_LINE = PACKAGE / "app/cli"
# A migration is the record of one change: it is never edited, and there is one more with each change.
MIGRATIONS = PACKAGE / "store/migrations/versions"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def written_files() -> Iterator[Path]:
    """Python everywhere, and the pages of the web door save what others wrote (`vendor`)."""
    for folder in SOURCE_FOLDERS:
        yield from (ROOT / folder).rglob("*.py")
    for kind in ("*.html", "*.css", "*.js", "*.sql", "*.toml"):
        yield from (path for path in PACKAGE.rglob(kind) if "vendor" not in path.parts)


def functions_in(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def long_functions(path: Path) -> list[str]:
    return [
        f"{path.name}:{function.lineno} {function.name}"
        for function in functions_in(path)
        if (function.end_lineno or 0) - function.lineno + 1 > MAX_FUNCTION_LINES
    ]


def late_imports(path: Path) -> list[str]:
    """Imports of our own package inside a function: the way in which cycles are hidden."""
    found = []
    for function in functions_in(path):
        for node in ast.walk(function):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = ["teaegg" if node.level else node.module or ""]
            if any(name.split(".")[0] == "teaegg" for name in names):
                found.append(f"{path.name}:{node.lineno}")
    return found


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in written_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long, f"Split by idea: {long}"


def test_no_function_is_longer_than_sixty_lines() -> None:
    paths = (path for path in written_files() if path.suffix == ".py")
    long = [
        name for path in paths if MIGRATIONS not in path.parents for name in long_functions(path)
    ]
    assert not long, f"One level of abstraction each: {long}"


def test_no_folder_holds_more_than_fifteen_modules() -> None:
    crowded = {}
    for folder in (PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir())):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        if len(modules) > MAX_MODULES and folder != MIGRATIONS:
            crowded[str(folder.relative_to(ROOT))] = len(modules)
    assert not crowded, f"A folder with more holds two ideas: {crowded}"


def test_every_name_says_what_is_inside() -> None:
    empty = [
        str(path.relative_to(ROOT))
        for path in written_files()
        if EMPTY_NAMES & {part.removesuffix(path.suffix) for part in path.relative_to(ROOT).parts}
    ]
    assert not empty, f"Name it after what it answers: {empty}"


def test_no_import_of_our_own_hides_inside_a_function() -> None:
    """Two reasons are good: a factory loads only the back end that was chosen, and the command line
    answers `--help` at once. Neither can hide a cycle: `test_layers` counts late imports as well.
    """
    late = [
        place
        for path in PACKAGE.rglob("*.py")
        if path.name != "factory.py" and COMMAND_LINE not in path.parents
        for place in late_imports(path)
    ]
    assert not late, f"Move what both need to a lower floor: {late}"


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "raise NotImplemented" + "Error")
    left = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in written_files()
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ]
    assert not left, f"Finish it or take it out: {left}"


@pytest.mark.parametrize("lines", [60, 61])
def test_the_measure_of_a_function_counts_its_every_line(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "long.py"
    path.write_text("async def long():\n" + "    pass\n" * (lines - 1))
    assert bool(long_functions(path)) == (lines > MAX_FUNCTION_LINES)


@pytest.mark.parametrize(
    ("line", "is_ours"),
    [
        ("import teaegg.core", True),
        ("from teaegg.store import lance", True),
        ("from . import neighbour", True),
        ("import xllamacpp", False),
        ("from teaeggs import other", False),
    ],
)
def test_late_imports_of_our_own_are_told_from_heavy_libraries(
    tmp_path: Path, line: str, is_ours: bool
) -> None:
    path = tmp_path / "late.py"
    path.write_text(f"def load():\n    if True:\n        {line}\n")
    assert bool(late_imports(path)) == is_ours
