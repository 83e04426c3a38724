"""`teaegg rebase` on public data: three scenes made on Gemma 3 270M, re-made on SmolLM2 135M, and back.

XQuAD's passages in English and the same in Chinese (CC BY-SA 4.0), and the demo company's statutes in
Chinese. SmolLM2 was made for English: the English scene is the fair one, the others say what is lost.
The rows come from the structure of the documents; the exam is on documents that taught nothing. The
way back is measured twice: as it was made before, which is found again, and trained anew.

usage: python -m bench.rebase [--home FOLDER] [--minutes N] [--rows N] [--limit N] [--scene NAME]
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.data import ROOT, rows
from bench.harness import learn_folder, write_texts
from bench.measuring import arguments, home_folder, report, resident_mib
from bench.offline_journey import tell_step, tell_training
from teaegg.app.experts.rebasing import Rebased
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.scenes import Language, Scene, SceneData, SceneExam
from teaegg.core.settings import ChatModelSettings, Settings
from teaegg.distill.journey import Telling
from teaegg.distill.rebase.judging import USUAL
from teaegg.distill.recipe import Recipe
from teaegg.models.bases import base_named

GEMMA, SMOLLM2 = "gemma3-270m", "smollm2-135m"
TELLING = Telling(tell_training, tell_step)
ITEMS = 60
_LONGER = 0.1
"""Minutes by which the way back is longer when it is to be trained anew: another recipe."""


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--minutes", type=float, default=2, help="longest training of each")
    parser.add_argument("--rows", type=int, default=300, help="training rows of each scene")
    parser.add_argument("--scene", action="append", help="only this scene; repeatable")
    options = parser.parse_args()
    scenes = [
        replace(scene, rows=options.rows, exam=replace(scene.exam, items=options.limit or ITEMS))
        for scene in SCENES
        if not options.scene or scene.name in options.scene
    ]
    with home_folder(options.home) as home:
        result: dict[str, Any] = {"minutes_each": options.minutes, "rows_each": options.rows}
        async with on_base(home, GEMMA) as workspace:
            await learn(workspace, home, scenes)
            result["made_on_gemma"] = await made(workspace, scenes, options.minutes)
            result["to_smollm2"] = await rebased(workspace, SMOLLM2, options.minutes)
        async with on_base(home, SMOLLM2) as workspace:
            result["found_again"] = await rebased(workspace, GEMMA, options.minutes)
            result["back_anew"] = await rebased(workspace, GEMMA, options.minutes + _LONGER)
        result["parity"] = parities(home)
    report("rebase", {**result, "resident_mib": round(resident_mib())})


def on_base(home: Path, base: str) -> Any:
    return open_workspace(
        Settings(home=home, chat=ChatModelSettings(model=str(base_named(base).path)))
    )


def _scene(name: str, title: str, language: Language, style: str) -> Scene:
    return Scene(
        name,
        title,
        "staff",
        "look something up",
        (name,),
        language=language,
        style=style,
        exam=SceneExam(share=0.3, items=ITEMS),
        # Two passages in a prompt: a Chinese one is 2.6 times as long for SmolLM2.
        data=SceneData(distractors=1),
    )


SCENES = (
    _scene("xquad-en", "XQuAD, English", "en", "Answer in the words of the passages."),
    _scene("xquad-zh", "XQuAD, Chinese", "zh", "用资料中的原话回答。"),
    _scene("statutes", "Statutes of the demo company", "zh", "用法律条文中的原话回答。"),
)


async def learn(workspace: Workspace, home: Path, scenes: Sequence[Scene]) -> None:
    passages = rows("xquad/passages.jsonl")
    known = await workspace.access.list_collections(LOCAL_OWNER)
    for scene in scenes:
        if scene.name not in known:
            await workspace.access.create_collection(LOCAL_OWNER, scene.name)
        folder = ROOT / "demo/company/statutes"
        if scene.name != "statutes":
            folder = home / "files" / scene.name
            written = f"text_{scene.language}"
            write_texts(folder, ((row["doc_id"], row[written]) for row in passages))
        await learn_folder(workspace, folder, scene.name, vectors=True)


async def made(
    workspace: Workspace, scenes: Sequence[Scene], minutes: float
) -> list[dict[str, Any]]:
    told = []
    there = {record.expert.scene for record in await workspace.experts.access.list(LOCAL_OWNER)}
    # Of a kept workspace those of an earlier run are taken: only the way to others is measured here.
    for scene in (scene for scene in scenes if scene.name not in there):
        print(f"{scene.name} on {GEMMA}", file=sys.stderr, flush=True)
        distilled = await workspace.distilling.make(
            LOCAL_OWNER, scene, Recipe(minutes=minutes), telling=TELLING
        )
        run = distilled.made.training
        told.append(
            {
                "scene": scene.name,
                "seconds": round(distilled.seconds),
                "rows": run.rows,
                "training_seconds": round(run.seconds),
                "exam_items": distilled.dataset.exam_rows,
            }
        )
    return told


async def rebased(workspace: Workspace, base: str, minutes: float) -> dict[str, Any]:
    began = time.monotonic()
    plan = await workspace.rebasing.plan(LOCAL_OWNER, base, minutes=minutes)
    table = []
    for one in plan.remakes:
        print(f"{one.record.expert.scene} on {base}", file=sys.stderr, flush=True)
        done = await workspace.rebasing.remake(LOCAL_OWNER, plan, one, USUAL, telling=TELLING)
        table.append(line(done))
    return {"seconds": round(time.monotonic() - began), "experts": table}


def line(done: Rebased) -> dict[str, Any]:
    judged, training = done.judged, done.record.training
    assert judged is not None, "every scene keeps documents for its exam"
    between = judged.between
    points = between.difference
    return {
        "scene": done.record.expert.scene,
        "seconds": round(done.seconds),
        "trained": done.planned.made is None,
        "training_seconds": training["seconds"],
        "rows": training["rows"],
        "rows_before": done.planned.record.training["rows"],
        "items": points.items,
        "documents": points.documents,
        "f1": {
            "old_base": hundred(judged.old_base),
            "old_expert": hundred(between.baseline.f1),
            "new_base": hundred(judged.new_base),
            "new_expert": hundred(between.candidate.f1),
        },
        "exact": {
            "old_expert": hundred(between.baseline.exact),
            "new_expert": hundred(between.candidate.exact),
        },
        "difference": [hundred(each) for each in (points.mean, points.low, points.high)],
        "passes": done.verdict.passes,
        "gate": {
            finding.criterion.subject: [finding.outcome, finding.more]
            for finding in done.verdict.findings
        },
    }


def parities(home: Path) -> list[dict[str, float]]:
    """Of every export: how far it is from what was trained, and how far it may be, in nats."""
    found = []
    for path in sorted((home / "experts").glob("*/parity.json")):
        parity = json.loads(path.read_text("utf-8"))
        found.append(
            {
                "export": round(parity["export"]["divergence"], 4),
                "bare_base": round(parity["base"]["divergence"], 4),
                "limit": round(parity["limit"], 4),
            }
        )
    return found


def hundred(share: float) -> float:
    return round(100 * share, 1)


if __name__ == "__main__":
    asyncio.run(main())
