"""A home with experts for three scenes on one base, and another base beside it; nothing is trained."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

from tests.expert_making import StandInExaminer, StandInTrainer, stand_in_journey_on
from tests.gguf_making import CHATML_WORDS, GEMMA_WORDS, made_base
from tests.release_making import released_in

from teaegg.app.experts.rebasing import Rebased
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.scenes import Scene, SceneExam
from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings, Settings
from teaegg.distill.rebase.judging import USUAL
from teaegg.distill.recipe import Recipe
from teaegg.evals.gate.policy import Policy
from teaegg.models.standin import ScriptedChat, TermEmbedder

RULES = (
    "# 规定{n}\n\n第一条 第{n}号柜台每天接待{n}0人，须提前{n}天预约。\n\n"
    "第二条 第{n}号柜台由{n}组管理，组长每周检查。\n"
)
SCENES = tuple(
    Scene(
        name,
        "柜台",
        "员工",
        "规定",
        ("rules",),
        style=f"用原话，{name}。",
        rows=12,
        exam=SceneExam(share=0.5, items=60),
    )
    for name in ("cash", "counter", "desk")
)
RECIPE = Recipe(rank=4, learning_rate=2e-3, seed=7)


def opened(
    folder: Path,
    trainer: StandInTrainer | None = None,
    examiner: StandInExaminer | None = None,
    *,
    base: str = "old",
) -> AbstractAsyncContextManager[Workspace]:
    """The home below `folder`, with the trainer, exam and base of that day."""
    on = partial(
        stand_in_journey_on,
        trainer=trainer or StandInTrainer(),
        examiner=examiner or StandInExaminer(),
    )
    file = folder / f"{base}.gguf"
    return open_workspace(
        Settings(
            home=folder / "home",
            embedding=EmbeddingModelSettings(dimensions=64),
            chat=ChatModelSettings(model=str(file)),
        ),
        chat=ScriptedChat(),
        embedder=TermEmbedder(64),
        make_journey=lambda: on(file),
        journey_on=on,
    )


async def found(folder: Path) -> None:
    """A home with experts for three scenes, the first of them released."""
    made_base(folder / "old.gguf", GEMMA_WORDS)
    made_base(folder / "new.gguf", CHATML_WORDS)
    files = folder / "files"
    files.mkdir()
    for number in range(1, 25):
        (files / f"rules{number}.md").write_text(RULES.format(n=number), encoding="utf-8")
    async with opened(folder) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "rules")
        await workspace.learner.learn([files], collection="rules")
        for scene in SCENES:
            await workspace.distilling.make(LOCAL_OWNER, scene, RECIPE)
        await released_in(workspace, "cash")


async def rebased(
    workspace: Workspace, base: Path, *scenes: str, minutes: float = 0, policy: Policy = USUAL
) -> list[Rebased]:
    plan = await workspace.rebasing.plan(LOCAL_OWNER, str(base), scenes, minutes=minutes)
    return [await workspace.rebasing.remake(LOCAL_OWNER, plan, one, policy) for one in plan.remakes]
