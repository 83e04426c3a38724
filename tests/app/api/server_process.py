"""A whole TeaEgg server in a process of its own, for the tests that must cross a real socket.

HOME, and for single sign-on the PORT to take and the ISSUER to trust.
"""

import asyncio
import sys
from pathlib import Path

from teaegg.app.api.serve import serve
from teaegg.app.wiring import open_workspace
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, OidcSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder


async def main(home: Path, port: int = 0, issuer: str = "") -> None:
    oidc = {"issuer": issuer, "client_id": "teaegg", "public_url": f"http://127.0.0.1:{port}"}
    settings = Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
        oidc=OidcSettings(**oidc) if issuer else OidcSettings(),
    )
    chat = ScriptedChat()
    async with open_workspace(settings, chat=chat, embedder=TermEmbedder(64)) as workspace:
        await serve(workspace, "127.0.0.1", port, lambda address: print(address, flush=True))


if __name__ == "__main__":
    home, *rest = sys.argv[1:]
    asyncio.run(main(Path(home), int(rest[0]), rest[1]) if rest else main(Path(home)))
