"""Scene files: a new one, a check of one, and the schema for editors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from teaegg.app.cli.options import Json
from teaegg.app.cli.output import note, say, write_json

scenes = typer.Typer(help="Scene files: who asks what, from which knowledge.", no_args_is_help=True)


@scenes.command("new")
def new_scene(
    name: Annotated[str, typer.Argument(help="Its name: a-z, 0-9, hyphens.")],
    language: Annotated[
        Literal["zh", "en"], typer.Option(help="Of questions and comments.")
    ] = "zh",
    collection: Annotated[
        list[str] | None,
        typer.Option("--collection", "-c", metavar="NAME", help="Its knowledge (repeatable)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; else NAME.yaml here.")
    ] = None,
) -> None:
    """Write a scene file to begin with, with comments that explain every key."""
    from teaegg.scenes.example import example_scene, write_example

    path = out or Path(f"{name}.yaml")
    write_example(path, example_scene(name, language, collection or ()))
    note(f"Wrote {path}. Change it, then: teaegg scene check {path}")


@scenes.command("check")
def check_scene(
    file: Annotated[Path, typer.Argument(help="The scene file.")], as_json: Json = False
) -> None:
    """Say what a scene file means, or where it is wrong, by line and column."""
    from teaegg.scenes.reading import read_scene

    scene = read_scene(file)
    if as_json:
        write_json(asdict(scene))
        return
    say(f"{scene.title} ({scene.name}), {scene.language}")
    say(f"Asks:        {scene.asks}")
    say(f"Problem:     {scene.problem}")
    say(f"Collections: {', '.join(scene.collections)}")
    say(
        f"Rows:        {scene.rows}; {scene.exam.share:.0%} of the documents are kept for the exam."
    )
    note(f"The file is right. Make its training rows: teaegg data make {file}")


@scenes.command("schema")
def schema() -> None:
    """Print the JSON Schema of scene files, for editors that complete and check as one types."""
    from teaegg.scenes.schema import SCHEMA

    write_json(SCHEMA)
