"""From a scene to a small expert, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from teaegg.app.cli.datasets.screen import tell_imported
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.experts.distilling import Distilled
    from teaegg.app.workspace import Workspace
    from teaegg.evals.reading_comparison import Comparison


def distill(
    context: typer.Context,
    scene_file: Annotated[Path, typer.Argument(metavar="SCENE", help="The scene file.")],
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recipe as TOML or JSON; else the defaults.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0, help="Longest training; 0: as the recipe says.")
    ] = 20,
    rows: Annotated[int, typer.Option(min=0, help="So many rows; 0: as the scene says.")] = 0,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Make the expert of a scene: rows from its documents, training, export, and an exam against the base.

    Nothing is asked of anybody else and no larger model is needed. The same command goes on where it
    was cut off."""
    from dataclasses import replace

    from teaegg.app.cli.experts.distill_screen import JourneyScreen
    from teaegg.distill.recipe import Recipe, read_recipe
    from teaegg.scenes.reading import read_scene

    scene = read_scene(scene_file)
    scene = replace(scene, rows=rows) if rows else scene
    chosen = read_recipe(recipe) if recipe else Recipe()
    if minutes:
        chosen = chosen.model_copy(update={"minutes": minutes})

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        with JourneyScreen() as screen:
            distilled = await workspace.distilling.make(
                actor, scene, chosen, on_rows=screen.rows, telling=screen.telling
            )
        if as_json:
            write_json(distilled_record(distilled))
        else:
            show_distilled(distilled)

    run(context, work)


def distilled_record(distilled: Distilled) -> dict[str, Any]:
    """What came of it, as JSON."""
    from dataclasses import asdict

    from teaegg.app.records import shown_expert

    imported = distilled.dataset.imported
    return {
        "expert": shown_expert(distilled.record),
        "rows": distilled.dataset.rows,
        "imported": asdict(imported) if imported else None,
        "exam_items": distilled.dataset.exam_rows,
        "training": dict(distilled.record.training),
        "seconds": round(distilled.seconds),
    }


def show_distilled(distilled: Distilled) -> None:
    """What came of it, for people, and what to do with it."""
    from teaegg.app.cli.experts.rendering import tell_taught_share

    record, run_ = distilled.record, distilled.made.training
    name = f"{record.expert.scene} ({record.id[:12]})"
    say(f"{name}: {run_.rows} rows learned, {distilled.seconds / 60:.0f} min in all.")
    tell_imported(distilled.dataset.imported)
    tell_taught_share(run_)
    exam = distilled.made.comparison
    if exam is None:
        note("There were no exam documents: nothing says yet whether it is any good.")
    else:
        _show_exam(exam)
    for advice in distilled.dataset.advice:
        note(advice)
    scene = record.expert.scene
    say(f"A candidate. Try it: teaegg ask QUESTION --expert {scene} --sandbox")
    say(f"May it answer, and why (not): teaegg gate explain {scene}")
    say(f"Let it answer: teaegg release {scene} --why REASON")


def _show_exam(exam: Comparison) -> None:
    points = exam.difference
    say(
        f"Exam on {points.documents} documents it never saw, {points.items} items: "
        f"F1 {100 * exam.candidate.f1:.1f} (base {100 * exam.baseline.f1:.1f}), "
        f"exact {100 * exam.candidate.exact:.1f} ({100 * exam.baseline.exact:.1f})."
    )
    verdict = "better than its base" if exam.better else "not shown to be better than its base"
    say(
        f"{verdict}: {100 * points.mean:+.1f} points of F1, "
        f"95 % between {100 * points.low:+.1f} and {100 * points.high:+.1f}."
    )
