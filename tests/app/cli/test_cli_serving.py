"""`teaegg serve` as a process: it says where it answers, answers, and stops when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[3] / "src"


def environment(cli: Any) -> dict[str, str]:
    return {
        "PYTHONPATH": str(SOURCES),
        "TEAEGG_HOME": str(cli.home),
        "PATH": os.environ["PATH"],
        "NO_COLOR": "1",
    }


def test_the_server_says_its_address_answers_and_stops_cleanly(cli: Any) -> None:
    cli.done("documents")
    server = subprocess.Popen(
        [sys.executable, "-m", "teaegg", "serve", "--port", "0"],
        env=environment(cli),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that runs in the background of a shell has Ctrl-C switched off; its children not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        with urllib.request.urlopen(f"{found[0]}/api/openapi.json", timeout=30) as reply:
            assert reply.status == 200
    finally:
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=60)
    assert server.returncode == 0, err
    assert "teaegg user add NAME --role owner" in err
    assert "Stopped." in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_an_error_with_a_remedy(cli: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        typed = cli("serve", "--port", port)
    assert typed.code == 1
    assert port in typed.err
    assert "--port" in typed.err
