"""From `teaegg learn` to the first answer, as a user types it: two commands on 350 statutes.

python -m bench.first_answer
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.data import data_folder
from bench.measuring import arguments, home_folder, report

QUESTION = "劳动合同期限三个月以上不满一年的，试用期不得超过多久？"


def main() -> None:
    arguments(__doc__ or "").parse_args()
    with home_folder(None) as home:
        environment = {**os.environ, "TEAEGG_HOME": str(home / "workspace")}
        began = time.perf_counter()
        learn_mib, _ = run(
            ["learn", str(data_folder() / "laws-zh" / "docs"), "--no-wait", "--json"], environment
        )
        learned = time.perf_counter()
        ask_mib, answer = run(["ask", QUESTION, "--json"], environment)
        finished = time.perf_counter()
    report(
        "first_answer",
        {
            "documents": 350,
            "learn_seconds": round(learned - began, 1),
            "ask_seconds": round(finished - learned, 1),
            "total_seconds": round(finished - began, 1),
            "verdict": answer["verdict"],
            "first_quote": answer["sentences"][0]["text"] if answer["sentences"] else "",
            "learn_resident_mib": learn_mib,
            "ask_resident_mib": ask_mib,
        },
    )


def run(command: list[str], environment: dict[str, str]) -> tuple[int, Any]:
    """Largest resident MiB over the command's processes together, and what it printed as JSON."""
    process = subprocess.Popen(
        [sys.executable, "-m", "teaegg", *command],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    largest = 0
    while process.poll() is None:
        largest = max(largest, _tree_mib(process.pid))
        time.sleep(0.2)
    output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return largest, json.loads(output)


def _tree_mib(pid: int) -> int:
    """Resident memory of a process and its children, in MiB, from /proc."""
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    own = 0
    try:
        with Path(f"/proc/{pid}/statm").open() as file:
            own = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024**2
    except OSError:
        return 0
    return own + sum(_tree_mib(int(child)) for child in children)


if __name__ == "__main__":
    main()
