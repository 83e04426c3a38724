"""Options that several commands share, so that they are called and explained the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

As = Annotated[
    str, typer.Option("--as", metavar="USER", help="Act as this user; else as the local owner.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Collection = Annotated[
    list[str] | None,
    typer.Option("--collection", "-c", metavar="NAME", help="Only this collection (repeatable)."),
]


def names(text: str) -> tuple[str, ...]:
    """The names of a comma-separated list, each once, in order; full-width commas count too."""
    parts = (part.strip() for part in text.replace("，", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
