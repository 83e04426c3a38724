"""kill -9 in the middle of unpacking leaves nothing of an expert or the whole of it."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.expert_making import make_dataset, make_expert, write_export

from teaegg.app.configuration import load_settings
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.experts import expert_id
from teaegg.core.ids import content_hash, text_hash
from teaegg.core.scenes import Scene
from teaegg.models.local import fingerprint

KILLS = 4
SCRIPT = """
import asyncio, sys
from pathlib import Path
from teaegg.app.configuration import load_settings
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER

async def main(home, base, pack):
    settings = load_settings({"TEAEGG_HOME": home, "TEAEGG_CHAT__MODEL": base})
    async with open_workspace(settings) as workspace:
        print("unpacking", flush=True)
        await workspace.packs.unpack(LOCAL_OWNER, Path(pack))
        print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def packed(place: Path, base: Path) -> Path:
    """A pack of an expert that is large enough for its writing to take a while."""
    export = write_export(place / "export")
    weights = random.Random(1).randbytes(24 * 1024**2)
    (export / "adapter.gguf").write_bytes(weights)
    expert = replace(make_expert("leave", base=fingerprint(base)), adapter=content_hash(weights))
    expert = replace(expert, id=expert_id(expert))
    base_copy = {"TEAEGG_HOME": str(place / "maker")}
    async with open_workspace(load_settings(base_copy)) as workspace:
        workspace.packs.make_keys(LOCAL_OWNER)
        await workspace.experts.register(
            LOCAL_OWNER,
            export,
            expert,
            (),
            scene=Scene("leave", "Leave", "staff", "leave", ("handbook",)),
            dataset=make_dataset(expert),
            training={},
        )
        await workspace.packs.pack(LOCAL_OWNER, expert.id, place / "leave.teaegg")
        shutil.copytree(place / "maker/keys", place / "home/keys")
    return place / "leave.teaegg"


async def found(home: Path) -> int:
    """How many experts are there; each must be whole."""
    async with open_workspace(load_settings({"TEAEGG_HOME": str(home)})) as workspace:
        records = await workspace.experts.access.list(LOCAL_OWNER)
        for record in records:
            assert record.state == "candidate"
            await workspace.experts.whole(LOCAL_OWNER, record.id)
        return len(records)


def test_whatever_moment_unpacking_is_killed_at_nothing_or_the_whole_is_there(
    tmp_path: Path,
) -> None:
    base = tmp_path / "base.gguf"
    base.write_text(text_hash("a small base"))
    pack = asyncio.run(packed(tmp_path, base))
    home, chance = tmp_path / "home", random.Random(3)
    command = [sys.executable, "-c", SCRIPT, str(home), str(base), str(pack)]
    outcomes = []
    for turn in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "unpacking\n"
        time.sleep(chance.uniform(0, 0.3) if turn else 0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(20)
        process.stdout.close()
        outcomes.append(asyncio.run(found(home)))
        if outcomes[-1]:
            break
    assert outcomes[0] == 0
    assert set(outcomes) <= {0, 1}
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.endswith("done\n")
    assert asyncio.run(found(home)) == 1
    assert list((home / "packing").iterdir()) == []
