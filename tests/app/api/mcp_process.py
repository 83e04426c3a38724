"""What `teaegg mcp --as USER` runs, with stand-in models, in a process of its own."""

import asyncio
import sys
from pathlib import Path

from teaegg.app.mcp.stdio import serve_stdio
from teaegg.app.wiring import open_workspace
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder


async def main(home: Path, user: str) -> None:
    settings = Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
    )
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        await serve_stdio(workspace, user)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
