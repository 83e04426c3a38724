"""A whole TeaEgg server in a process of its own, for the tests that must cross a real socket."""

import asyncio
import sys
from pathlib import Path

from teaegg.app.api.serve import serve
from teaegg.app.wiring import open_workspace
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder


async def main(home: Path) -> None:
    settings = Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
    )
    chat = ScriptedChat()
    async with open_workspace(settings, chat=chat, embedder=TermEmbedder(64)) as workspace:
        await serve(workspace, "127.0.0.1", 0, lambda address: print(address, flush=True))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
