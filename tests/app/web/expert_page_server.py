"""A TeaEgg server with one document and an expert that learned from it, for the browser to visit."""

import asyncio
import sys
from pathlib import Path

from tests.expert_making import make_dataset, make_expert, write_export
from tests.release_making import released_in

from teaegg.app.api.serve import serve
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, Settings
from teaegg.models.base import ChatModel
from teaegg.models.standin import ScriptedChat, TermEmbedder

RULES = "# 员工手册\n\n年假每年十二天，须提前三天申请。\n\n病假须提供医院证明。\n"


class LentModels:
    """One expert, who always says the same."""

    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        return ScriptedChat("年假每年十二天\n")


async def fill(workspace: Workspace, home: Path) -> None:
    access, experts = workspace.access, workspace.experts
    for name, role in (("chen", "owner"), ("guest", "member")):
        await access.add_user(LOCAL_OWNER, name, role=role, password="tea and eggs")
    await access.create_collection(LOCAL_OWNER, "员工手册")
    (home / "files").mkdir()
    (home / "files/handbook.md").write_text(RULES, encoding="utf-8")
    await workspace.learner.learn([home / "files"], collection="员工手册")
    (handbook,) = await workspace.documents(LOCAL_OWNER)
    expert = make_expert("leave")
    await experts.register(
        LOCAL_OWNER,
        write_export(home / "export"),
        expert,
        await experts.training_documents(LOCAL_OWNER, [handbook.id]),
        scene=Scene("leave", "休假专家", "员工", "休假", ("员工手册",)),
        dataset=make_dataset(expert),
        training={},
    )
    await released_in(workspace, "leave")


async def main(home: Path) -> None:
    settings = Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
    )
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64), expert_models=LentModels()
    ) as workspace:
        await fill(workspace, home)
        await serve(workspace, "127.0.0.1", 0, lambda address: print(address, flush=True))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
