"""Plan, then make, then compare: how far off is the planner on documents it was not made for?

The demo company's documents are learned; its scene is planned with a probe, then distilled with the same
rows and minutes, and every line of the plan is put beside what came. With --pilots the score is forecast
from three short runs before. Run it on an idle machine: a plan holds for the machine that was measured.

usage: python -m bench.planner [--home FOLDER] [--minutes N] [--rows N] [--items N] [--pilots]
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from typing import Any

from bench.data import ROOT
from bench.harness import workspace_in
from bench.measuring import arguments, home_folder, report
from bench.offline_journey import learn_company, tell_step, tell_training
from teaegg.app.experts.planning import PILOT_MINUTES, Piloting, Planned, Reviewed
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.scenes import Scene
from teaegg.distill.journey import Telling
from teaegg.distill.planning.figures import Figure
from teaegg.distill.planning.wishes import Wish
from teaegg.distill.recipe import Recipe
from teaegg.scenes.reading import read_scene

SCENE = ROOT / "demo/scenes/staff-adviser.yaml"


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--minutes", type=float, default=4, help="longest training, in minutes")
    parser.add_argument("--rows", type=int, default=200, help="rows of the scene")
    parser.add_argument("--items", type=int, default=30, help="items of its exam")
    parser.add_argument("--pilots", action="store_true", help="forecast the score first")
    parser.add_argument("--pilot-minutes", type=float, default=PILOT_MINUTES)
    options = parser.parse_args()
    scene = scene_of(options.rows, options.items)
    wish = Wish(scene, Recipe(minutes=options.minutes))
    telling = Telling(tell_training, tell_step)
    pilots = Piloting(options.pilot_minutes, telling=telling) if options.pilots else None
    with home_folder(options.home) as home:
        async with workspace_in(home) as workspace:
            await learn_company(workspace)
            began = time.monotonic()
            planned = await workspace.planning.plan(
                LOCAL_OWNER, wish, again=True, pilots=pilots, tell=tell
            )
            seconds = time.monotonic() - began
            await workspace.distilling.make(LOCAL_OWNER, scene, wish.recipe, telling=telling)
            reviewed = await workspace.planning.review(LOCAL_OWNER, scene.name)
    report("planner", {"planning_seconds": round(seconds), **record(planned, reviewed)})


def scene_of(rows: int, items: int) -> Scene:
    scene = read_scene(SCENE)
    return replace(scene, rows=rows, exam=replace(scene.exam, items=items))


def tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def record(planned: Planned, reviewed: Reviewed) -> dict[str, Any]:
    lines = reviewed.outcome.lines
    return {
        "plan": {figure.key: shown(figure) for figure in planned.plan.figures},
        "advice": planned.plan.advice,
        "pilots": planned.pilots.model_dump(mode="json", exclude={"key"})
        if planned.pilots
        else None,
        "actual_by_planned": {
            line.figure.key: {
                "planned": round(line.figure.value, 2),
                "between": [round(line.figure.low, 2), round(line.figure.high, 2)],
                "actual": round(line.actual, 2),
                "ratio": None if line.ratio is None else round(line.ratio, 2),
                "within": line.within,
            }
            for line in lines
        },
        "lines_within_their_range": f"{sum(line.within for line in lines)} of {len(lines)}",
    }


def shown(figure: Figure) -> dict[str, Any]:
    return {
        "value": round(figure.value, 3),
        "low": round(figure.low, 3),
        "high": round(figure.high, 3),
        "unit": figure.unit,
        "source": figure.source,
    }


if __name__ == "__main__":
    asyncio.run(main())
