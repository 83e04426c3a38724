"""What commands write: data on stdout, everything about the work itself on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from teaegg.core.errors import TeaEggError

_WIDE_CHARACTERS = 200
"""Width where there is no terminal to measure: a pipe gets whole lines, not wrapped ones."""


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says: answers are Chinese, and `LANG=C` is common on servers."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def screen(*, stderr: bool = False) -> Console:
    """A console that takes text as it is: titles and quotes may hold brackets, colons and emoji codes."""
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _WIDE_CHARACTERS
    return console


def bar(*counts: ProgressColumn) -> Progress:
    """A line of progress on stderr: what is done, a bar, `counts`, the time. Gone in the end, and
    nothing at all where there is no terminal."""
    console = screen(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *counts,
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def say(text: str | Text = "") -> None:
    """A line of the result, on stdout."""
    screen().print(text)


def note(text: str | Text) -> None:
    """A remark about the work, on stderr, so that stdout stays clean for data."""
    screen(stderr=True).print(text, style="dim")


def complain(error: TeaEggError) -> None:
    """Message and remedy, no traceback."""
    console = screen(stderr=True)
    console.print(Text.assemble(("Error: ", "bold red"), error.message))
    if error.remedy:
        console.print(Text.assemble(("What to do: ", "bold"), error.remedy))


def write_json(data: Any) -> None:
    """`data` as JSON on stdout and nothing else; Chinese stays readable."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Rows under their headers, or the line `empty` (on stderr) when there are none."""
    lines = list(rows)
    if not lines:
        note(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    screen().print(table)
