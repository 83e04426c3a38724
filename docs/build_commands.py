"""Writes docs/commands.md from the commands themselves, so that the page cannot say anything else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from teaegg.app.cli import application
from teaegg.app.cli.errors import EXIT_CODES, EXIT_FAILED, EXIT_INTERRUPTED

PAGE = Path(__file__).with_name("commands.md")

HEAD = """\
# Commands

Everything that can be typed. This page is written by `make docs` from `src/teaegg/app/cli`; `--help`
after any command says the same at the terminal.

What TeaEgg keeps lies in the folder `TEAEGG_HOME` (default `./.teaegg`). Whoever runs the command line
is the local owner and reads everything. `--as USER` acts as that user and sees what they see: what
they may not read looks exactly like what is not there, exit code included.

Data goes to stdout and remarks to stderr, so that `--json` can be piped. Passwords are never
arguments: they come from a prompt, from the variable `TEAEGG_PASSWORD` or through `--password-stdin`.
The words user, group, collection and key are understood in the plural as well.

`teaegg learn` may be stopped at any moment, by Ctrl-C or worse: the same command goes on where it was.
Learning a folder again reads only what changed and forgets what is gone. Sources are paths, web
addresses, `list:FILE`, stores, mailboxes and databases; [ingest](ingest.md) says how each is written.
A source that does not answer loses nothing. Secrets stand in an address as `${NAME}` and come from the
environment. `teaegg sources add` names a source and its schedule; a running server brings it in step, or
`teaegg sync` does, run by cron.

With `--groups`, a collection that is new is granted to these groups. In one that has other readers, or
none, the documents named are shown to these groups only, each by a grant of its own; those that had
grants of their own before keep them. What else lies in the collection is not touched. Without
`--groups`, what is new in a collection is read by whoever reads the collection; at first only owners.
"""


def render() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_codes(), *_commands(get_command(application), "teaegg")])


def _codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| Code | Meaning |"
    yield "| --- | --- |"
    yield "| 0 | Done. |"
    yield f"| {EXIT_FAILED} | It failed; the message says why. |"
    for kind, code in EXIT_CODES:
        yield f"| {code} | {' '.join(str(kind.__doc__).split())} |"
    yield f"| {EXIT_INTERRUPTED} | Stopped with Ctrl-C. |"
    yield ""


def _commands(command: Any, words: str) -> Iterator[str]:
    """`command` is a group of Typer's own Click, which has no public type."""
    for name, below in command.commands.items():
        if below.hidden:
            continue
        if hasattr(below, "commands"):
            yield from _commands(below, f"{words} {name}")
        else:
            yield from _section(below, f"{words} {name}")


def _section(command: Any, words: str) -> Iterator[str]:
    context = typer.Context(command, info_name=words)
    yield f"## `{words}`\n"
    yield f"{' '.join(str(command.help).split())}\n"
    pieces = (piece.strip("{}") for piece in command.collect_usage_pieces(context))
    yield f"    {' '.join([words, *(piece.replace('}...', '...').upper() for piece in pieces)])}\n"
    if command.params:
        yield "| Argument or option | What it does |"
        yield "| --- | --- |"
        for parameter in command.params:
            yield _row(parameter, context)
        yield ""


def _row(parameter: Any, context: typer.Context) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.display_name_raw.upper()
    else:
        # What it takes: its own word for it, or Typer's (<str>, <quote|compose>).
        takes = parameter.metavar or parameter.display_type(context)
        names = ", ".join((*parameter.opts, *parameter.secondary_opts))
        name = names if parameter.is_flag else f"{names} {takes}"
    default = parameter.default
    is_told = (
        isinstance(default, str | int | Path) and not isinstance(default, bool) and default != ""
    )
    ending = f" Default: `{default}`." if is_told else ""
    cells = (f"`{name}`", f"{parameter.help or ''}{ending}")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE} was written.\n")
