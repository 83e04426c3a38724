"""From documents to an expert with no teacher and no network: the demo company, in one run.

The company's documents are learned, then its scene is distilled as `teaegg distill` does it: rows from
three quarters of the documents, an adapter, a proved export, and an exam on the other quarter, which
expert and base sit through the engine that serves them. Nothing was fitted on these documents.

usage: python -m bench.offline_journey [--home FOLDER] [--minutes N] [--rows N]
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from typing import Any

from bench.data import ROOT
from bench.harness import workspace_in
from bench.measuring import arguments, home_folder, report, resident_mib
from teaegg.app.demo import read_company, set_up
from teaegg.app.experts.distilling import Distilled
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.distill.journey import Telling
from teaegg.distill.recipe import Recipe
from teaegg.distill.train.base import Progress
from teaegg.scenes.reading import read_scene

SCENE = ROOT / "demo/scenes/staff-adviser.yaml"
EVERY_STEPS = 10


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--minutes", type=float, default=20, help="longest training, in minutes")
    parser.add_argument("--rows", type=int, default=0, help="so many rows; 0: as the scene says")
    options = parser.parse_args()
    with home_folder(options.home) as home:
        async with workspace_in(home) as workspace:
            await learn_company(workspace)
            began = time.monotonic()
            scene = read_scene(SCENE)
            distilled = await workspace.distilling.make(
                LOCAL_OWNER,
                replace(scene, rows=options.rows) if options.rows else scene,
                Recipe(minutes=options.minutes),
                telling=Telling(tell_training, tell_step),
            )
            minutes = (time.monotonic() - began) / 60
    report("offline_journey", {"minutes": round(minutes, 1), **record(distilled)})


async def learn_company(workspace: Workspace) -> None:
    company = read_company(ROOT / "demo/company")
    await set_up(workspace, company)
    for collection in company.collections:
        await workspace.learner.learn(
            [company.folder / collection.path], collection=collection.name
        )
    await workspace.vectors.fill()


def tell_training(progress: Progress) -> None:
    if progress.step % EVERY_STEPS == 0:
        print(progress, file=sys.stderr, flush=True)


def tell_step(step: str, done: int, total: int) -> None:
    if done == total or done % EVERY_STEPS == 0:
        print(f"{step}: {done}/{total}", file=sys.stderr, flush=True)


def record(distilled: Distilled) -> dict[str, Any]:
    exam, run = distilled.made.comparison, distilled.made.training
    assert exam is not None, "the scene keeps documents for its exam"
    return {
        "rows": run.rows,
        "kinds": dict(distilled.dataset.kinds),
        "teacher": distilled.dataset.manifest.teacher,
        "exam": {
            "items": exam.difference.items,
            "documents": exam.difference.documents,
            "expert": points(exam.candidate.exact, exam.candidate.f1),
            "base": points(exam.baseline.exact, exam.baseline.f1),
            "f1_points": round(100 * exam.difference.mean, 1),
            "interval": [
                round(100 * exam.difference.low, 1),
                round(100 * exam.difference.high, 1),
            ],
            "p_exact": exam.p_exact,
            "by_kind": {
                kind: {
                    "items": count,
                    "expert_f1": round(100 * ours, 1),
                    "base_f1": round(100 * base, 1),
                }
                for kind, (count, ours, base) in exam.by_kind.items()
            },
        },
        "training": {
            "minutes": round(run.seconds / 60, 1),
            "steps": run.steps,
            "tokens_per_second": round(run.tokens_per_second),
            "held_out_losses": run.held_out_losses,
            "stopped": run.stopped,
        },
        "resident_mib": round(resident_mib()),
    }


def points(exact: float, f1: float) -> dict[str, float]:
    return {"exact": round(100 * exact, 1), "f1": round(100 * f1, 1)}


if __name__ == "__main__":
    asyncio.run(main())
