"""What an expert will cost and bring, before anything is spent; and afterwards, how far off that was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

_PRICE = "Of a million tokens sent and answered: 2,8."


def plan(
    context: typer.Context,
    scene_file: Annotated[Path, typer.Argument(metavar="SCENE", help="The scene file.")],
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recipe as TOML or JSON; else the defaults.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0, help="Longest training; 0: as the recipe says.")
    ] = 20,
    rows: Annotated[int, typer.Option(min=0, help="So many rows; 0: as the scene says.")] = 0,
    gain: Annotated[
        float, typer.Option(help="The claim: better by this share of the points (0.1: ten).")
    ] = 0.1,
    power: Annotated[
        float, typer.Option(help="Chance that the exam shows it, where it is true.")
    ] = 0.8,
    escalation: Annotated[
        float, typer.Option(help="Share of questions that a general model answers instead.")
    ] = 0.1,
    hour_price: Annotated[float, typer.Option(help="Price of an hour of this machine.")] = 0,
    teacher_price: Annotated[
        str, typer.Option(metavar="IN,OUT", help=f"{_PRICE} Else that of [teacher].")
    ] = "",
    general_price: Annotated[
        str, typer.Option(metavar="IN,OUT", help=f"{_PRICE} The general model's.")
    ] = "",
    probe: Annotated[bool, typer.Option("--probe", help="Measure this machine again.")] = False,
    probe_seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="How long measuring may take, about.")
    ] = 60,
    pilots: Annotated[
        bool,
        typer.Option(
            "--pilots", help="Train three small ones first, to say which score to expect."
        ),
    ] = False,
    pilot_minutes: Annotated[
        float, typer.Option(min=0.1, help="Longest training of each of the three.")
    ] = 5,
    actual: Annotated[
        bool, typer.Option("--actual", help="Compare the last plan with the expert made after it.")
    ] = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Say what the expert of a scene will cost and bring, before anything is spent.

    Rows, a teacher's tokens and price, hours, memory and disk of this machine (measured for a minute the
    first time), the exam items that a claim needs, and the cost of a thousand questions."""
    from dataclasses import replace

    from teaegg.app.cli.experts.plan_rendering import Screen
    from teaegg.distill.planning.wishes import TokenPrice, Wish, read_price
    from teaegg.distill.recipe import Recipe, read_recipe
    from teaegg.scenes.reading import read_scene

    scene = read_scene(scene_file)
    chosen = read_recipe(recipe) if recipe else Recipe()

    screen = Screen(as_json)

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        if actual:
            screen.reviewed(await workspace.planning.review(actor, scene.name))
            return
        teacher = workspace.settings.teacher
        wish = Wish(
            replace(scene, rows=rows) if rows else scene,
            chosen.model_copy(update={"minutes": minutes}) if minutes else chosen,
            gain=gain,
            power=power,
            escalation=escalation,
            hour=hour_price,
            teacher=read_price(teacher_price)
            if teacher_price
            else TokenPrice(teacher.price_in_per_million, teacher.price_out_per_million),
            general=read_price(general_price),
            currency=teacher.currency,
        )
        with screen.piloting(pilot_minutes if pilots else 0) as piloting:
            planned = await workspace.planning.plan(
                actor, wish, seconds=probe_seconds, again=probe, pilots=piloting, tell=screen.step
            )
        screen.planned(planned)

    run(context, work)
