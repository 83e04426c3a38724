"""An expert that came in a pack speaks through the real engine as it did where it was made."""

import shutil
from dataclasses import replace
from pathlib import Path

from tests.expert_making import make_dataset, make_expert
from tests.models.made_adapters import made_gguf

from teaegg.app.configuration import load_settings
from teaegg.app.experts.packs import PackWishes
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.experts import Expert, expert_id
from teaegg.core.ids import content_hash
from teaegg.core.scenes import Scene
from teaegg.models.base import Message
from teaegg.models.local import bundled_model, fingerprint

PROMPT = (Message("user", "The capital of France is"),)


def made_expert(place: Path) -> tuple[Path, Expert]:
    """A seeded adapter of the bundled base, in both forms."""
    export = place / "export"
    export.mkdir(parents=True)
    shutil.copyfile(made_gguf(place, 5), export / "adapter.gguf")
    shutil.copytree(place / "peft-5", export / "peft")
    expert = replace(
        make_expert("leave", base=fingerprint(bundled_model())),
        adapter=content_hash((export / "adapter.gguf").read_bytes()),
    )
    return export, replace(expert, id=expert_id(expert))


async def said(workspace: Workspace, expert: Expert) -> str:
    reading = await workspace.experts.reading(LOCAL_OWNER, expert.id, sandbox=True)
    return "".join([piece async for piece in reading.chat.stream(PROMPT, max_tokens=12)])


async def test_an_unpacked_expert_says_what_it_said_where_it_was_made(tmp_path: Path) -> None:
    export, expert = made_expert(tmp_path / "made")
    pack = tmp_path / "leave.teaegg"
    async with open_workspace(load_settings({"TEAEGG_HOME": str(tmp_path / "a")})) as maker:
        await maker.experts.register(
            LOCAL_OWNER,
            export,
            expert,
            (),
            scene=Scene("leave", "Leave", "staff", "leave", ("handbook",)),
            dataset=make_dataset(expert),
            training={},
        )
        signer = maker.packs.make_keys(LOCAL_OWNER).signer
        before = await said(maker, expert)
        async with open_workspace(load_settings({"TEAEGG_HOME": str(tmp_path / "b")})) as receiver:
            recipient = receiver.packs.make_keys(LOCAL_OWNER).recipient
            await maker.packs.pack(
                LOCAL_OWNER, expert.id, pack, PackWishes(recipients=(recipient,))
            )
            receiver.packs.trust(LOCAL_OWNER, "acme", str(signer))
            record, opened = await receiver.packs.unpack(LOCAL_OWNER, pack)
            assert (record.expert, opened.was_encrypted) == (expert, True)
            assert await said(receiver, expert) == before
    notice = tmp_path / "b/experts" / expert.id / "licences"
    assert sorted(path.name for path in notice.iterdir()) == ["GEMMA_TERMS.html", "NOTICE.txt"]
    assert before
