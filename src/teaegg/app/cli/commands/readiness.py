"""How far a scene is from production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import say, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.evals.readiness.base import Readiness


def readiness(
    context: typer.Context,
    scene: Annotated[str, typer.Argument(metavar="SCENE", help="A scene file, or a scene's name.")],
    language: Annotated[Literal["zh", "en"], typer.Option(help="Of the checklist.")] = "en",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Say what still stands between a scene and production, and what to do next (owners)."""

    from teaegg.scenes.reading import read_scene

    file = Path(scene)
    is_file = file.suffix in (".yaml", ".yml") or file.is_file()
    told = read_scene(file) if is_file else None

    async def work(workspace: Workspace) -> None:
        actor, readying = await acting(workspace, user), workspace.readying
        if told:
            found = await readying.of(actor, told, file=scene)
        else:
            found = await readying.called(actor, scene)
        write_json(_record(found)) if as_json else _show(found, language)

    run(context, work)


def _show(found: Readiness, language: Literal["zh", "en"]) -> None:
    from teaegg.evals.readiness.wording import NEXT, SUMMARY, said

    met = sum(line.met for line in found.lines)
    say(
        SUMMARY[language].format(
            scene=found.scene, score=found.score, met=met, count=len(found.lines)
        )
    )
    say()
    for line in found.lines:
        say(f"{'✓' if line.met else '✗'} {said(line, language)}")
        if not line.met:
            say(f"    {line.command}")
    if found.next:
        say()
        say(NEXT[language].format(command=found.next.command))


def _record(found: Readiness) -> dict[str, object]:
    from teaegg.evals.readiness.wording import said

    return {
        "scene": found.scene,
        "score": found.score,
        "lines": [
            {
                "demand": line.demand,
                "met": line.met,
                "weight": line.weight,
                "says": said(line, "en"),
                "command": line.command,
            }
            for line in found.lines
        ],
        "next": found.next.command if found.next else "",
    }
