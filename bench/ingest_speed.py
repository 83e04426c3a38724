"""How long until a folder of statutes is learned to the last vector, by TeaEgg and by LlamaIndex?

Both read the same files with the same embedding model, one after the other, each in a process of
its own on the same cores, LlamaIndex first. Its environment is made from
bench/retrieval/requirements-peers.txt; `--peers` names the interpreter in it.

usage: python -m bench.ingest_speed --peers PYTHON [--limit DOCUMENTS]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import Any

from bench.data import ROOT, data_folder, spread
from bench.measuring import arguments, home_folder, report


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--peers", required=True, help="python of the peers' environment")
    options = parser.parse_args()
    with home_folder(None) as home:
        files = home / "files"
        files.mkdir()
        for path in spread(sorted((data_folder() / "laws-zh" / "docs").iterdir()), options.limit):
            shutil.copy(path, files)
        store, workspace = str(home / "store"), str(home / "workspace")
        peer = ["-m", "bench.retrieval.peers.llamaindex_ingest", str(files), store]
        llamaindex = run([options.peers, *peer], {})
        learn = ["-m", "teaegg", "learn", str(files), "--json"]
        teaegg = run([sys.executable, *learn], {"TEAEGG_HOME": workspace})
        characters = sum(len(path.read_text("utf-8")) for path in files.iterdir())
        documents = len(list(files.iterdir()))
    report("ingest_speed", comparison(documents, characters, teaegg, llamaindex))


def comparison(
    documents: int, characters: int, teaegg: dict[str, Any], llamaindex: dict[str, Any]
) -> dict[str, Any]:
    """`faster` is the ratio of the waits, `less_work` that of the processor time."""
    return {
        "documents": documents,
        "characters": characters,
        "teaegg": teaegg,
        "llamaindex": llamaindex,
        "faster": round(llamaindex["seconds"] / teaegg["seconds"], 2),
        "less_work": round(llamaindex["processor_seconds"] / teaegg["processor_seconds"], 2),
    }


def run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Seconds by the clock and of the processor, largest resident MiB, and what was printed."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    began = time.perf_counter()
    output = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "resident_mib": used.ru_maxrss // 1024,
        "said": _counted(json.loads(output)),
    }


def _counted(said: Any) -> Any:
    """What the record keeps of a command's JSON: of long lists only how long they are."""
    if isinstance(said, dict):
        return {key: _counted(value) for key, value in said.items()}
    return len(said) if isinstance(said, list) else said


if __name__ == "__main__":
    main()
