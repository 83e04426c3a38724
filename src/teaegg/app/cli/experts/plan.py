"""What an expert will cost and bring, before anything is spent; and afterwards, how far off that was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.core.settings import TeacherSettings
    from teaegg.distill.planning.wishes import TokenPrice

_PRICE = "Of a million tokens sent and answered: 2,8."

RecipeFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Recipe as TOML or JSON; else the defaults.")
]
Minutes = Annotated[float, typer.Option(min=0, help="Longest training; 0: as the recipe says.")]
Rows = Annotated[int, typer.Option(min=0, help="So many rows; 0: as the scene says.")]
Gain = Annotated[
    float, typer.Option(help="The claim: better by this share of the points (0.1: ten).")
]
Power = Annotated[float, typer.Option(help="Chance that the exam shows it, where it is true.")]
Escalation = Annotated[
    float, typer.Option(help="Share of questions that a general model answers instead.")
]
HourPrice = Annotated[float, typer.Option(help="Price of an hour of this machine.")]
TeacherPrice = Annotated[
    str, typer.Option(metavar="IN,OUT", help=f"{_PRICE} Else that of [teacher].")
]
GeneralPrice = Annotated[str, typer.Option(metavar="IN,OUT", help=f"{_PRICE} The general model's.")]
Again = Annotated[bool, typer.Option("--probe", help="Measure this machine again.")]
ProbeSeconds = Annotated[
    float, typer.Option(min=1, max=3600, help="How long measuring may take, about.")
]
Pilots = Annotated[
    bool,
    typer.Option("--pilots", help="Train three small ones first, to say which score to expect."),
]
PilotMinutes = Annotated[
    float, typer.Option(min=0.1, help="Longest training of each of the three.")
]
Actual = Annotated[
    bool, typer.Option("--actual", help="Compare the last plan with the expert made after it.")
]


def plan(
    context: typer.Context,
    scene_file: Annotated[Path, typer.Argument(metavar="SCENE", help="The scene file.")],
    recipe: RecipeFile = None,
    minutes: Minutes = 20,
    rows: Rows = 0,
    gain: Gain = 0.1,
    power: Power = 0.8,
    escalation: Escalation = 0.1,
    hour_price: HourPrice = 0,
    teacher_price: TeacherPrice = "",
    general_price: GeneralPrice = "",
    probe: Again = False,
    probe_seconds: ProbeSeconds = 60,
    pilots: Pilots = False,
    pilot_minutes: PilotMinutes = 5,
    actual: Actual = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Say what the expert of a scene will cost and bring, before anything is spent.

    Rows, a teacher's tokens and price, hours, memory and disk of this machine (measured for a minute the
    first time), the exam items that a claim needs, and the cost of a thousand questions."""
    from dataclasses import replace

    from teaegg.app.cli.experts.plan_rendering import Screen
    from teaegg.distill.planning.wishes import Wish, read_price
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
            teacher=read_price(teacher_price) if teacher_price else _price_of(teacher),
            general=read_price(general_price),
            currency=teacher.currency,
        )
        with screen.piloting(pilot_minutes if pilots else 0) as piloting:
            planned = await workspace.planning.plan(
                actor, wish, seconds=probe_seconds, again=probe, pilots=piloting, tell=screen.step
            )
        screen.planned(planned)

    run(context, work)


def _price_of(teacher: TeacherSettings) -> TokenPrice:
    from teaegg.distill.planning.wishes import TokenPrice

    return TokenPrice(teacher.price_in_per_million, teacher.price_out_per_million)
