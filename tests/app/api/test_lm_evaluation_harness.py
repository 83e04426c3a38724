"""lm-evaluation-harness examines TeaEgg through the OpenAI-compatible door, as the example does."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.needed import python_with

EXAMPLE = Path(__file__).parents[3] / "docs/examples/lm_eval"
HANDBOOK = """# 员工手册

## 年假

员工工作满一年不满十年的，每年享受年假5天。

## 差旅

住宿费限额为每晚350元。
"""


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address and key of a server that has learned the handbook, with the bundled models."""
    python_with("lm_eval")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3] / "src"),
        "TEAEGG_HOME": str(tmp_path / "home"),
        "NO_COLOR": "1",
    }

    def teaegg(*words: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "teaegg", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return run.stdout

    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    teaegg("learn", str(tmp_path / "handbook.md"), "-c", "handbook", "--groups", "everyone")
    teaegg("user", "add", "examiner", "--no-password")
    key = teaegg("key", "create", "examiner").split()[-1]
    server = subprocess.Popen(
        [sys.executable, "-m", "teaegg", "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout
    line = server.stdout.readline()
    yield next(word for word in line.split() if word.startswith("http")), key
    server.terminate()
    server.wait(timeout=60)


@pytest.mark.timeout(900)
def test_a_task_of_the_harness_is_sat_through_the_openai_door(
    door: tuple[str, str], tmp_path: Path
) -> None:
    address, key = door
    arguments = f"model=teaegg-quote,base_url={address}/v1/chat/completions,num_concurrent=1"
    command = ["-m", "lm_eval", "--model", "local-chat-completions", "--model_args", arguments]
    task = ["--tasks", "handbook", "--include_path", ".", "--apply_chat_template"]
    run = subprocess.run(
        [python_with("lm_eval"), *command, *task, "--output_path", str(tmp_path / "out")],
        cwd=EXAMPLE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "OPENAI_API_KEY": key,
            "HF_DATASETS_OFFLINE": "1",
            "HF_HUB_OFFLINE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    (path,) = (tmp_path / "out").rglob("results_*.json")
    assert json.loads(path.read_text("utf-8"))["results"]["handbook"]["exact_match,figure"] == 1
