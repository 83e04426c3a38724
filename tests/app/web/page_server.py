"""A TeaEgg server with a few documents, in a process of its own, for the browser to visit."""

import asyncio
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from pydantic import SecretStr

from teaegg.app.api.serve import serve
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import (
    AnswerSettings,
    EmbeddingModelSettings,
    OidcSettings,
    Settings,
    SourceSettings,
)
from teaegg.models.standin import ScriptedChat, TermEmbedder

COMPANY = Path(__file__).parents[3] / "demo" / "company"
LEARNED = {
    "产品资料": ("products/qh-200-pump-manual.pdf",),
    "零件目录": ("parts/substitutions.csv",),
    "法律法规": (
        "statutes/全国年节及纪念日放假办法(2024-11-10).md",
        "statutes/公司法(2018-10-26).md",
        "statutes/公司法(2023-12-29).md",
    ),
}


def draw_hard_scan(path: Path) -> None:
    """So coarse that OCR reads it with doubts."""
    image = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(image).text((60, 100), "Annual leave: 12 days", fill="black", font_size=60)
    image.resize((70, 23)).resize((900, 300)).save(path)


async def fill(workspace: Workspace) -> None:
    await workspace.access.add_user(
        LOCAL_OWNER, "chen", role="owner", password="tea and eggs", display_name="陈立衡"
    )
    await workspace.access.add_user(LOCAL_OWNER, "guest", password="tea and eggs")
    for collection, files in LEARNED.items():
        await workspace.access.create_collection(LOCAL_OWNER, collection)
        await workspace.learner.learn([COMPANY / file for file in files], collection=collection)
    offered = workspace.settings.home / "offered/rules"
    offered.mkdir(parents=True)
    (offered / "overtime.md").write_text("# 加班规定\n\n加班须事先批准。\n", encoding="utf-8")
    scan = workspace.settings.home / "faint-scan.png"
    draw_hard_scan(scan)
    await workspace.learner.learn([scan], collection="产品资料")


async def main(home: Path, port: int = 0, oidc: OidcSettings | None = None) -> None:
    settings = Settings(
        home=home,
        sources=SourceSettings(offered_folders=(str(home / "offered"),)),
        oidc=oidc or OidcSettings(),
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
    )
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        await fill(workspace)
        await serve(workspace, "127.0.0.1", port, lambda address: print(address, flush=True))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        port, issuer = sys.argv[2:]
        single_sign_on = OidcSettings(
            issuer=issuer,
            client_id="teaegg",
            client_secret=SecretStr("any"),
            public_url=f"http://127.0.0.1:{port}",
            label="青禾统一认证",
            new_accounts="create",
        )
        asyncio.run(main(Path(sys.argv[1]), int(port), single_sign_on))
    else:
        asyncio.run(main(Path(sys.argv[1])))
